package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// underTest judges a client under test that rejected a scenario with a message.
func underTest(t *testing.T, id, message string, observed []serve.Observation, features ...string) verdict.Judgement {
	s, ok := scenarios.Lookup(id)
	require.True(t, ok)
	r := clients.Result{Outcome: clients.Rejected, Message: message}
	return verdict.Judge(verdict.Cell{
		Scenario: s, Client: clients.Info{Stack: "under-test", UnderTest: true, Features: features},
		Result: r, Control: clients.Result{Outcome: clients.Accepted}, Observed: observed,
	})
}

// TestUnknownWords checks that unknown words are ok only if the record leaves no other reason.
func TestUnknownWords(t *testing.T) {
	const words = "the moon is in the wrong house"
	sent := func(code wire.AlertCode) []serve.Observation {
		return []serve.Observation{{End: serve.EndAlertSent, AlertSent: wire.NewAlert(code)}}
	}
	for name, c := range map[string]struct {
		id       string
		observed []serve.Observation
		features []string
		kind     verdict.Kind
		class    failure.Class
		fine     bool
	}{
		"alert that tells": {
			"expired", alert(wire.AlertCertificateExpired), nil, verdict.OK, failure.Expired, true,
		},
		"alert of something else": {"expired", alert(wire.AlertUnknownCA), nil, verdict.Unrecognised, "", false},
		"alert that says nothing": {"expired", alert(wire.AlertBadCertificate), nil, verdict.Unrecognised, "", false},
		"left without an alert": {
			"wrong-host", []serve.Observation{{End: serve.EndEOF}}, nil, verdict.Unrecognised, "", false,
		},
		"never connected":         {"expired", nil, nil, verdict.Unrecognised, "", false},
		"no client can connect":   {"connection-refused", nil, nil, verdict.OK, failure.ConnectionRefused, true},
		"rightly did not connect": {"ca-file-missing", nil, nil, verdict.OK, failure.MissingFile, true},
		"connected without what it needs": {
			"ca-file-missing", alert(wire.AlertCertificateExpired), nil, verdict.Unrecognised, "", false,
		},
		"the server broke it off": {
			"close-after-hello", []serve.Observation{{End: serve.EndBrokenOff}}, nil, verdict.OK, failure.UnexpectedEOF,
			true,
		},
		"the server refused": {
			"tls10-only", sent(wire.AlertProtocolVersion), nil, verdict.OK, failure.ProtocolVersion, true,
		},
		"the server refused its certificate": {
			"client-certificate-expired", sent(wire.AlertCertificateExpired), nil, verdict.OK,
			failure.ClientCertificateRejected, true,
		},
		"the server refused for another reason": {
			"internal-error", sent(wire.AlertHandshakeFailure), nil, verdict.Unrecognised, "", false,
		},
		"it need not refuse": {
			"too-long-validity", alert(wire.AlertBadCertificate), nil, verdict.Unrecognised, "", true,
		},
		"it says that it has the feature": {
			"too-long-validity", alert(wire.AlertBadCertificate), []string{scenarios.FeatureBrowserPolicy},
			verdict.Unrecognised, "", false,
		},
		"it must accept": {"good", alert(wire.AlertCertificateExpired), nil, verdict.Broken, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			j := underTest(t, c.id, words, c.observed, c.features...)
			assert.Equal(t, c.kind, j.Kind)
			assert.Equal(t, c.class, j.Class)
			assert.Equal(t, c.fine, j.Documented)
			assert.Equal(t, c.class != "", j.FromRecord)
			assert.Empty(t, j.Words)
		})
	}
}

// TestKnownWords checks that the record does not overrule words that are understood.
func TestKnownWords(t *testing.T) {
	expired := alert(wire.AlertCertificateExpired)
	j := underTest(t, "expired", "curl: (60) SSL certificate problem: unable to get local issuer certificate", expired)
	assert.Equal(t, verdict.WrongReason, j.Kind)
	assert.Equal(t, failure.Untrusted, j.Class)
	assert.Equal(t, "curl", j.Words)
	assert.False(t, j.Documented)

	// Curl's words for it differ from version to version.
	for _, words := range []string{"error setting certificate verify locations:  CAfile: x.pem CApath: /etc/ssl/certs",
		"error setting certificate file: x.pem",
		"error adding trust anchors from file: x.pem", "Problem with the SSL CA cert (path? access rights?)"} {
		j = underTest(t, "ca-file-missing", "curl: (77) "+words, nil)
		assert.Equal(t, verdict.OK, j.Kind, words)
	}

	// Classes that are allowed for curl, because it has no other words, are allowed for any client that uses its words.
	// Curl's known faults are not.
	j = underTest(
		t, "client-key-wrong-passphrase", "curl: (58) unable to set private key file: 'key.pem' type PEM", nil,
	)
	assert.Equal(t, verdict.OK, j.Kind)
	j = underTest(t, "client-certificate-expired-tls12", "curl: (60) SSL certificate verification failed", expired)
	assert.Equal(t, verdict.WrongReason, j.Kind)
	assert.False(t, j.Documented)
}

// TestBelieve checks how a client's account is compared with what the server saw, and that a client is not blamed for
// what it cannot have known.
func TestBelieve(t *testing.T) {
	told := clients.Info{Stack: "under-test", UnderTest: true}
	untold := told
	untold.NotTold = []clients.Part{clients.PartConnect, clients.PartCertificate, clients.PartPassword}
	storeOnly := told
	storeOnly.NotTold = []clients.Part{clients.PartCAFile}
	accepted, rejected := clients.Result{Outcome: clients.Accepted}, clients.Result{
		Outcome: clients.Rejected, Message: "no",
	}
	one := []serve.Observation{{End: serve.EndServed}}
	withCertificate := []serve.Observation{{ClientCertificate: "CN=client"}}
	for name, c := range map[string]struct {
		id       string
		client   clients.Info
		result   clients.Result
		observed []serve.Observation
		want     clients.Outcome
	}{
		"accepted":                            {"good", told, accepted, one, clients.Accepted},
		"accepted without a connection":       {"good", told, accepted, nil, clients.Failed},
		"rejected":                            {"good", untold, rejected, nil, clients.Rejected},
		"not told the address":                {"good-wildcard", untold, rejected, nil, clients.Unsupported},
		"told the address":                    {"good-wildcard", told, rejected, nil, clients.Rejected},
		"not told the address, but connected": {"wildcard-bare", untold, rejected, one, clients.Rejected},
		"a name that must not resolve":        {"unknown-host", untold, rejected, nil, clients.Rejected},
		"an address":                          {"wrong-ip", untold, rejected, nil, clients.Rejected},
		"not told the certificate":            {"good-client-certificate", untold, rejected, one, clients.Unsupported},
		"not told the certificate, accepted": {
			"client-certificate-expired", untold, accepted, one, clients.Unsupported,
		},
		"presented a certificate without being told": {
			"client-certificate-expired", untold, accepted, withCertificate, clients.Accepted,
		},
		"told the certificate": {"good-client-certificate", told, rejected, one, clients.Rejected},
		"not told the certificate, but presented it": {
			"client-certificate-expired", untold, rejected, withCertificate, clients.Rejected,
		},
		"not told the passphrase":          {"client-key-encrypted", untold, rejected, nil, clients.Unsupported},
		"no passphrase needed":             {"client-certificate-missing", untold, rejected, one, clients.Rejected},
		"a trust store in place of PEM":    {"ca-file-not-pem", storeOnly, rejected, nil, clients.Unsupported},
		"a trust store, and nothing wrong": {"expired", storeOnly, rejected, one, clients.Rejected},
		"PEM, which is broken":             {"ca-file-not-pem", told, rejected, nil, clients.Rejected},
		"unsupported": {
			"good", told, clients.Result{Outcome: clients.Unsupported}, nil, clients.Unsupported,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := scenarios.Lookup(c.id)
			require.True(t, ok)
			assert.Equal(t, c.want, verdict.CrossCheck(s, c.client, c.result, c.observed).Outcome)
		})
	}
}

// TestUntoldProgram checks that the alert tells what the words of a program do not.
func TestUntoldProgram(t *testing.T) {
	s, _ := scenarios.Lookup("expired")
	judge := func(code wire.AlertCode) verdict.Judgement {
		return verdict.Judge(verdict.Cell{
			Scenario: s, Client: clients.Info{Stack: "under-test", UnderTest: true}, Observed: alert(code),
			Control: accepted(),
			Result: rejected("Could not connect to Redis at localhost:1: SSL_connect failed: certificate verify " +
				"failed"),
		})
	}
	j := judge(wire.AlertCertificateExpired)
	assert.Equal(t, verdict.OK, j.Kind)
	assert.Equal(t, failure.Expired, j.Class)
	assert.True(t, j.FromAlert)
	assert.Equal(t, "redis-cli", j.Words)
	assert.Equal(t, verdict.WrongReason, judge(wire.AlertUnknownCA).Kind)
}

// TestUntoldOfServer checks that the server's alert tells the reason if the words only say that there was an alert.
func TestUntoldOfServer(t *testing.T) {
	for id, c := range map[string]struct {
		code wire.AlertCode
		want failure.Class
	}{
		"client-certificate-expired": {wire.AlertCertificateExpired, failure.ClientCertificateRejected},
		"rc4-only":                   {wire.AlertHandshakeFailure, failure.HandshakeFailure},
		"tls10-only":                 {wire.AlertProtocolVersion, failure.ProtocolVersion},
		"internal-error":             {wire.AlertInternalError, failure.InternalError},
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		j := verdict.Judge(verdict.Cell{
			Scenario: s, Client: clients.Info{Stack: "wget"}, Control: accepted(),
			Observed: []serve.Observation{{AlertSent: &wire.Alert{Code: c.code}}},
			Result:   rejected("GnuTLS: A TLS fatal alert has been received."),
		})
		assert.Equal(t, c.want, j.Class, id)
		assert.True(t, j.FromAlert, id)
		assert.Equal(t, verdict.OK, j.Kind, id)
	}
}
