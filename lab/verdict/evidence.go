package verdict

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// words tells in which stack's words a client's message is, and its class.
func (c Cell) words(message string) (words string, class failure.Class) {
	name := cmp.Or(c.Client.Speaks, c.Client.Stack)
	// the lab's own words, whichever stack's the client uses
	if c.Client.UnderTest && strings.HasPrefix(message, clients.OverrunPrefix) {
		return name, failure.Timeout
	}
	if messages.Of(name).Rules != nil || !c.Client.UnderTest {
		return name, Classify(name, message)
	}
	return messages.Recognise(message)
}

// widened returns an expectation with the further classes that the scenario allows for the stack in whose words the
// client under test reports: the library names the same fault in another way, whatever the client makes of it.
func (c Cell) widened(e scenarios.Expectation) scenarios.Expectation {
	speaks, _ := c.words(c.Result.Message)
	for _, k := range c.Scenario.Known {
		if k.Right && k.Verdict == "" && speaks != "" && concerns(k, speaks, "") {
			e.Failures = slices.Concat(e.Failures, k.Failures)
		}
	}
	return e
}

// evidence returns the only one of the scenario's classes that fits the server's record; empty if the record does not
// tell. It is for messages that no rule knows.
func (c Cell) evidence() failure.Class {
	can := func(of ...failure.Class) failure.Class {
		for _, want := range c.Scenario.Expect.Failures {
			if slices.Contains(of, want) {
				return want
			}
		}
		return ""
	}
	last, ok := c.last()
	switch {
	case !ok: // no connection can come, or none should
		return can(beforeTLS...)
	case last.AlertReceived != nil:
		return can(messages.SentByClients(last.AlertReceived.Code)...)
	case last.AlertSent != nil && c.Scenario.Family == scenarios.ClientCertificates:
		return can(messages.SentAboutClients(last.AlertSent.Code))
	case last.AlertSent != nil:
		return can(messages.SentByServers(last.AlertSent.Code)...)
	case last.End == serve.EndBrokenOff: // by the server, before the client could refuse it
		return can(c.Scenario.Expect.Failures...)
	}
	return ""
}

// beforeTLS are the classes of failures before the first byte is sent.
var beforeTLS = []failure.Class{
	failure.ConnectionRefused, failure.NameResolution, failure.Timeout,
	failure.MissingFile, failure.BadPEM, failure.BadPassphrase, failure.ClientMisconfigured,
}

// CrossCheck compares what a client says with what the server saw, before the client is judged, and returns the result
// that follows. A client under test that was not really asked (see [Unasked]) does not support the scenario. If a
// client's outcome is to be taken from the server's record, it is set here. A client cannot have accepted without a
// connection: the program has failed.
func CrossCheck(s *scenarios.Scenario, c clients.Info, r clients.Result, observed []serve.Observation) clients.Result {
	if failed := slices.IndexFunc(observed, func(o serve.Observation) bool {
		return o.End == serve.EndInternal
	}); failed >= 0 {
		r.Outcome, r.Message = clients.Failed, observed[failed].Error
		return r
	}
	r = lastWords(s, c, r, observed)
	if r.Outcome != clients.Accepted && r.Outcome != clients.Rejected {
		return r
	}
	if why := Unasked(s, c, observed); !why.IsZero() {
		return r.With(clients.Unsupported, why)
	}
	switch {
	case c.ByRecord:
		return byRecord(s, c, r, observed)
	case r.Outcome == clients.Accepted && len(observed) == 0:
		return r.With(clients.Failed, lang.Because(NeverConnected))
	}
	return r
}

// Unasked says why a client under test was not really asked: it got something that the scenario needs only through its
// environment, and did not use it. Under TLS 1.3, a client that only does the handshake accepts before the server
// misses its certificate. Zero means that it was asked.
func Unasked(s *scenarios.Scenario, c clients.Info, observed []serve.Observation) lang.Reason {
	missing := func(p clients.Part) bool { return c.UnderTest && slices.Contains(c.NotTold, p) }
	switch {
	case missing(clients.PartConnect) && elsewhere(s) && len(observed) == 0:
		return lang.Because(whyNoAddress)
	case missing(clients.PartPassword) && s.Setup.Passphrase != "":
		return lang.Because(whyNoPassphrase)
	case missing(clients.PartCAFile) && s.Setup.CA != "":
		return lang.Because(whyNoCAFile)
	case missing(clients.PartCertificate) && s.Recipe.Client != nil && !presented(observed):
		return lang.Because(whyNoCertificate)
	}
	return lang.Reason{}
}

// elsewhere reports whether a scenario's host is a name that does not resolve to the server, so that the client has to
// connect to another address.
func elsewhere(s *scenarios.Scenario) bool {
	return s.Host != "localhost" && net.ParseIP(s.Host) == nil && s.Server.Fault != scenarios.FaultUnresolved
}

// presented reports whether the client presented a certificate.
func presented(observed []serve.Observation) bool {
	return slices.ContainsFunc(observed, func(o serve.Observation) bool { return o.ClientCertificate != "" })
}
