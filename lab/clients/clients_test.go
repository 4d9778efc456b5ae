package clients_test

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
)

// patience is a client's time limit where nothing should take long.
const patience = 30 * time.Second

// cannot matches the reasons why clients lack something that others have, such as an option for a passphrase or for an
// address to connect to.
const cannot = `^(it dials .*, and can't be told` +
	`|wget can't be (told an address|given the passphrase)` +
	`|requests can't be given the passphrase` +
	`|with (ssl=False aiohttp|NODE_EXTRA_CA_CERTS fetch) can't be given a client certificate` +
	`|it takes client certificates from PKCS #12 files, and tlslab cannot make one of this: ` +
	`|what the server answered is no page to a browser` +
	`|(reqwest|Deno) reads no encrypted keys)`

// check checks a client's result: accepted if words is nil, otherwise rejected with these words.
func check(t *testing.T, c *clients.Client, got clients.Result, words messages) {
	t.Helper()
	t.Logf("%s: %s %s %q (%v)", c.ID(), got.Outcome, got.Code, got.Message, got.Duration)
	switch {
	case got.Outcome == clients.Unsupported && c.Variant == "server-purpose":
		// From 3.10 on.
		assert.Regexp(t, `Cannot create a client socket with a PROTOCOL_TLS_SERVER context`, got.Message, c.ID())
	case got.Outcome == clients.Unsupported:
		assert.Regexp(t, cannot, got.Message, c.ID())
		return
	case words == nil:
		assert.Equal(t, clients.Accepted, got.Outcome, "%s: %s", c.ID(), got.Message)
		assert.Empty(t, got.Message, c.ID())
	default:
		assert.Equal(t, clients.Rejected, got.Outcome, "%s: %s", c.ID(), got.Message)
		assert.Regexp(t, regexp.MustCompile(words.of(c.Stack)), got.Message, c.ID())
		assert.Equal(t, strings.TrimRight(got.Message, "\r\n"), got.Message, c.ID())
	}
	assert.Positive(t, got.Duration, c.ID())
}

func TestProbe(t *testing.T) {
	set := brief(discover(t))
	root := mintCA(t, nil, "test root")
	caFile := root.certFile(t)
	good := mintLeaf(t, root, nil).present()
	named := func(names ...string) *tls.Config {
		return mintLeaf(t, root, func(c *x509.Certificate, _ *crypto.Signer) {
			c.DNSNames, c.IPAddresses = names, nil
		}).present()
	}
	client := mint(t, root, "client", func(c *x509.Certificate, _ *crypto.Signer) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	demanding := good.Clone()
	demanding.ClientAuth, demanding.ClientCAs = tls.RequireAndVerifyClientCert, root.pool()

	for _, test := range []struct {
		name     string
		server   *server
		host     string
		endpoint func(*serve.Endpoint)
		words    messages      // nil means accepted
		skip     clients.Check // variants that leave this check out accept
		saw      seen          // what the server sees of clients that accept
		python2  messages      // Python 2.7's words, if different
		misses   []string      // stacks of which some versions accept
		refuses  []string      // stacks that reject what others accept
	}{{
		name:   "good",
		server: serveTLS(t, good, nil),
		host:   "localhost",
		saw:    seen{sni: "localhost"},
	}, {
		name:   "name that does not resolve",
		server: serveTLS(t, named("a.tlslab.test"), nil),
		host:   "a.tlslab.test",
		saw:    seen{sni: "a.tlslab.test"},
	}, {
		name:    "address",
		server:  serveTLS(t, good, nil),
		host:    "127.0.0.1",
		python2: namesOnly,
	}, {
		name: "address of another machine",
		server: serveTLS(t, mintLeaf(t, root, func(c *x509.Certificate, _ *crypto.Signer) {
			c.IPAddresses = []net.IP{net.ParseIP("192.0.2.1")}
		}).present(), nil),
		host:    "192.0.2.1",
		python2: namesOnly,
	}, {
		name: "address of IP version 6",
		server: serveTLS(t, mintLeaf(t, root, func(c *x509.Certificate, _ *crypto.Signer) {
			c.IPAddresses = []net.IP{net.ParseIP("2001:db8::1")}
		}).present(), nil),
		host:    "2001:db8::1",
		python2: namesOnly,
		refuses: []string{"perl"}, // HTTP::Tiny verifies the address with its brackets
	}, {
		name: "expired",
		server: serveTLS(t, mintLeaf(t, root, func(c *x509.Certificate, _ *crypto.Signer) {
			c.NotAfter = time.Now().Add(-time.Hour)
		}).present(), nil),
		host:  "localhost",
		words: expired,
		skip:  clients.CheckChain,
	}, {
		name:   "wrong host",
		server: serveTLS(t, named("other.example"), nil),
		host:   "localhost",
		words:  otherName,
		skip:   clients.CheckHost,
	}, {
		name:   "wrong address",
		server: serveTLS(t, good, nil),
		host:   "192.0.2.1",
		words:  otherAddress,
		skip:   clients.CheckHost,
	}, {
		name:     "client certificate",
		server:   serveTLS(t, demanding, nil),
		host:     "localhost",
		endpoint: func(e *serve.Endpoint) { e.CertFile, e.KeyFile = client.certFile(t), client.keyFile(t) },
		saw:      seen{sni: "localhost", certificate: true},
	}, {
		name:   "no client certificate",
		server: serveTLS(t, demanding, nil),
		host:   "localhost",
		words:  noCertificate,
	}, {
		name: "plain HTTP",
		server: serveRaw(t, func(_ context.Context, c net.Conn) {
			hello(c)
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}),
		host:  "localhost",
		words: notTLS,
	}, {
		name:   "closed at once",
		server: serveRaw(t, func(_ context.Context, c net.Conn) { hello(c) }),
		host:   "localhost",
		words:  something,
	}, {
		name:   "reset",
		server: serveRaw(t, func(_ context.Context, c net.Conn) { hello(c); c.(*net.TCPConn).SetLinger(0) }),
		host:   "localhost",
		words:  something,
	}, {
		name: "unavailable",
		server: serveTLS(t, good, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}),
		host:  "localhost",
		words: status,
	}, {
		name: "redirect",
		server: serveTLS(t, good, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}),
		host:  "localhost",
		words: moved,
	}, {
		name: "answer cut short",
		server: serveTLS(t, good, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "hello\n")
		}),
		host:  "localhost",
		words: something,
		// HttpsURLConnection of JDK 17 does, but not that of 25; PHP's streams and Net::HTTP do.
		misses: []string{"java", "php", "ruby"},
	}, {
		name:   "long answer",
		server: serveTLS(t, good, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 300_000)) }),
		host:   "localhost",
		saw:    seen{sni: "localhost"},
	}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			endpoint := test.server.as(test.host, caFile)
			if test.endpoint != nil {
				test.endpoint(&endpoint)
			}
			for _, c := range undemanding(set) {
				words := test.words
				if strings.HasPrefix(c.ID(), "python-2.7") && test.python2 != nil {
					words = test.python2
				}
				if endpoint.CertFile != "" && c.Stack+"/"+c.Variant == "httpx/verify-file" {
					words = noCertificate // it does not know its certificate any more
				}
				if slices.Contains(c.Skips, test.skip) || test.words == nil &&
					slices.Contains(c.Skips, clients.CheckHost) {
					words = nil
				}
				got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
				if slices.Contains(test.misses, c.Stack) && got.Outcome == clients.Accepted ||
					slices.Contains(test.refuses, c.Stack) && got.Outcome == clients.Rejected {
					continue
				}
				check(t, c, got, words)
				saw := test.server.saw()
				if test.words == nil && got.Outcome == clients.Accepted {
					saw.host = ""
					if strange := otherSNI[c.Stack]; strange != nil && strange(test.host, saw.sni) {
						saw.sni = test.saw.sni
					}
					assert.Equal(t, test.saw, saw, c.ID())
				}
			}
		})
	}
}

// otherSNI has a function for each stack that deviates from RFC 6066, section 3, by which SNI has names but no
// addresses. It reports whether an SNI is the one that is known for the stack.
var otherSNI = map[string]func(host, sni string) bool{
	"ruby":   isAddress,
	"perl":   isAddress,
	"php":    isAddress,
	"okhttp": func(host, sni string) bool { return host == "localhost" && sni == "" },
}

// isAddress reports whether the host is an address and was sent as a name.
func isAddress(host, sni string) bool {
	return net.ParseIP(host) != nil && strings.Trim(sni, "[]") == host
}

// TestEnvironment checks that a user's environment changes nothing.
func TestEnvironment(t *testing.T) {
	root, other := mintCA(t, nil, "test root"), mintCA(t, nil, "other root")
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, ".curlrc"), []byte("insecure\n"), 0o600))
	otherFile := other.certFile(t)
	for name, value := range map[string]string{
		"HOME": home, "https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
		"ALL_PROXY":     "http://127.0.0.1:1",
		"SSL_CERT_FILE": otherFile, "SSL_CERT_DIR": filepath.Dir(otherFile), "CURL_CA_BUNDLE": otherFile,
		"NODE_EXTRA_CA_CERTS": otherFile, "NODE_TLS_REJECT_UNAUTHORIZED": "0", "PYTHONHTTPSVERIFY": "0",
		"PYTHONPATH": home, "OPENSSL_CONF": filepath.Join(home, "none"),
	} {
		t.Setenv(name, value)
	}
	require.NoError(t, os.WriteFile(filepath.Join(home, "ssl.py"), []byte("raise SystemExit(7)\n"), 0o600))
	t.Chdir(home)
	set := brief(discover(t))
	caFile := root.certFile(t)
	good := serveTLS(t, mintLeaf(t, root, nil).present(), nil)
	untrusted := serveTLS(t, mintLeaf(t, other, nil).present(), nil)
	for _, c := range undemanding(set) {
		check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: good.as("localhost", caFile), Timeout: patience}),
			nil)
		words := something
		if slices.Contains(c.Skips, clients.CheckChain) {
			words = nil
		}
		check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: untrusted.as("localhost", caFile),
			Timeout: patience}), words)
	}
}

// TestOwnFiles checks clients whose own files are wrong or whose key is encrypted. They must report an error
// and not ask for a passphrase.
func TestOwnFiles(t *testing.T) {
	set := brief(discover(t))
	openssl, err := exec.LookPath("openssl")
	requireStack(t, set, "openssl", err == nil)
	root := mintCA(t, nil, "test root")
	config := mintLeaf(t, root, nil).present()
	config.ClientAuth, config.ClientCAs = tls.RequireAndVerifyClientCert, root.pool()
	client := mint(t, root, "client", func(*x509.Certificate, *crypto.Signer) {})
	const passphrase = `a "secret" \with #marks`
	plain, encrypted := client.keyFile(t), filepath.Join(t.TempDir(), "encrypted.pem")
	cmd := exec.Command(openssl, "pkcs8", "-topk8", "-in", plain, "-out", encrypted, "-passout", "pass:"+passphrase)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	good := serveTLS(t, config, nil).as("localhost", root.certFile(t))
	good.CertFile, good.KeyFile = client.certFile(t), plain
	none := filepath.Join(t.TempDir(), "none.pem")
	for _, test := range []struct {
		name   string
		change func(*serve.Endpoint)
		words  messages
		goes   clients.Outcome // Go's outcome, if different
	}{
		{"key in the clear with a passphrase", func(e *serve.Endpoint) { e.KeyPassword = passphrase }, nil,
			clients.Accepted},
		{"passphrase", func(e *serve.Endpoint) { e.KeyFile, e.KeyPassword = encrypted, passphrase }, nil,
			clients.Unsupported},
		{"wrong passphrase", func(e *serve.Endpoint) { e.KeyFile, e.KeyPassword = encrypted, "wrong" }, something,
			clients.Unsupported},
		{"no passphrase", func(e *serve.Endpoint) { e.KeyFile = encrypted }, something, clients.Rejected},
		{"no key", func(e *serve.Endpoint) { e.KeyFile = none }, something, clients.Rejected},
		{"no certificate", func(e *serve.Endpoint) { e.CertFile = none }, something, clients.Rejected},
		{"no CA", func(e *serve.Endpoint) { e.CAFile = none }, something, clients.Rejected},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint := good
			test.change(&endpoint)
			for _, c := range set.Clients {
				if c.Variant != "default" {
					continue // insecure ones may not even read the CA file
				}
				got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
				if c.Stack == "go" {
					assert.Equal(t, test.goes, got.Outcome, got.Message)
					continue
				}
				check(t, c, got, test.words)
			}
		})
	}
}
