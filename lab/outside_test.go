package lab_test

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// constraintsUnread are the stacks that accept a leaf for a name outside the trusted root's name constraints.
// RFC 5280, section 6.1.1, supports them: a trust anchor is a name and a key.
var constraintsUnread = []string{"java", "okhttp"}

// constraintsRead are the stacks that refuse such a leaf.
var constraintsRead = []string{
	"go", "curl", "openssl", "python", "node", "gnutls-cli", "pyopenssl", "ruby", "perl", "php", "chromium", "requests",
	"urllib3", "httpx", "aiohttp", "cryptography", "fetch", "axios", "reqwest-rustls", "reqwest-native-tls", "deno",
	"bun",
}

// underRoot returns a scenario of the test: a leaf for one name, below the root that all scenarios share.
func underRoot(id, host, san string) *scenarios.Scenario {
	return &scenarios.Scenario{
		ID: id, Host: host, Service: scenarios.HTTPS, Recipe: pki.Recipe{Leaf: pki.Certificate{SAN: []string{san}}},
		Expect: scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must},
	}
}

// TestOutside records which stacks apply the root's name constraints. No CA key is ever written, but it can be derived
// from seed and time. The test does so, issues leaves for somebody else's name and address, and serves them to every
// client that trusts the lab's root.
func TestOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("every client has to start, including the browser")
	}
	l, err := lab.New(lab.Config{Seed: "outside", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	inside, outside, address := underRoot("inside", "www.tlslab.test", "DNS:www.tlslab.test"),
		underRoot("outside", "www.google.com", "DNS:www.google.com"), underRoot("address", "8.8.8.8", "IP:8.8.8.8")
	sameRoot(t, l, outside)

	set := discover(t, clients.Options{Services: []string{string(scenarios.HTTPS)}})
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool { return c.Variant != "default" })
	found := set.Clients
	for _, c := range found { // one after the other: a virtual machine that starts beside forty others is slow
		set.Clients = []*clients.Client{c}
		run, err := l.Run(t.Context(), []*scenarios.Scenario{inside, outside, address}, set,
			lab.RunOptions{Timeout: time.Minute})
		require.NoError(t, err)
		did := map[string]clients.Outcome{}
		for _, s := range run.Scenarios {
			did[s.ID] = s.Cells[0].Outcome
			t.Log(s.ID, c.ID(), s.Cells[0].Outcome, s.Cells[0].Message)
		}
		checkOutside(t, c.Info, did)
	}
	set.Clients = found
}

// checkOutside compares what a client did with the tables.
func checkOutside(t *testing.T, c clients.Info, did map[string]clients.Outcome) {
	if did["inside"] == clients.Unsupported {
		return // wget cannot be given an address to connect to
	}
	const said = "%s behaves differently from what pki/README.md and go doc ./pki say"
	assert.Equal(t, clients.Accepted, did["inside"], "%s refuses a name that the root permits", c.ID())
	switch {
	case slices.Contains(constraintsRead, c.Stack):
		assert.Equal(t, clients.Rejected, did["outside"], said, c.ID())
	case slices.Contains(constraintsUnread, c.Stack):
		assert.Equal(t, clients.Accepted, did["outside"], said, c.ID())
	default:
		assert.Fail(t, "A stack is in neither table", "%s: %s", c.ID(), did["outside"])
	}
	knows := c.Stack != "python" || c.Version[0] != '2' // Python 2.7 does not support addresses at all
	if knows && did["address"] != clients.Unsupported { // reqwest and OkHttp connect to the address that they ask for
		assert.Equal(t, clients.Accepted, did["address"], "%s: the root does not constrain addresses", c.ID())
	}
}

// sameRoot derives the lab's root from seed and time alone. It checks that the root is the one in the lab's
// files and that it issues the same chain as the lab serves for s.
func sameRoot(t *testing.T, l *lab.Lab, s *scenarios.Scenario) {
	minter, err := pki.New(pki.Config{Seed: l.Config().Seed, At: l.Config().At})
	require.NoError(t, err)
	forged, err := minter.Mint(s.ID, s.Recipe)
	require.NoError(t, err)
	files, err := forged.ClientFiles()
	require.NoError(t, err)
	root := files[slices.IndexFunc(files, func(f pki.File) bool { return f.Name == pki.FileRoot })].Data

	good, ok := scenarios.Lookup("good")
	require.True(t, ok)
	there, err := l.Files(good)
	require.NoError(t, err)
	trusted, err := os.ReadFile(there.CAFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(root, trusted), "the root of the lab's own files")
	served, err := l.Chain(s)
	require.NoError(t, err)
	require.True(t, bytes.Equal(forged.Leaf().DER, served.Leaf().DER))
}
