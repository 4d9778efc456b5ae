package messages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// TestRecogniseRecorded checks that what a stack wrote means the same if it is not known who wrote it.
func TestRecogniseRecorded(t *testing.T) {
	total, wrong := 0, 0
	for _, stack := range messages.Stacks() {
		for _, line := range recorded(t, stack) {
			want, message := failure.Class(line[0]), line[1]
			if want == messages.Untold {
				continue // the alert tells
			}
			total++
			by, got := messages.Recognise(message)
			if !assert.Equal(t, want, got, "%s: %q, recognised as the words of %q", stack, message, by) {
				wrong++
			}
		}
	}
	t.Logf("%d of %d messages", total-wrong, total)
}

// marked are messages with marks, the stack that they belong to, and their class.
var marked = []struct {
	message, stack string
	class          failure.Class
}{
	{"x509: certificate has expired or is not yet valid: current time A is before B", "go", failure.NotYetValid},
	{"tls: certificate has expired or is not yet valid: current time A is before B", "go", failure.NotYetValid},
	{"dial tcp: context deadline exceeded, Connection refused", "go", failure.Timeout},
	{"[SSL] unknown (_ssl.c:997) timed out, Could not resolve host", "python", failure.Timeout},
	{"urllib.error.URLError: timed out after 5", "python", failure.Timeout},
	{"http.client.RemoteDisconnected: timed out after 5", "python", failure.Timeout},
	{
		"Traceback (most recent call last):\nConnection reset by peer, timed out after 5", "python",
		failure.ConnectionReset,
	},
	{
		"Traceback (most recent call last):\ncurl: (18) transfer closed with N bytes remaining, Connection " +
			"reset by peer",
		"curl", failure.UnexpectedEOF,
	},
	{
		"Traceback (most recent call last):\n  File \"client.py\", line 8\n    open(url, " +
			"timeout=3)\nurllib.error.URLError: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate " +
			"verify failed: certificate has expired (_ssl.c:1006)>",
		"python", failure.Expired,
	},
	{"curl: (28) Connection timed out after 5 milliseconds, Connection refused", "curl", failure.Timeout},
	{"verify error:num=62:hostname mismatch, Couldn't connect to server", "openssl", failure.HostnameMismatch},
	{"java.net.ConnectException: timed out after 5, Connection refused", "java", failure.ConnectionRefused},
	{"javax.net.ssl.SSLException: Connection reset by peer", "java", failure.ConnectionReset},
	{
		"sun.security.validator.ValidatorException: signature check failed, EOF occurred in violation of protocol",
		"java", failure.BadSignature,
	},
	{"OpenSSL.SSL.SysCallError: (-1, 'Unexpected EOF'), SSL_ERROR_SYSCALL", "pyopenssl", failure.UnexpectedEOF},
	{
		"service_identity.exceptions.VerificationError(mismatched_id), doesn't match", "pyopenssl",
		failure.HostnameMismatch,
	},
	{"node:internal/errors: read ECONNRESET, timed out after 5", "node", failure.ConnectionReset},
	{
		"Host: localhost. is not in the cert's altnames: does not match certificate's altnames, Could not " +
			"resolve host",
		"node", failure.HostnameMismatch,
	},
	{"GnuTLS: the certificate is not trusted, timed out after 5", "wget", failure.Untrusted},
	{
		"pymongo.errors.ConfigurationError: Private key doesn't match certificate: [SSL] PEM lib", "pymongo",
		failure.BadPEM,
	},
	{
		"server selection error: context deadline exceeded, current topology: { Last error: dial tcp: " +
			"connection refused",
		"mongo-go", failure.ConnectionRefused,
	},
	// mbedTLS's sentence for every refusal contains Java's words for a bad signature.
	{
		"TLSError([0x2700] 'X509 - Certificate verification failed, e.g. CRL, CA or signature check failed')",
		"mbedtls", messages.Untold,
	},
}

// TestRecogniseMarks checks that each mark tells whose words these are: the words after it are those of several stacks.
func TestRecogniseMarks(t *testing.T) {
	for _, c := range marked {
		stack, class := messages.Recognise(c.message)
		assert.Equal(t, c.stack, stack, c.message)
		assert.Equal(t, c.class, class, c.message)
	}
}

func TestRecogniseUnknown(t *testing.T) {
	stack, class := messages.Recognise("the moon is in the wrong house")
	assert.Empty(t, stack)
	assert.Empty(t, class)
}

// TestTelling checks that the telling line is found among others.
func TestTelling(t *testing.T) {
	message := "  % Total    % Received\ncurl: (60) SSL certificate problem: certificate has expired\nMore details " +
		"here: https://curl.se/docs/sslcerts.html\n"
	assert.Equal(t, "curl: (60) SSL certificate problem: certificate has expired", messages.Telling("curl", message))
	assert.Equal(t, "curl: (60) SSL certificate problem: certificate has expired", messages.Telling("", message))
	assert.Equal(t, "", messages.Telling("go", ""))
}
