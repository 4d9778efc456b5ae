package verdict

import (
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// contradiction says how the server's record contradicts a client under test that says that it accepted; zero if it
// does not. Some programs refuse, print why, and exit with 0: they have not accepted.
//
// A client that sends no request to good servers either only does the handshake. It is believed if the handshake was
// completed and it sent no alert.
func (c Cell) contradiction() lang.Reason {
	if !c.Client.UnderTest || c.Client.ByRecord || c.Result.Outcome != clients.Accepted {
		return lang.Reason{}
	}
	return contradicts(c.Observed, c.onlyShakesHands())
}

// contradicts is contradiction for the connections of a client that says that it accepted.
func contradicts(observed []serve.Observation, onlyShakesHands bool) lang.Reason {
	last, ok := serve.Telling(observed)
	switch {
	case !ok: // CrossCheck has dealt with that
		return lang.Reason{}
	case slices.ContainsFunc(observed, reached):
		return lang.Reason{}
	case last.AlertReceived != nil:
		return lang.Because(whySentAlert, last.AlertReceived.String())
	case onlyShakesHands && slices.ContainsFunc(observed, completed):
		return lang.Reason{}
	case last.AlertSent != nil, last.End == serve.EndBrokenOff:
		return lang.Because(whyTurnedAway)
	}
	return lang.Because(whyNoRequest)
}

// reached reports whether a request from the client reached the server, or may have.
func reached(o serve.Observation) bool { return o.End == serve.EndRelayed || sentData(o) }

// completed reports whether the handshake was completed and the client did not refuse afterwards.
func completed(o serve.Observation) bool { return o.HandshakeComplete && o.AlertReceived == nil }

// onlyShakesHands reports whether the client completes the handshake with good servers but sends them no request.
func (c Cell) onlyShakesHands() bool {
	good := slices.Concat(c.ControlObserved, c.GoodObserved)
	if c.Scenario.Control == "" {
		good = slices.Concat(good, c.Observed)
	}
	return slices.ContainsFunc(good, completed) && !slices.ContainsFunc(good, reached)
}

// Unborne reports whether a client under test says that it accepted a scenario or its control, although no request came
// from it. [Cell.GoodObserved] is then needed.
func (c Cell) Unborne() bool {
	unborne := func(r clients.Result, observed []serve.Observation) bool {
		return r.Outcome == clients.Accepted && !slices.ContainsFunc(observed, reached)
	}
	return c.Client.UnderTest && !c.Client.ByRecord &&
		(unborne(c.Result, c.Observed) || c.Scenario.Control != "" && unborne(c.Control, c.ControlObserved))
}

// beyondHandshake reports whether a scenario only shows after the handshake, for a client that does no more than that:
// the response is cut short, or the server, under TLS 1.3, refuses the client's certificate when the client has
// finished.
func (c Cell) beyondHandshake() bool {
	if !c.Client.UnderTest || c.Client.ByRecord || c.Result.Outcome != clients.Accepted || !c.onlyShakesHands() {
		return false
	}
	last, ok := c.last()
	return c.Scenario.Server.Fault == scenarios.FaultTruncatedResponse ||
		ok && last.AlertSent != nil && last.Version == "TLS 1.3" && c.Scenario.Family == scenarios.ClientCertificates
}
