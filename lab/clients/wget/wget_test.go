package wget

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/serve"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string][2]string{
		"GNU Wget 1.21.3 built on linux-gnu.\n\n-cares +digest +large-file -metalink +nls \n+ntlm +opie +psl " +
			"+ssl/gnutls \n": {"1.21.3", "GnuTLS"},
		"GNU Wget 1.24.5 built on darwin23.2.0.\n\n-cares +digest +ssl/openssl \n": {"1.24.5", "OpenSSL"},
	} {
		version, library, err := parseVersion(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, [2]string{version, library})
	}
	for text, want := range map[string]string{
		"":                         "not GNU Wget's",
		"BusyBox v1.36 multi-call": "not GNU Wget's",
		"GNU Wget 1.2 built on x.\n\n+digest -ssl\n":       "without TLS",
		"GNU Wget 1.2 built on x.\n\n+digest\n":            "without TLS",
		"GNU Wget 1.2 built on x.\n\n+digest +ssl/other\n": `unknown TLS library: "other"`,
	} {
		_, _, err := parseVersion(text)
		assert.ErrorContains(t, err, want, text)
	}
}

// TestCannot checks that Wget is unsupported where it would need an option like curl's --connect-to.
func TestCannot(t *testing.T) {
	for _, test := range []struct {
		host, connect string
		can           bool
	}{
		{"localhost", "127.0.0.1:8443", true},
		{"localhost", "[::1]:8443", true},
		{"localhost", "127.0.0.1:9", false},
		{"localhost", "192.0.2.1:8443", false},
		{"127.0.0.1", "127.0.0.1:8443", true},
		{"127.0.0.1", "127.0.0.2:8443", false},
		{"a.tlslab.test", "127.0.0.1:8443", false},
		{"a.tlslab.test", "", true}, // it must resolve the name itself
	} {
		why := cannot(clients.Request{Endpoint: serve.Endpoint{Host: test.host, Connect: test.connect, Port: 8443}})
		assert.Equal(t, test.can, why.IsZero(), "%s %s: %s", test.host, test.connect, why)
	}
	assert.Contains(t, cannot(clients.Request{Endpoint: serve.Endpoint{KeyPassword: "x"}}).Text, "passphrase")
}

func TestRead(t *testing.T) {
	const begin = "--2026-11-22 04:00:10--  https://localhost:10001/\nERROR: Cannot open directory /root.pem.\n" +
		"Resolving localhost (localhost)... 127.0.0.1, ::1\nConnecting to localhost " +
		"(localhost)|127.0.0.1|:10001... connected.\n"
	const expired = "ERROR: The certificate of 'localhost' has expired."
	const alert = "Read error (A TLS fatal alert has been received.) in headers.\nGiving up."
	const awaiting = "HTTP request sent, awaiting response... "
	for stderr, want := range map[string]string{
		begin + expired + "\n":                                            expired,
		begin + awaiting + alert + "\n\n":                                 alert,
		begin + awaiting + "503 No\n2026-11-22 04:11:07 ERROR 503: No.\n": "503 No\nERROR 503: No.",
		begin: "wget ended with status 4 and said nothing",
	} {
		assert.Equal(t, clients.Result{Outcome: clients.Rejected, Message: want, Code: "4"},
			read(process.Output{Code: 4, Stderr: stderr}))
	}
	assert.Equal(t, clients.Accepted, read(process.Output{Stderr: begin}).Outcome)
	assert.Equal(t, clients.Unsupported, read(process.Output{Code: parseError,
		Stderr: "wget: unrecognized option '--x'\n"}).Outcome)
	assert.Equal(t, clients.Failed, read(process.Output{Code: -1}).Outcome)
}
