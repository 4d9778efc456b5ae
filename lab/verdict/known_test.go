package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Messages of clients.
const (
	httpie = "http: error: SSLError: HTTPSConnectionPool(host='localhost', port=1): Max retries exceeded with " +
		"url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate " +
		"verify failed: certificate has expired (_ssl.c:1006)')))"
	git = "fatal: unable to access 'https://localhost:1/': GnuTLS recv error (-12): A TLS fatal alert has been " +
		"received."
	curl = "curl: (60) SSL certificate problem: certificate has expired"
	wget = "ERROR: The certificate of 'localhost' is not trusted."
)

// Clients under test, and a known deviation.
var (
	exit       = clients.Info{Stack: "under-test", Variant: "exit", UnderTest: true}
	speaksWget = clients.Info{Stack: "under-test", Variant: "exit", UnderTest: true, Speaks: "wget"}

	oldPython = scenarios.Known{Stack: "python", Versions: "<3.7", Variants: []string{"default", "strict"}}
)

func worker(stack, version string) clients.Info {
	return clients.Info{
		Stack: "under-test", Variant: "worker", UnderTest: true, Speaks: stack, Version: version,
		Library: "OpenSSL 3.0.19",
	}
}

// certain are known deviations and clients under test, and whether the one certainly applies to the other.
var certain = map[string]struct {
	known   scenarios.Known
	client  clients.Info
	message string
	want    bool
}{
	"a Python program with an unknown version":   {oldPython, exit, httpie, false},
	"a worker on an older Python":                {oldPython, worker("python", "3.6.15"), "", true},
	"a worker on a newer Python":                 {oldPython, worker("python", "3.11.7"), "", false},
	"a worker on Python with an unknown version": {oldPython, worker("python", ""), httpie, false},
	"a worker on another stack":                  {oldPython, worker("ruby", "3.1"), httpie, false},
	"git, in GnuTLS's words":                     {scenarios.Known{Stack: "wget"}, exit, git, false},
	"git, declared to use Wget's words":          {scenarios.Known{Stack: "wget"}, speaksWget, git, false},
	"Wget itself":                                {scenarios.Known{Stack: "wget"}, exit, wget, true},
	"Wget in another version": {
		scenarios.Known{Stack: "wget", Versions: "<1.25"}, exit, wget, false,
	},
	"curl itself": {scenarios.Known{Stack: "curl"}, exit, curl, true},
	"curl with an unknown version": {
		scenarios.Known{Stack: "curl", Versions: "<8"}, exit, curl, false,
	},
	"curl with an unknown library": {
		scenarios.Known{Stack: "curl", Versions: "OpenSSL >=3"}, exit, curl, false,
	},
	"curl, with another variant": {
		scenarios.Known{Stack: "curl", Variants: []string{"insecure"}}, exit, curl, false,
	},
	"the program's own version": {
		scenarios.Known{Stack: "curl", Versions: "<8"}, worker("python", "3.6"), curl, false,
	},
	"a known library": {
		scenarios.Known{Stack: "python", Versions: "OpenSSL >=3"}, worker("python", "3.11"), "", true,
	},
	"a library of any stack": {scenarios.Known{Library: "OpenSSL"}, worker("ruby", "3.1"), "", true},
	"another library":        {scenarios.Known{Library: "rustls"}, worker("ruby", "3.1"), "", false},
	"a module that a stack is built on": {
		scenarios.Known{Library: "node:tls"}, worker("axios", "1.7"), "", true,
	},
	"a library, for a program that reports nothing": {scenarios.Known{Library: "OpenSSL"}, exit, curl, false},
	"a deviation of all stacks":                     {scenarios.Known{}, exit, curl, false},
}

// TestCertain checks that a known deviation of a stack applies to a user's own client only if that certainly is the
// stack, in a version that the deviation is about.
func TestCertain(t *testing.T) {
	for name, c := range certain {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, verdict.Certain(c.known, c.client, c.message))
		})
	}
}

// TestLibrary checks that a known deviation of a TLS library or a module applies to every stack that is built on it,
// and excuses no user's own client.
func TestLibrary(t *testing.T) {
	rustls, node := scenarios.Known{
		Library: "rustls", Variants: []string{"default"},
	}, scenarios.Known{Library: "node:tls"}
	for name, c := range map[string]struct {
		known  scenarios.Known
		client clients.Info
		want   bool
	}{
		"a stack on it":     {rustls, clients.Info{Stack: "any", Library: "rustls 0.23.46", Variant: "default"}, true},
		"without a version": {rustls, clients.Info{Stack: "any", Library: "rustls", Variant: "default"}, true},
		"with another variant": {
			rustls, clients.Info{Stack: "any", Library: "rustls 0.23.46", Variant: "insecure"}, false,
		},
		"on another": {
			rustls, clients.Info{Stack: "any", Library: "OpenSSL 3.0.22", Variant: "default"}, false,
		},
		"with an unknown library": {rustls, clients.Info{Stack: "any", Variant: "default"}, false},
		"a user's own client": {
			rustls, clients.Info{Stack: "under-test", Library: "rustls 0.23.46", Variant: "default", UnderTest: true},
			false,
		},
		"Node":                         {node, clients.Info{Stack: "node", Library: "OpenSSL 3.0.22"}, true},
		"a library for Node":           {node, clients.Info{Stack: "axios", Library: "OpenSSL 3.0.22"}, true},
		"another stack on its OpenSSL": {node, clients.Info{Stack: "python", Library: "OpenSSL 3.0.22"}, false},
	} {
		assert.Equal(t, c.want, verdict.Matches(c.known, c.client), name)
	}
}

// TestUntoldVersion checks that an unknown version satisfies no constraint.
func TestUntoldVersion(t *testing.T) {
	for _, constraint := range []string{"<3.7", ">=3.7", "<=8", "=1", "OpenSSL <3", "OpenSSL >=3"} {
		assert.False(t, verdict.Matches(scenarios.Known{
			Stack: "python", Versions: constraint,
		}, clients.Info{Stack: "python"}), constraint)
	}
	assert.True(t, verdict.Matches(scenarios.Known{Stack: "python"}, clients.Info{Stack: "python"}))
}
