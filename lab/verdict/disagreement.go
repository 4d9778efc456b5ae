package verdict

import (
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios/failure"
)

// disagreement says in what the client's account differs from the server's record; zero if it does not.
func (c Cell) disagreement(class failure.Class) lang.Reason {
	if c.Client.ByRecord { // there is no account but the record
		return lang.Reason{}
	}
	last, ok := c.last()
	switch c.Result.Outcome {
	case clients.Accepted:
		switch {
		case !ok:
			return lang.Because(differNoConnection)
		case !slices.ContainsFunc(c.Observed, answered): // a driver makes several connections, and breaks some off
			return lang.Because(differEnd, string(last.End))
		}
	case clients.Rejected:
		switch {
		case !ok:
			return lang.Reason{}
		case last.End == serve.EndServed:
			return lang.Because(differAnswered)
		case last.AlertReceived != nil && class != "":
			stack, _ := c.words(c.Result.Message)
			classes, listed := messages.Of(stack).Alerts[last.AlertReceived.Code]
			if listed && !slices.Contains(classes, class) {
				return lang.Because(differAlert, string(class), last.AlertReceived.String())
			}
		}
	}
	return lang.Reason{}
}

// answered reports whether the client got a response over a connection.
func answered(o serve.Observation) bool { return o.End == serve.EndServed || o.End == serve.EndRelayed }

// last returns the connection that tells the outcome.
func (c Cell) last() (serve.Observation, bool) { return serve.Telling(c.Observed) }
