package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// traceback is the output of a Python stub that does not catch the exceptions of its library.
const traceback = `Traceback (most recent call last):
  File "stub.py", line 7, in <module>
    ssl.create_default_context(cafile=ca).wrap_socket(s, server_hostname=host)
ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired ` +
	`(_ssl.c:1006)`

// TestLastWords checks that a TryTLS stub that ends with an exit status other than 0 is judged like a client under the
// contract exit: what it was not asked does not count, and a TLS error that it did not catch is a refusal.
func TestLastWords(t *testing.T) {
	told := clients.Info{Stack: "under-test", Variant: "trytls", UnderTest: true}
	untold := told
	untold.NotTold = []clients.Part{clients.PartConnect, clients.PartCertificate, clients.PartPassword}
	one := []serve.Observation{{End: serve.EndEOF}}
	for name, test := range map[string]struct {
		id       string
		client   clients.Info
		words    string
		observed []serve.Observation
		outcome  clients.Outcome
		kind     verdict.Kind
	}{
		"a traceback of a refusal": {"expired", told, traceback, one, clients.Rejected, verdict.OK},
		"a traceback with another reason": {
			"wrong-host", told, traceback, one, clients.Rejected, verdict.WrongReason,
		},
		"a traceback on good": {"good", told, traceback, one, clients.Rejected, verdict.Broken},
		"a traceback of something else": {
			"expired", told, "NameError: name 'sll' is not defined", one, clients.Failed, verdict.Error,
		},
		"below TLS": {
			"expired", told, "ConnectionRefusedError: [Errno 111] Connection refused", nil, clients.Failed,
			verdict.Error,
		},
		"nothing": {"expired", told, "", one, clients.Failed, verdict.Error},
		"a name that does not resolve": {
			"good-wildcard", untold, "socket.gaierror: [Errno -2] Name or service not known", nil, clients.Unsupported,
			verdict.Unsupported,
		},
		"the same without words": {"good-wildcard", untold, "", nil, clients.Unsupported, verdict.Unsupported},
		"told the address":       {"good-wildcard", told, "oh no", nil, clients.Failed, verdict.Error},
		"no certificate, TLS 1.3": {
			"client-certificate-expired", untold,
			"ssl.SSLError: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)",
			one, clients.Unsupported, verdict.Unsupported,
		},
		"a certificate that was refused": {
			"client-certificate-expired", told,
			"ssl.SSLError: [SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired (_ssl.c:2580)", one,
			clients.Rejected, verdict.OK,
		},
	} {
		s, ok := scenarios.Lookup(test.id)
		require.True(t, ok, test.id)
		r := clients.Result{
			Outcome: clients.Failed, Message: "the stub ended with exit status 1", Code: "1", LastWords: &test.words,
		}
		r = verdict.CrossCheck(s, test.client, r, test.observed)
		assert.Equal(t, test.outcome, r.Outcome, name)
		c := verdict.Cell{
			Scenario: s, Client: test.client, Result: r, Observed: test.observed,
			Control: clients.Result{Outcome: clients.Accepted},
		}
		assert.Equal(t, test.kind, verdict.Judge(c).Kind, name)
	}
	s, _ := scenarios.Lookup("good-wildcard")
	died := clients.Result{Outcome: clients.Failed, Message: "the client died of a signal"}
	assert.Equal(t, died, verdict.CrossCheck(s, untold, died, nil))
}

// TestVerdictOnly checks that a client that gives no reasons passes if only verdicts are asked for, and only with the
// right verdicts.
func TestVerdictOnly(t *testing.T) {
	for id, want := range map[string][2]verdict.Kind{ // of a refusal: judged by its reason, and by its verdict alone
		"expired": {verdict.Unrecognised, verdict.OK}, "wrong-host": {verdict.Unrecognised, verdict.OK},
		"good": {verdict.Broken, verdict.Broken}, "revoked-crl": {verdict.Unrecognised, verdict.OK},
		"cbc-only": {verdict.Unrecognised, verdict.OK},
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		for i, only := range []bool{false, true} {
			c := verdict.Cell{
				Scenario: s, Client: clients.Info{Stack: "under-test", UnderTest: true, VerdictOnly: only},
				Control: clients.Result{Outcome: clients.Accepted}, Observed: []serve.Observation{{End: serve.EndEOF}},
				Result: clients.Result{Outcome: clients.Rejected, Message: "REJECT, without a reason"},
			}
			assert.Equal(t, want[i], verdict.Judge(c).Kind, "%s %t", id, only)
			c.Result = clients.Result{Outcome: clients.Accepted}
			c.Observed = []serve.Observation{{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}}
			if id == "expired" || id == "wrong-host" {
				assert.Equal(t, verdict.Insecure, verdict.Judge(c).Kind, "%s %t", id, only)
			}
			c.Result, c.Control = clients.Result{Outcome: clients.Rejected}, clients.Result{Outcome: clients.Rejected}
			if s.Control != "" {
				assert.Equal(t, verdict.Void, verdict.Judge(c).Kind, "%s %t", id, only)
			}
		}
	}
}
