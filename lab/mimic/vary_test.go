package mimic_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/file"
)

// chainOf mints a chain, as a server sends it.
func chainOf(t *testing.T, r pki.Recipe) (sent, roots [][]byte, at time.Time) {
	t.Helper()
	at = time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)
	m, err := pki.New(pki.Config{Seed: "original", At: at})
	require.NoError(t, err)
	chain, err := m.Mint("original", r)
	require.NoError(t, err)
	for _, c := range chain.Trusted {
		roots = append(roots, c.DER)
	}
	return chain.TLSCertificate().Certificate, roots, at
}

func TestVary(t *testing.T) {
	sent, roots, at := chainOf(t, pki.Recipe{
		Root: pki.Certificate{Permit: []string{"any"}, NotBefore: "-1h", NotAfter: "47h"},
		Leaf: pki.Certificate{SAN: []string{"DNS:db.corp.example", "DNS:db2.corp.example"}, NotAfter: "-72h", NotBefore: "-2000h",
			CommonName: "db.corp.example"},
	})
	c, err := mimic.Chain(sent, roots, "db.corp.example", at, mimic.Options{ID: "db"})
	require.NoError(t, err)
	list, left := mimic.Vary(c)
	ids := map[string]bool{}
	for _, s := range list {
		ids[s.ID] = true
		assert.Equal(t, "db-good", s.Control, s.ID)
	}
	why := map[string]string{}
	for _, l := range left {
		why[l.ID] = l.Why
	}
	assert.Contains(t, why["expires-while-serving"], "does not show in this chain")
	assert.Contains(t, why["md5-leaf"], "cannot be minted for this chain")
	assert.Contains(t, why["small-dh"], "RSA")
	assert.Contains(t, why["ca-file-missing"], "the client's files")
	for _, id := range []string{"expired", "not-yet-valid", "missing-intermediate", "wrong-host", "self-signed", "staple-delegate", "untrusted-root",
		"rotated-root", "rsa1024", "tls10-only", "plain-http", "key-mismatch"} {
		assert.True(t, ids["db-"+id], id)
	}
	assert.Greater(t, len(list), 80)
	data, err := mimic.Suite(c)
	require.NoError(t, err)
	for name, content := range data {
		_, err := file.Parse(name, content)
		assert.NoError(t, err, name)
	}
	t.Logf("%d scenarios, %d left out", len(list), len(left))
}

// TestGood checks that the control is the copy with its faults put right one by one, and nothing else changed.
func TestGood(t *testing.T) {
	sent, roots, at := chainOf(t, pki.Recipe{
		Leaf: pki.Certificate{SAN: []string{"DNS:other.test"}, NotBefore: "-2000h", NotAfter: "-72h", Key: "rsa-2048",
			Organization: "Shop", OCSP: true},
		Send: []string{"leaf"},
	})
	c, err := mimic.Chain(sent, roots, "localhost", at, mimic.Options{})
	require.NoError(t, err)
	for _, n := range c.Notes {
		assert.NotEqual(t, "good", n.What, "%s", n)
	}
	want := c.Scenario.Recipe
	assert.Equal(t, []string{"leaf"}, want.Send)
	want.Send = nil
	want.Leaf.SAN, want.Leaf.CommonName, want.Leaf.Subject = nil, "", nil
	want.Leaf.NotBefore, want.Leaf.NotAfter = "", ""
	assert.Equal(t, want, c.Good.Recipe)
	assert.True(t, want.Leaf.OCSP, "what is not wrong stays")
}
