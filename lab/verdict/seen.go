package verdict

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// ServerView is what the server's side of one connection alone tells about a client. It is not a judgement: the server
// cannot see what the client told its user. See [See].
type ServerView string

// The views.
const (
	SeenAccepted ServerView = "accepted" // it accepted what it must accept
	SeenEither   ServerView = "either"   // it did what some clients do and others do not, both with good reason
	SeenInsecure ServerView = "insecure" // it accepted what it must reject
	SeenLenient  ServerView = "lenient"  // it accepted what clients with a certain feature reject
	SeenRefused  ServerView = "refused"  // it refused what it should refuse, for a reason that the scenario lists
	SeenUntold   ServerView = "untold"   // it refused what it should refuse, with an alert that tells no reason
	// it refused what it should refuse, with an alert that means something else
	SeenOtherReason ServerView = "other-reason"
	SeenBroken      ServerView = "broken"      // it refused what it must accept
	SeenTurnedAway  ServerView = "turned-away" // the server refused it, as the scenario says
	// the server refused it, although in this scenario the client should accept or refuse
	SeenNotServed ServerView = "not-served"
	SeenGaveUp    ServerView = "gave-up" // it gave up on a server that never offered anything to accept
	SeenWaited    ServerView = "waited"  // it waited for such a server for longer than the server allows
	// the server broke the connection off: what the client made of that is not visible
	SeenFault ServerView = "fault"
	// it left without a request or an alert: it refused, or it only did the handshake
	SeenLeft    ServerView = "left"
	SeenSilence ServerView = "silence" // it stopped sending
	SeenNothing ServerView = "nothing" // it connected and sent nothing
	SeenNotTLS  ServerView = "not-tls" // it did not speak TLS
	SeenRelayed ServerView = "relayed" // encrypted data passed between it and a server that terminates TLS itself
	SeenError   ServerView = "error"   // a failure of the lab itself
)

// ServerViews returns all views.
func ServerViews() []ServerView {
	return []ServerView{
		SeenAccepted, SeenEither, SeenInsecure, SeenLenient, SeenRefused, SeenUntold, SeenOtherReason, SeenBroken,
		SeenTurnedAway, SeenNotServed, SeenGaveUp, SeenWaited, SeenFault, SeenLeft, SeenSilence, SeenNothing,
		SeenNotTLS, SeenRelayed, SeenError,
	}
}

// See says what an observation alone tells about a client, given what is expected of the client. That is the scenario's
// Expect, except for scenarios that have yet to expire.
func See(s *scenarios.Scenario, expect scenarios.Expectation, o serve.Observation) ServerView {
	switch {
	case o.End == serve.EndInternal:
		return SeenError
	case o.End == serve.EndServed:
		return seenServed(expect)
	case o.AlertReceived != nil:
		return seenAlert(s, expect, o.AlertReceived.Code)
	case o.AlertSent != nil:
		if expect.Verdict != scenarios.Accept &&
			slices.ContainsFunc(messages.SentToClients(o.AlertSent.Code), func(c failure.Class) bool {
				return slices.Contains(expect.Failures, c)
			}) {
			return SeenTurnedAway
		}
		return SeenNotServed
	case o.End == serve.EndRelayed:
		return SeenRelayed
	case o.End == serve.EndBrokenOff:
		return SeenFault
	case o.End == serve.EndNotTLS:
		return SeenNotTLS
	case o.Hello == nil && o.BytesReceived == 0:
		return SeenNothing
	case neverTLS(s) && o.End == serve.EndTimeout:
		return SeenWaited
	case neverTLS(s) && !o.HandshakeComplete && o.End != serve.EndError:
		return SeenGaveUp
	case o.End == serve.EndTimeout:
		return SeenSilence
	case o.End == serve.EndError && o.ApplicationData: // whatever it was: an empty line from s_client, for example
		return seenServed(expect)
	case o.End == serve.EndError:
		return SeenError
	}
	return SeenLeft
}

func seenServed(e scenarios.Expectation) ServerView {
	switch {
	case e.Verdict == scenarios.Accept:
		return SeenAccepted
	case e.Verdict == scenarios.Either:
		return SeenEither
	case e.Level == scenarios.Should:
		return SeenLenient
	}
	return SeenInsecure
}

func seenAlert(s *scenarios.Scenario, e scenarios.Expectation, code wire.AlertCode) ServerView {
	can := messages.AlertClasses(code)
	fits := slices.ContainsFunc(can, func(c failure.Class) bool { return slices.Contains(e.Failures, c) })
	switch {
	case e.Verdict == scenarios.Accept && e.Level == scenarios.Should && fits:
		return SeenEither
	case e.Verdict == scenarios.Accept:
		return SeenBroken
	case neverTLS(s): // stacks answer with different alerts to what is not TLS
		return SeenRefused
	case messages.TellsNothing(code):
		return SeenUntold
	case fits && e.Verdict == scenarios.Either:
		return SeenEither
	case fits:
		return SeenRefused
	}
	return SeenOtherReason
}

// neverTLS reports whether a scenario breaks the connection below TLS, so that no client can get a response.
func neverTLS(s *scenarios.Scenario) bool {
	if s.Server.Fault == "" || len(s.Expect.Failures) == 0 || s.Expect.Verdict != scenarios.Reject {
		return false
	}
	i, _ := failure.Lookup(s.Expect.Failures[0])
	return i.Group == "wire"
}
