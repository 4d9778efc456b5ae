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

// words tells whose words a client's message is in, and its class.
func (c Cell) words(message string) (words string, class failure.Class) {
	name := cmp.Or(c.Client.Speaks, c.Client.Stack)
	if c.Client.UnderTest && strings.HasPrefix(message, clients.OverrunPrefix) { // our words, whatever it speaks
		return name, failure.Timeout
	}
	if messages.Of(name).Rules != nil || !c.Client.UnderTest {
		return name, Classify(name, message)
	}
	return messages.Recognise(message)
}

// widened returns an expectation with what the scenario grants the stack whose words a client under
// test speaks: its library names the same fault in another way, whatever the client makes of it.
func (c Cell) widened(e scenarios.Expectation) scenarios.Expectation {
	speaks, _ := c.words(c.Result.Message)
	for _, k := range c.Scenario.Known {
		if k.Right && k.Verdict == "" && speaks != "" && concerns(k, speaks, "") {
			e.Failures = slices.Concat(e.Failures, k.Failures)
		}
	}
	return e
}

// evidence returns the class that the server's record leaves no other for, of those that the
// scenario lists; empty if the record does not tell. It is for messages that nobody here knows.
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
	case !ok: // where no connection can come, or none should
		return can(beforeTLS...)
	case last.AlertReceived != nil:
		return can(messages.SentByClients(last.AlertReceived.Code)...)
	case last.AlertSent != nil && c.Scenario.Family == scenarios.ClientCertificates:
		return can(messages.SentAboutClients(last.AlertSent.Code))
	case last.AlertSent != nil:
		return can(messages.SentByServers(last.AlertSent.Code)...)
	case last.End == serve.EndBrokenOff: // by the server, before the client could have refused it
		return can(c.Scenario.Expect.Failures...)
	}
	return ""
}

// beforeTLS are the classes of what ends before the first byte.
var beforeTLS = []failure.Class{
	failure.ConnectionRefused, failure.NameResolution, failure.Timeout,
	failure.MissingFile, failure.BadPEM, failure.BadPassphrase, failure.ClientMisconfigured,
}

// CrossCheck holds what a client says that it did against what the server saw, before it is judged.
// A client under test that has not been asked (see [Unasked]) does not support the scenario. One whose
// outcome is what the server saw gets it here. A client cannot have accepted without a connection: that
// is a failure of the program.
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

// Unasked says why a client under test has not been asked at all: it was told something that the
// scenario needs by its environment alone, and made nothing of it. One that only shakes hands
// accepts under TLS 1.3 before the server misses its certificate.
// Zero means that it has been asked.
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

// elsewhere reports whether a scenario's host is a name that only leads to the server if the client
// dials another address.
func elsewhere(s *scenarios.Scenario) bool {
	return s.Host != "localhost" && net.ParseIP(s.Host) == nil && s.Server.Fault != scenarios.FaultUnresolved
}

// presented reports whether a client certificate came.
func presented(observed []serve.Observation) bool {
	return slices.ContainsFunc(observed, func(o serve.Observation) bool { return o.ClientCertificate != "" })
}
