package explain_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/lang"
)

// logs are texts, and what is found in them: the classes, the first stack, part of the quote, the line and the count.
var logs = map[string]struct {
	text, classes, stack, quote string
	line, count                 int
}{
	"Python's traceback with what it was caused by": {`2026-11-22 10:00:00 INFO starting
Traceback (most recent call last):
  File "/app/urllib3/connectionpool.py", line 467, in _make_request
    self._validate_conn(conn)
ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired ` +
		`(_ssl.c:1006)

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    requests.get("https://api.example.com/")
requests.exceptions.SSLError: HTTPSConnectionPool(host='api.example.com', port=443): Max retries exceeded with url: ` +
		`/ (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify ` +
		`failed: certificate has expired (_ssl.c:1006)')))
2026-11-22 10:00:01 INFO giving up`, "expired", "requests", "requests.exceptions.SSLError", 2, 1},
	"Java's stack trace": {`Exception in thread "main" javax.net.ssl.SSLHandshakeException: PKIX path building ` +
		`failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification ` +
		`path to requested target
	at java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)
	at Main.main(Main.java:5)
Caused by: sun.security.validator.ValidatorException: PKIX path building failed: ` +
		`sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to ` +
		`requested target
	at java.base/sun.security.validator.PKIXValidator.doBuild(PKIXValidator.java:439)
	... 17 more`, "untrusted", "java", "unable to find valid certification path", 1, 1},
	"colors": {
		"\x1b[31mERROR\x1b[0m \x1b[1mcurl: (60)\x1b[0m SSL certificate problem: certificate has expired", "expired",
		"curl", "ERROR curl: (60)", 1, 1,
	},
	"an object of JSON": {
		`{"time":"2026-11-22T10:00:00Z","level":"ERROR","msg":"fetch","err":"Get \"https://api.example.com/\": ` +
			`tls: failed to verify certificate: x509: certificate signed by unknown authority"}`,
		"untrusted", "go", "unknown authority", 1, 1,
	},
	"a trace in a string": {
		`{"level":"error","stack":"Error: unable to verify the first certificate\n    at ` +
			`TLSSocket.onConnectSecure (node:_tls_wrap:1659:34)\n    at TLSSocket.emit (node:events:517:28)"}`,
		"untrusted", "node", "first certificate", 1, 1,
	},
	"a wrapped message": {
		"ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: " +
			"self-signed\ncertificate in certificate chain (_ssl.c:1006)",
		"self-signed", "python", "self-signed certificate in", 1, 1,
	},
	"two servers, two ends": {
		"pymongo.errors.ServerSelectionTimeoutError: SSL handshake failed: a.example.com:27017: [SSL: " +
			"CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired " +
			"(_ssl.c:1129),b.example.com:27017: [Errno 111] Connection refused, Timeout: 30s, Topology " +
			"Description: <TopologyDescription servers: [<ServerDescription ('a.example.com', 27017) " +
			"error=AutoReconnect('certificate verify failed: certificate has expired')>]>",
		"expired;connection-refused", "pymongo", "a.example.com", 1, 1,
	},
	"repeats": {
		strings.Repeat(
			"2026-11-22 10:00:00 WARN retry\n2026-11-22 10:00:01 ERROR x509: certificate has expired or is not "+
				"yet valid: current time 2026-11-22T10:00:00Z is after 2026-11-01T00:00:00Z\n",
			50,
		),
		"expired", "go", "x509:", 2, 50,
	},
	"Windows line ends": {
		"INFO a\r\ncurl: (60) SSL certificate problem: self-signed certificate\r\n", "self-signed", "curl",
		"self-signed", 2, 1,
	},
	"nothing": {"", "-", "", "", 0, 0},
}

// TestLogs checks that messages are read as they appear in logs: over several lines, colored, encoded, repeated.
func TestLogs(t *testing.T) {
	for name, c := range logs {
		t.Run(name, func(t *testing.T) {
			r := explain.Read(c.text)
			require.Equal(t, c.classes, classes(r))
			if c.stack == "" {
				return
			}
			f := r.Findings[0]
			assert.Equal(t, c.stack, f.Stacks[0])
			assert.Contains(t, f.Quoted(), c.quote)
			assert.NotContains(t, f.Quoted(), "\x1b")
			assert.Equal(t, c.line, f.Line)
			assert.Equal(t, c.count, f.Count)
		})
	}
}

// TestUTF16 checks that what Windows PowerShell writes by ">" is read: UTF-16 in either byte order, and UTF-8 with a
// byte order mark.
func TestUTF16(t *testing.T) {
	const text = "INFO \u4f60\u597d\r\ncurl: (60) SSL certificate problem: certificate has expired\r\n"
	for name, order := range map[string]unicode.Endianness{"little": unicode.LittleEndian, "big": unicode.BigEndian} {
		encoded, err := unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(text)
		require.NoError(t, err)
		r, err := explain.ReadFrom(t.Context(), iotest.OneByteReader(strings.NewReader(encoded)), explain.Options{})
		require.NoError(t, err)
		require.Equal(t, "expired", classes(r), name)
		assert.Equal(t, 2, r.Findings[0].Line)
		assert.Equal(t, "curl: (60) SSL certificate problem: certificate has expired", r.Findings[0].Quoted())
	}
	r := explain.Read("\ufeffcurl: (60) SSL certificate problem: certificate has expired")
	require.Equal(t, "expired", classes(r))
	assert.True(t, strings.HasPrefix(r.Findings[0].Quoted(), "curl"), r.Findings[0].Quoted())
}

// TestQuoteIsSafe checks that quotes cannot control the terminal, and that hosts in commands are hosts.
func TestQuoteIsSafe(t *testing.T) {
	r := explain.Read("curl: (60) SSL certificate problem: certificate has expired \x07\x1b[2J\u202e " +
		"https://a$(reboot).example/;rm https://`id`/")
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.NotContains(t, f.Quoted(), "\x07")
	assert.NotContains(t, f.Quoted(), "\u202e")
	for _, c := range f.Prose(lang.English).Causes {
		for _, command := range c.Commands {
			assert.NotContains(t, command, "reboot")
			assert.NotContains(t, command, "`")
		}
	}
}

// TestClient checks that a stack that the user names is believed, and that an unknown name is refused.
func TestClient(t *testing.T) {
	r, err := explain.ReadFrom(t.Context(), strings.NewReader("certificate verify failed: certificate has "+
		"expired"), explain.Options{
		Client: "pymongo",
	})
	require.NoError(t, err)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, []string{"pymongo"}, r.Findings[0].Stacks)

	_, err = explain.ReadFrom(t.Context(), strings.NewReader(""), explain.Options{Client: "telnet"})
	assert.ErrorContains(t, err, `no client "telnet"`)
}

// TestUnknown checks that a line about TLS in unknown words is shown with the messages that are like it.
func TestUnknown(t *testing.T) {
	r := explain.Read("2026-11-22 10:00:00 ERROR ssl: unable to obtain the local issuer's certificate")
	assert.Empty(t, r.Findings)
	require.Len(t, r.Unknown, 1)
	require.NotEmpty(t, r.Unknown[0].Nearest)
	assert.Equal(t, "untrusted", string(r.Unknown[0].Nearest[0].Class))

	var out strings.Builder
	explain.Terminal{W: &out, Locale: lang.English}.Report(r)
	assert.Contains(t, out.String(), "No rule recognises this")
	assert.NotContains(t, out.String(), "Nothing in this", "one heading is enough")

	r = explain.Read("ERROR SSL gizmo failed: frobnication of the quux went sideways")
	assert.Empty(t, r.Findings)
	require.Len(t, r.Unknown, 1)
	assert.Empty(t, r.Unknown[0].Nearest)
}

// errorAfter is a reader that fails when its text has been read.
type errorAfter struct{ io.Reader }

func (e errorAfter) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrClosedPipe
	}
	return n, err
}

// TestReaderFails checks that what came before an error is reported.
func TestReaderFails(t *testing.T) {
	r, err := explain.ReadFrom(t.Context(), errorAfter{
		strings.NewReader("curl: (60) SSL certificate problem: certificate has expired\n"),
	}, explain.Options{})
	assert.ErrorIs(t, err, io.ErrClosedPipe)
	assert.Len(t, r.Findings, 1)
}

// TestMemory checks that the report of an endless log is of bounded size.
func TestMemory(t *testing.T) {
	var log strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&log, "ERROR SSL %x failed in a way of its own\n", i*7919)
	}
	log.WriteString("SSL " + strings.Repeat("x", 1<<20) + "\n")
	r := explain.Read(log.String())
	assert.LessOrEqual(t, len(r.Unknown), 20)
	for _, u := range r.Unknown {
		assert.Less(t, len(u.Quote), 5<<10)
	}
	assert.Equal(t, 3001, r.Lines)
}

func FuzzRead(f *testing.F) {
	// This reads the record, which takes longer than one input may.
	explain.Read("curl: (60) SSL certificate problem: certificate has expired")
	for _, s := range []string{
		"curl: (60) SSL certificate problem: certificate has expired",
		"Traceback (most recent call last):\n  x\nssl.SSLError: [SSL] PEM lib (_ssl.c:1)",
		`{"c":"NETWORK","msg":"SSL peer certificate validation failed","attr":{"reason":"\u0000"}}`,
		"\x1b]0;x\x07\x1b[31mSSL error\xff", "a,b:1: {\":",
		"pymongo.errors.ServerSelectionTimeoutError: a:1: EOF,b:2: EOF", "valid for a, not b x509: ",
		"SSL error\nCaused by: \n... 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := explain.Read(text)
		for _, found := range r.Findings {
			assert.Positive(t, found.Line)
			assert.LessOrEqual(t, found.Line, r.Lines)
			assert.Positive(t, found.Count)
			if found.Class == "" {
				assert.NotEmpty(t, found.Possible, "a finding without a class: %+v", found)
			}
			assert.Regexp(t, `\A([A-Za-z0-9.][A-Za-z0-9.-]*)?\z`, found.Host)
			assert.Regexp(t, `\A[A-Za-z0-9.-]*\z`, found.Port)
		}
		for _, l := range lang.All() {
			explain.Terminal{W: io.Discard, Width: 40, Locale: l}.Report(r)
		}
	})
}
