package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// TestRecogniseRecorded holds that what a stack was seen to say means the same when nobody tells
// whose words they are.
func TestRecogniseRecorded(t *testing.T) {
	total, wrong := 0, 0
	for _, stack := range verdict.Stacks() {
		for _, line := range recorded(t, stack) {
			want, message := failure.Class(line[0]), line[1]
			if want == verdict.Untold {
				continue // the alert tells
			}
			total++
			if by, got := verdict.Recognise(message); got != want {
				wrong++
				t.Errorf("%s: %q is recognised as %q in the words of %q, recorded as %q", stack, message, got, by, want)
			}
		}
	}
	t.Logf("%d of %d messages", total-wrong, total)
}

// TestRecogniseMarks holds each mark to tell whose words these are: what follows it is in the words of
// several.
func TestRecogniseMarks(t *testing.T) {
	for message, want := range map[string]struct {
		stack string
		class failure.Class
	}{
		"x509: certificate has expired or is not yet valid: current time A is before B":                                   {"go", failure.NotYetValid},
		"tls: certificate has expired or is not yet valid: current time A is before B":                                    {"go", failure.NotYetValid},
		"dial tcp: context deadline exceeded, Connection refused":                                                         {"go", failure.Timeout},
		"[SSL] unknown (_ssl.c:997) timed out, Could not resolve host":                                                    {"python", failure.Timeout},
		"urllib.error.URLError: timed out after 5":                                                                        {"python", failure.Timeout},
		"http.client.RemoteDisconnected: timed out after 5":                                                               {"python", failure.Timeout},
		"Traceback (most recent call last):\nConnection reset by peer, timed out after 5":                                 {"python", failure.ConnectionReset},
		"Traceback (most recent call last):\ncurl: (18) transfer closed with N bytes remaining, Connection reset by peer": {"curl", failure.UnexpectedEOF},
		"Traceback (most recent call last):\n  File \"client.py\", line 8\n    open(url, timeout=3)\nurllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)>": {"python", failure.Expired},
		"curl: (28) Connection timed out after 5 milliseconds, Connection refused":                                        {"curl", failure.Timeout},
		"verify error:num=62:hostname mismatch, Couldn't connect to server":                                               {"openssl", failure.HostnameMismatch},
		"java.net.ConnectException: timed out after 5, Connection refused":                                                {"java", failure.ConnectionRefused},
		"javax.net.ssl.SSLException: Connection reset by peer":                                                            {"java", failure.ConnectionReset},
		"sun.security.validator.ValidatorException: signature check failed, EOF occurred in violation of protocol":        {"java", failure.BadSignature},
		"OpenSSL.SSL.SysCallError: (-1, 'Unexpected EOF'), SSL_ERROR_SYSCALL":                                             {"pyopenssl", failure.UnexpectedEOF},
		"service_identity.exceptions.VerificationError(mismatched_id), doesn't match":                                     {"pyopenssl", failure.HostnameMismatch},
		"node:internal/errors: read ECONNRESET, timed out after 5":                                                        {"node", failure.ConnectionReset},
		"Host: localhost. is not in the cert's altnames: does not match certificate's altnames, Could not resolve host":   {"node", failure.HostnameMismatch},
		"GnuTLS: the certificate is not trusted, timed out after 5":                                                       {"wget", failure.Untrusted},
		"pymongo.errors.ConfigurationError: Private key doesn't match certificate: [SSL] PEM lib":                         {"pymongo", failure.BadPEM},
		"server selection error: context deadline exceeded, current topology: { Last error: dial tcp: connection refused": {"mongo-go", failure.ConnectionRefused},
		// mbedTLS's sentence for every refusal contains Java's words for a bad signature.
		"TLSError([0x2700] 'X509 - Certificate verification failed, e.g. CRL, CA or signature check failed')": {"mbedtls", verdict.Untold},
	} {
		stack, class := verdict.Recognise(message)
		assert.Equal(t, want.stack, stack, message)
		assert.Equal(t, want.class, class, message)
	}
}

func TestRecogniseUnknown(t *testing.T) {
	stack, class := verdict.Recognise("the moon is in the wrong house")
	assert.Empty(t, stack)
	assert.Empty(t, class)
}

// TestTelling holds that the line which tells is found among others.
func TestTelling(t *testing.T) {
	message := "  % Total    % Received\ncurl: (60) SSL certificate problem: certificate has expired\nMore details here: https://curl.se/docs/sslcerts.html\n"
	assert.Equal(t, "curl: (60) SSL certificate problem: certificate has expired", verdict.Telling("curl", message))
	assert.Equal(t, "curl: (60) SSL certificate problem: certificate has expired", verdict.Telling("", message))
	assert.Equal(t, "", verdict.Telling("go", ""))
}

// underTest judges a client under test that speaks no known words, or those given.
func underTest(t *testing.T, id, message string, observed []serve.Observation, features ...string) verdict.Judgement {
	s, ok := scenarios.Lookup(id)
	require.True(t, ok)
	r := clients.Result{Outcome: clients.Rejected, Message: message}
	return verdict.Judge(verdict.Cell{
		Scenario: s, Client: clients.Info{Stack: "under-test", UnderTest: true, Features: features},
		Result: r, Control: clients.Result{Outcome: clients.Accepted}, Observed: observed,
	})
}

// TestUnknownWords holds that words which nobody knows are ok only where the record leaves no other
// reason.
func TestUnknownWords(t *testing.T) {
	const words = "the moon is in the wrong house"
	sent := func(code uint8) []serve.Observation {
		a := serve.AlertByCode(code)
		return []serve.Observation{{End: serve.EndAlertSent, AlertSent: &a}}
	}
	for name, c := range map[string]struct {
		id       string
		observed []serve.Observation
		features []string
		kind     verdict.Kind
		class    failure.Class
		fine     bool
	}{
		"alert that tells":                 {"expired", alert(45), nil, verdict.OK, failure.Expired, true},
		"alert of something else":          {"expired", alert(48), nil, verdict.Unrecognised, "", false},
		"alert that says nothing":          {"expired", alert(42), nil, verdict.Unrecognised, "", false},
		"left without a word":              {"wrong-host", []serve.Observation{{End: serve.EndEOF}}, nil, verdict.Unrecognised, "", false},
		"never came":                       {"expired", nil, nil, verdict.Unrecognised, "", false},
		"nobody can come":                  {"connection-refused", nil, nil, verdict.OK, failure.ConnectionRefused, true},
		"did not come, as is right":        {"ca-file-missing", nil, nil, verdict.OK, failure.MissingFile, true},
		"came without what it needs":       {"ca-file-missing", alert(45), nil, verdict.Unrecognised, "", false},
		"the server broke it off":          {"close-after-hello", []serve.Observation{{End: serve.EndBrokenOff}}, nil, verdict.OK, failure.UnexpectedEOF, true},
		"the server refused":               {"tls10-only", sent(70), nil, verdict.OK, failure.ProtocolVersion, true},
		"the server refused its identity":  {"client-certificate-expired", sent(45), nil, verdict.OK, failure.ClientCertificateRejected, true},
		"the server refused for something": {"internal-error", sent(40), nil, verdict.Unrecognised, "", false},
		"it need not refuse":               {"too-long-validity", alert(42), nil, verdict.Unrecognised, "", true},
		"it said that it does":             {"too-long-validity", alert(42), []string{scenarios.FeatureBrowserPolicy}, verdict.Unrecognised, "", false},
		"it must accept":                   {"good", alert(45), nil, verdict.Broken, "", false},
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

// TestKnownWords holds that the record does not mend words that are understood.
func TestKnownWords(t *testing.T) {
	expired := alert(45)
	j := underTest(t, "expired", "curl: (60) SSL certificate problem: unable to get local issuer certificate", expired)
	assert.Equal(t, verdict.WrongReason, j.Kind)
	assert.Equal(t, failure.Untrusted, j.Class)
	assert.Equal(t, "curl", j.Words)
	assert.False(t, j.Documented)

	// Curl has other words for it in each version.
	for _, words := range []string{"error setting certificate verify locations:  CAfile: x.pem CApath: /etc/ssl/certs", "error setting certificate file: x.pem",
		"error adding trust anchors from file: x.pem", "Problem with the SSL CA cert (path? access rights?)"} {
		j = underTest(t, "ca-file-missing", "curl: (77) "+words, nil)
		assert.Equal(t, verdict.OK, j.Kind, words)
	}

	// What curl is granted, as it has no other words, is granted to who speaks them; what curl is
	// known to do wrong is not.
	j = underTest(t, "client-key-wrong-passphrase", "curl: (58) unable to set private key file: 'key.pem' type PEM", nil)
	assert.Equal(t, verdict.OK, j.Kind)
	j = underTest(t, "client-certificate-expired-tls12", "curl: (60) SSL certificate verification failed", expired)
	assert.Equal(t, verdict.WrongReason, j.Kind)
	assert.False(t, j.Documented)
}

// TestBelieve holds what a client says against what the server saw, and does not blame it for what
// it cannot have known.
func TestBelieve(t *testing.T) {
	told := clients.Info{Stack: "under-test", UnderTest: true}
	untold := told
	untold.NotTold = []clients.Part{clients.PartConnect, clients.PartCertificate, clients.PartPassword}
	storeOnly := told
	storeOnly.NotTold = []clients.Part{clients.PartCAFile}
	accepted, rejected := clients.Result{Outcome: clients.Accepted}, clients.Result{Outcome: clients.Rejected, Message: "no"}
	one := []serve.Observation{{End: serve.EndServed}}
	withCertificate := []serve.Observation{{ClientCertificate: "CN=client"}}
	for name, c := range map[string]struct {
		id       string
		client   clients.Info
		result   clients.Result
		observed []serve.Observation
		want     clients.Outcome
	}{
		"accepted":                             {"good", told, accepted, one, clients.Accepted},
		"accepted without a connection":        {"good", told, accepted, nil, clients.Failed},
		"rejected":                             {"good", untold, rejected, nil, clients.Rejected},
		"not told where":                       {"good-wildcard", untold, rejected, nil, clients.Unsupported},
		"told where":                           {"good-wildcard", told, rejected, nil, clients.Rejected},
		"not told where, and there":            {"wildcard-bare", untold, rejected, one, clients.Rejected},
		"a name that is to lead nowhere":       {"unknown-host", untold, rejected, nil, clients.Rejected},
		"an address":                           {"wrong-ip", untold, rejected, nil, clients.Rejected},
		"not told what to present":             {"good-client-certificate", untold, rejected, one, clients.Unsupported},
		"not told what to present, accepted":   {"client-certificate-expired", untold, accepted, one, clients.Unsupported},
		"presented what it was not told of":    {"client-certificate-expired", untold, accepted, withCertificate, clients.Accepted},
		"told what to present":                 {"good-client-certificate", told, rejected, one, clients.Rejected},
		"not told what to present, and did it": {"client-certificate-expired", untold, rejected, withCertificate, clients.Rejected},
		"not told the passphrase":              {"client-key-encrypted", untold, rejected, nil, clients.Unsupported},
		"no passphrase to tell":                {"client-certificate-missing", untold, rejected, one, clients.Rejected},
		"a trust store in place of PEM":        {"ca-file-not-pem", storeOnly, rejected, nil, clients.Unsupported},
		"a trust store, and nothing wrong":     {"expired", storeOnly, rejected, one, clients.Rejected},
		"PEM, which is broken":                 {"ca-file-not-pem", told, rejected, nil, clients.Rejected},
		"cannot":                               {"good", told, clients.Result{Outcome: clients.Unsupported}, nil, clients.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := scenarios.Lookup(c.id)
			require.True(t, ok)
			assert.Equal(t, c.want, verdict.Believe(s, c.client, c.result, c.observed).Outcome)
		})
	}
}
