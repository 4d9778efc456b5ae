package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// Connections, as the server sees them.
var (
	seenServed = serve.Observation{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}
	seenNoHTTP = serve.Observation{
		End: serve.EndError, HandshakeComplete: true, ApplicationData: true, Error: "http: no request",
	}
	seenCut     = serve.Observation{End: serve.EndBrokenOff, HandshakeComplete: true, ApplicationData: true}
	seenLeft    = serve.Observation{End: serve.EndEOF, HandshakeComplete: true, Version: "TLS 1.3"}
	seenGoodbye = serve.Observation{End: serve.EndCloseNotify, HandshakeComplete: true}
	seenAlert   = serve.Observation{
		End: serve.EndAlertReceived, AlertReceived: wire.NewAlert(wire.AlertCertificateExpired),
	}
	seenLateAlert = serve.Observation{
		End: serve.EndAlertReceived, HandshakeComplete: true,
		AlertReceived: wire.NewAlert(wire.AlertCertificateExpired),
	}
	seenRefused = serve.Observation{
		End: serve.EndAlertSent, AlertSent: wire.NewAlert(wire.AlertCertificateRequired), Version: "TLS 1.3",
	}
	seenReset   = serve.Observation{End: serve.EndReset}
	seenRelayed = serve.Observation{End: serve.EndRelayed, HandshakeComplete: true, ApplicationData: true}
	seenPlain   = serve.Observation{End: serve.EndNotTLS, BytesReceived: 80}
)

// judged returns the judgement of a client under test, given what the server saw of it on the control and on the
// scenario.
func judged(
	t *testing.T, id string, c clients.Info, r clients.Result, control, observed []serve.Observation,
) verdict.Judgement {
	t.Helper()
	s, ok := scenarios.Lookup(id)
	assert.True(t, ok, id)
	good := verdict.CrossCheck(scenarios.ControlOf(s), c, clients.Result{Outcome: r.Outcome}, control)
	if !c.ByRecord {
		good.Outcome = clients.Accepted
	}
	return verdict.Judge(verdict.Cell{
		Scenario: s, Client: c, Result: verdict.CrossCheck(s, c, r, observed), Observed: observed, Control: good,
		ControlObserved: control,
	})
}

type seen = []serve.Observation

// TestServed checks that the record alone decides what a client under the contract served did.
func TestServed(t *testing.T) {
	served := clients.Info{Stack: "under-test", Variant: "served", UnderTest: true, ByRecord: true}
	for name, test := range map[string]struct {
		id       string
		says     string
		observed seen
		want     verdict.Kind
	}{
		"good":          {"good", "fatal: not a repository", seen{seenServed}, verdict.OK},
		"good, no HTTP": {"good", "Protocol error", seen{seenNoHTTP}, verdict.OK},
		"good, but it left": {
			"good", "x509: certificate has expired or is not yet valid", seen{seenLeft}, verdict.Broken,
		},
		"good, never connected":          {"good", "usage: client URL", nil, verdict.Broken},
		"expired, data came":             {"expired", "certificate has expired", seen{seenNoHTTP}, verdict.Insecure},
		"expired, alert":                 {"expired", "the moon", seen{seenAlert}, verdict.OK},
		"expired, alert after handshake": {"expired", "the moon", seen{seenLateAlert}, verdict.OK},
		"expired, left after handshake": {
			"expired", "x509: certificate has expired or is not yet valid", seen{seenLeft}, verdict.OK,
		},
		"expired, left in unknown words":   {"expired", "the moon", seen{seenGoodbye}, verdict.Unrecognised},
		"expired, never connected":         {"expired", "the moon", nil, verdict.Unrecognised},
		"expired, refused and tried again": {"expired", "", seen{seenAlert, seenAlert}, verdict.OK},
		"expired, tried again unverified":  {"expired", "", seen{seenAlert, seenServed}, verdict.Insecure},
		"expired, tried again in clear":    {"expired", "the moon", seen{seenLeft, seenPlain}, verdict.Unrecognised},
		"expired, two connections taken":   {"expired", "", seen{seenServed, seenLeft}, verdict.Insecure},
		"plain HTTP, says so": {
			"plain-http", "SSL_connect failed: wrong version number", seen{seenReset}, verdict.OK,
		},
		"plain HTTP, says nothing": {
			"plain-http", "exit status 0, with no output", seen{seenReset}, verdict.Unsupported,
		},
		"refused port, says so":      {"connection-refused", "Connection refused", nil, verdict.OK},
		"refused port, says nothing": {"connection-refused", "", nil, verdict.Unsupported},
		"cut, says so":               {"truncated-response", "unexpected EOF", seen{seenCut}, verdict.OK},
		"cut, says nothing":          {"truncated-response", "", seen{seenCut}, verdict.Unsupported},
		"cut, says something else": {
			"truncated-response", "certificate has expired", seen{seenCut}, verdict.Unsupported,
		},
		"refused by the server, mute": {"client-certificate-missing", "", seen{seenRefused}, verdict.Unsupported},
		"refused by the server, says so": {
			"client-certificate-missing", "remote error: tls: certificate required", seen{seenRefused}, verdict.OK,
		},
		"relayed":                {"expired", "", seen{seenRelayed}, verdict.Unsupported},
		"hangs after the answer": {"good", "timeout: tlslab ended the client after 10s", seen{seenServed}, verdict.OK},
		"hangs where the server does": {
			"silent", "timeout: tlslab ended the client after 10s", seen{{End: serve.EndEOF}}, verdict.OK,
		},
	} {
		r := clients.Result{Outcome: clients.Rejected, Message: test.says, Code: "128"}
		j := judged(t, test.id, served, r, seen{seenServed}, test.observed)
		assert.Equal(t, test.want, j.Kind, "%s: %s", name, j.Why)
		assert.Empty(t, j.Disagreement, name)
		assert.False(t, j.Contradicted, name)
	}
	died := judged(t, "expired", served, clients.Result{
		Outcome: clients.Failed, Message: "it died",
	}, seen{seenServed}, seen{seenServed})
	assert.Equal(t, verdict.Error, died.Kind)
}

// TestContradicted checks that an exit status of 0 is believed only as far as the record confirms it.
func TestContradicted(t *testing.T) {
	exit := clients.Info{Stack: "under-test", Variant: "exit", UnderTest: true}
	for name, test := range map[string]struct {
		id                string
		control, observed seen
		want              verdict.Kind
		why               string
	}{
		"a request": {"expired", seen{seenServed}, seen{seenServed}, verdict.Insecure, "must reject"},
		"a request after an alert": {
			"expired", seen{seenServed}, seen{seenAlert, seenServed}, verdict.Insecure, "must reject",
		},
		"relayed":    {"expired", seen{seenRelayed}, seen{seenRelayed}, verdict.Insecure, "must reject"},
		"no request": {"expired", seen{seenServed}, seen{seenLeft}, verdict.Error, "sent no request"},
		"a goodbye":  {"wrong-host", seen{seenServed}, seen{seenGoodbye}, verdict.Error, "sent no request"},
		"an alert": {
			"expired", seen{seenServed}, seen{seenAlert}, verdict.Error, "the alert certificate_expired (45)",
		},
		"an alert of one that shakes hands": {
			"expired", seen{seenLeft}, seen{seenLateAlert}, verdict.Error, "the alert certificate_expired (45)",
		},
		"turned away": {
			"client-certificate-missing", seen{seenServed}, seen{seenRefused}, verdict.Error,
			"had ended the connection",
		},
		"reset":                {"plain-http", seen{seenServed}, seen{seenReset}, verdict.Error, "sent no request"},
		"never connected":      {"connection-refused", seen{seenServed}, nil, verdict.Error, "never connected"},
		"it only shakes hands": {"expired", seen{seenLeft}, seen{seenLeft}, verdict.Insecure, "must reject"},
		"so it does with good": {"good", seen{seenLeft}, seen{seenLeft}, verdict.OK, ""},
		"and cannot see a cut response": {
			"truncated-response", seen{seenLeft}, seen{seenLeft}, verdict.Unsupported, "only shakes hands",
		},
		"nor a refusal under TLS 1.3": {
			"client-certificate-missing", seen{seenLeft}, seen{seenRefused}, verdict.Unsupported, "only shakes hands",
		},
		"good, and it sent an alert": {"good", seen{seenAlert}, seen{seenAlert}, verdict.Error, "the alert"},
		"the control, and an alert": {
			"expired", seen{seenAlert}, seen{seenAlert}, verdict.Error,
			"on the control good: it says that it accepted, but it sent the server the alert",
		},
	} {
		j := judged(t, test.id, exit, clients.Result{Outcome: clients.Accepted}, test.control, test.observed)
		assert.Equal(t, test.want, j.Kind, name)
		assert.Contains(t, j.Why.Text, test.why, name)
		assert.Equal(t, test.want == verdict.Error && test.observed != nil, j.Contradicted, name)
		if j.Contradicted {
			assert.Empty(t, j.Disagreement, name)
		}
	}
}

// TestShakesHandsElsewhere checks that a client that sends requests to good is not taken for one that only does the
// handshake if it refuses a control and says that it accepted.
func TestShakesHandsElsewhere(t *testing.T) {
	s, _ := scenarios.Lookup("wrong-ip")
	c := verdict.Cell{
		Scenario: s, Client: clients.Info{Stack: "under-test", UnderTest: true},
		Control: clients.Result{Outcome: clients.Accepted}, ControlObserved: seen{seenLeft},
		Result: clients.Result{Outcome: clients.Accepted}, Observed: seen{seenLeft},
	}
	assert.True(t, c.Unborne())
	assert.Equal(t, verdict.Insecure, verdict.Judge(c).Kind)
	c.GoodObserved = seen{seenServed}
	j := verdict.Judge(c)
	assert.Equal(t, verdict.Error, j.Kind)
	assert.Equal(t, "on the control good-ip: it says that it accepted, but it sent no request", j.Why.Text)
	c.Observed, c.ControlObserved = seen{seenServed}, seen{seenServed}
	assert.False(t, c.Unborne())
}

// TestKnownClientsAreBelieved checks that the clients of the matrix are believed: their reports are the lab's own.
func TestKnownClientsAreBelieved(t *testing.T) {
	j := judged(t, "expired", clients.Info{
		Stack: "curl", Variant: "insecure", Skips: []clients.Check{clients.CheckChain},
	}, clients.Result{Outcome: clients.Accepted}, seen{seenServed}, seen{seenLeft})
	assert.Equal(t, verdict.Insecure, j.Kind)
	assert.False(t, j.Contradicted)
	assert.NotEmpty(t, j.Disagreement)
}
