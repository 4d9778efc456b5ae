package verdict

import (
	"fmt"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios/failure"
)

// disagreement compares the client's account with the server's.
func (c Cell) disagreement(class failure.Class) string {
	if c.Client.ByRecord { // it has no account of its own
		return ""
	}
	last, ok := c.last()
	switch c.Result.Outcome {
	case clients.Accepted:
		switch {
		case !ok:
			return differNoConnection
		case !slices.ContainsFunc(c.Observed, answered): // a driver makes more connections, and breaks some off
			return fmt.Sprintf(differEnd, last.End)
		}
	case clients.Rejected:
		switch {
		case !ok:
			return ""
		case last.End == serve.EndServed:
			return differAnswered
		case last.AlertReceived != nil && class != "":
			stack, _ := c.words(c.Result.Message)
			classes, listed := messages.Of(stack).Alerts[last.AlertReceived.Code]
			if listed && !slices.Contains(classes, class) {
				return fmt.Sprintf(differAlert, class, last.AlertReceived)
			}
		}
	}
	return ""
}

// answered reports whether the client got an answer over a connection.
func answered(o serve.Observation) bool { return o.End == serve.EndServed || o.End == serve.EndRelayed }

// last returns the connection that tells.
func (c Cell) last() (serve.Observation, bool) { return serve.Telling(c.Observed) }
