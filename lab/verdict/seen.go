package verdict

import (
	"slices"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Sight is what the server's side of one connection, and nothing else, tells of a client. It is no
// judgement: what the client said to its user cannot be seen from there. See [See].
type Sight string

// The sights.
const (
	SeenAccepted    Sight = "accepted"     // it accepted what it is to accept
	SeenEither      Sight = "either"       // it did what some do and some do not, with good reason
	SeenInsecure    Sight = "insecure"     // it accepted what it must reject
	SeenLenient     Sight = "lenient"      // it accepted what clients with a certain feature reject
	SeenRefused     Sight = "refused"      // it refused what it is to refuse, for a reason that the scenario lists
	SeenUntold      Sight = "untold"       // it refused what it is to refuse, with an alert that tells no reason
	SeenOtherReason Sight = "other-reason" // it refused what it is to refuse, with an alert that stands for something else
	SeenBroken      Sight = "broken"       // it refused what it is to accept
	SeenTurnedAway  Sight = "turned-away"  // the server refused it, as the scenario has it
	SeenNotServed   Sight = "not-served"   // the server refused it, though the scenario is for clients to accept or refuse
	SeenGaveUp      Sight = "gave-up"      // it left a server that never gave it anything to accept
	SeenWaited      Sight = "waited"       // it waited for such a server for longer than the server would have it
	SeenFault       Sight = "fault"        // the server broke the connection off: what the client made of it cannot be seen
	SeenLeft        Sight = "left"         // it left without a request and without an alert: a refusal, or no more than a look
	SeenSilence     Sight = "silence"      // it fell silent
	SeenNothing     Sight = "nothing"      // it connected and said nothing
	SeenNotTLS      Sight = "not-tls"      // it did not speak TLS
	SeenRelayed     Sight = "relayed"      // something encrypted passed between it and a server that ends TLS by itself
	SeenError       Sight = "error"        // the lab's own failure
)

// Sights returns all of them.
func Sights() []Sight {
	return []Sight{SeenAccepted, SeenEither, SeenInsecure, SeenLenient, SeenRefused, SeenUntold, SeenOtherReason, SeenBroken, SeenTurnedAway,
		SeenNotServed, SeenGaveUp, SeenWaited, SeenFault, SeenLeft, SeenSilence, SeenNothing, SeenNotTLS, SeenRelayed, SeenError}
}

// See says what an observation alone tells of a client, given what the scenario expects of it, which
// is its Expect but for those that are yet to expire.
func See(s *scenarios.Scenario, expect scenarios.Expectation, o serve.Observation) Sight {
	switch {
	case o.End == serve.EndInternal:
		return SeenError
	case o.End == serve.EndServed:
		return seenServed(expect)
	case o.AlertReceived != nil:
		return seenAlert(s, expect, o.AlertReceived.Code)
	case o.AlertSent != nil:
		if expect.Verdict != scenarios.Accept && slices.ContainsFunc(messages.SentToClients(o.AlertSent.Code), func(c failure.Class) bool { return slices.Contains(expect.Failures, c) }) {
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
	case o.End == serve.EndError && o.ApplicationData: // whatever it sent: s_client with a line of nothing, say
		return seenServed(expect)
	case o.End == serve.EndError:
		return SeenError
	}
	return SeenLeft
}

func seenServed(e scenarios.Expectation) Sight {
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

func seenAlert(s *scenarios.Scenario, e scenarios.Expectation, code uint8) Sight {
	can := messages.AlertClasses(code)
	fits := slices.ContainsFunc(can, func(c failure.Class) bool { return slices.Contains(e.Failures, c) })
	switch {
	case e.Verdict == scenarios.Accept && e.Level == scenarios.Should && fits:
		return SeenEither
	case e.Verdict == scenarios.Accept:
		return SeenBroken
	case neverTLS(s): // stacks answer what is no TLS with whatever alert they like
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

// neverTLS reports whether a scenario's server breaks what carries TLS, so that no client can come to
// an answer.
func neverTLS(s *scenarios.Scenario) bool {
	if s.Server.Fault == "" || len(s.Expect.Failures) == 0 || s.Expect.Verdict != scenarios.Reject {
		return false
	}
	i, _ := failure.Lookup(s.Expect.Failures[0])
	return i.Group == "wire"
}
