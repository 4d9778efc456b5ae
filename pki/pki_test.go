package pki_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

var at = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func newMinter(t testing.TB, seed string) *pki.Minter {
	m, err := pki.New(pki.Config{Seed: seed, At: at})
	require.NoError(t, err)
	return m
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		config pki.Config
		want   string
	}{
		"empty seed": {pki.Config{At: at}, "the seed is empty"},
		"fraction":   {pki.Config{Seed: "x", At: at.Add(time.Millisecond)}, "fraction of a second"},
		"too late": {pki.Config{Seed: "x", At: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)},
			"outside what X.509 can express"},
		"too early": {pki.Config{Seed: "x", At: time.Date(1950, 1, 2, 0, 0, 0, 0, time.UTC)},
			"outside what X.509 can express"},
		"soon, out of range": {pki.Config{Seed: "x", At: at, Soon: time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)},
			"outside what X.509 can express"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pki.New(c.config)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestMintRefuses(t *testing.T) {
	leaf := func(c pki.Certificate) pki.Recipe { return pki.Recipe{Leaf: c} }
	for name, c := range map[string]struct {
		recipe pki.Recipe
		want   string
	}{
		"key type":   {leaf(pki.Certificate{Key: "dsa"}), `unknown key type "dsa": want one of`},
		"moment":     {leaf(pki.Certificate{NotAfter: "tomorrow"}), `moment "tomorrow"`},
		"far moment": {leaf(pki.Certificate{NotAfter: "-876000h"}), "outside what X.509 can express"},
		"usage":      {leaf(pki.Certificate{Usages: []string{"world domination"}}), "unknown usages"},
		"profile":    {leaf(pki.Certificate{Profile: "king"}), `unknown profile "king"`},
		"name":       {leaf(pki.Certificate{SAN: []string{"localhost"}}), "want DNS:name or IP:address"},
		"address":    {leaf(pki.Certificate{SAN: []string{"IP:localhost"}}), `name "IP:localhost"`},
		"constraint": {pki.Recipe{Root: pki.Certificate{Permit: []string{"IP:127.0.0.1"}}},
			`name "IP:127.0.0.1"`},
		"basic constraints": {leaf(pki.Certificate{BasicConstraints: "CA"}), "want CA:TRUE or CA:FALSE"},
		"path length": {leaf(pki.Certificate{BasicConstraints: "CA:TRUE,pathlen:x"}),
			"want CA:TRUE,pathlen:N"},
		"path length of no CA": {leaf(pki.Certificate{BasicConstraints: "CA:FALSE,pathlen:1"}),
			"want CA:TRUE,pathlen:N"},
		"omit": {leaf(pki.Certificate{Omit: []string{"everything"}}), `there is no extension "everything"`},
		"non-critical": {leaf(pki.Certificate{NonCritical: []string{"nameConstraints"}}),
			`there is no extension "nameConstraints"`},
		"version":      {leaf(pki.Certificate{Version: 2}), "version 2: want 1 or 3"},
		"digest":       {leaf(pki.Certificate{Digest: "MD4"}), `digest "MD4"`},
		"MD5 by ECDSA": {leaf(pki.Certificate{Digest: "MD5"}), `digest "MD5"`},
		"extension":    {leaf(pki.Certificate{Extensions: []pki.Extension{{ID: "one.two"}}}), `extension "one.two"`},
		"issuer":       {leaf(pki.Certificate{Issuer: "nobody"}), `refers to "nobody"`},
		"of":           {leaf(pki.Certificate{Of: "nobody"}), `refers to "nobody"`},
		"of itself":    {leaf(pki.Certificate{Of: "leaf"}), "which itself shares another's"},
		"send":         {pki.Recipe{Send: []string{"leaf", "nobody"}}, `no certificate "nobody" to send`},
		"send nothing": {pki.Recipe{Send: []string{}}, "send is empty"},
		"trust":        {pki.Recipe{Trust: []string{"nobody"}}, `no certificate "nobody"`},
		"nameless":     {pki.Recipe{Others: []pki.Certificate{{}}}, "unique, non-empty names"},
		"taken name":   {pki.Recipe{Others: []pki.Certificate{{Name: "leaf"}}}, "unique, non-empty names"},
		"circle": {pki.Recipe{Intermediates: []pki.Certificate{{Issuer: "a"}},
			Others: []pki.Certificate{{Name: "a", Issuer: "intermediate"}}},
			"is its own issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newMinter(t, "x").Mint("row", c.recipe)
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "minting row: ")
		})
	}
}

// TestAbsoluteMoments checks that a validity can be absolute, and does not move with the lab's time then.
func TestAbsoluteMoments(t *testing.T) {
	leaf := pki.Certificate{NotBefore: "2026-11-01", NotAfter: "2026-12-24T18:00:00+01:00"}
	for _, lab := range []time.Time{at, at.Add(48 * time.Hour)} {
		m, err := pki.New(pki.Config{Seed: "x", At: lab})
		require.NoError(t, err)
		chain, err := m.Mint("absolute", pki.Recipe{Leaf: leaf})
		require.NoError(t, err)
		assert.Equal(t, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), chain.Leaf().Cert.NotBefore)
		assert.Equal(t, time.Date(2026, 12, 24, 17, 0, 0, 0, time.UTC), chain.Leaf().Cert.NotAfter)
	}
	for _, good := range []pki.Moment{"", "-24h", "soon", "soon+1s", "2026-11-22", "2026-11-22T00:00:00Z"} {
		assert.NoError(t, good.Check(), good)
	}
	for _, bad := range []pki.Moment{"1", "yesterday", "2026-13-01", "22.11.2026", "sooner", "1949-12-31", "-9999999h"} {
		assert.Error(t, bad.Check(), bad)
	}
}

// TestMintRefusesExact does the same for the fields that only the last step puts in.
func TestMintRefusesExact(t *testing.T) {
	leaf := func(c pki.Certificate) pki.Recipe { return pki.Recipe{Leaf: c} }
	for name, c := range map[string]struct {
		recipe pki.Recipe
		want   string
	}{
		"attribute": {leaf(pki.Certificate{Subject: []pki.Attribute{{Type: "name"}}}), `attribute "name"`},
		"encoding": {leaf(pki.Certificate{Subject: []pki.Attribute{{Type: "CN", Encoding: "ebcdic"}}}),
			`unknown encoding "ebcdic"`},
		"issuer name":   {leaf(pki.Certificate{IssuerName: []pki.Attribute{{Type: "name"}}}), "issuer name: attribute"},
		"serial":        {leaf(pki.Certificate{Serial: pki.Serial{Octets: 2000}}), "serial: 2000 octets: want 1 to 1024"},
		"short serial":  {leaf(pki.Certificate{Serial: pki.Serial{Octets: 1, Form: "high"}}), "want 2 to 1024"},
		"serial's form": {leaf(pki.Certificate{Serial: pki.Serial{Octets: 9, Form: "odd"}}), `unknown form "odd"`},
		"access":        {leaf(pki.Certificate{Access: []string{"ldap"}}), `access method "ldap"`},
		"key octets":    {leaf(pki.Certificate{SubjectKeyOctets: 99}), "99 octets: want 1 to 64"},
		"authority key": {leaf(pki.Certificate{AuthorityKey: []pki.AuthorityKey{"hash"}}), `authority key "hash"`},
		"order":         {leaf(pki.Certificate{Order: []string{"nsComment"}}), `order: there is no extension "nsComment"`},
		"order of none": {leaf(pki.Certificate{Order: []string{"2.5.29.54"}}), `has no extension "2.5.29.54"`},
		"critical":      {leaf(pki.Certificate{Critical: []string{"2.5.29.54"}}), `critical: there is no extension`},
		"PSS by ECDSA":  {leaf(pki.Certificate{PSS: true}), "cannot sign with digest"},
		"other name":    {leaf(pki.Certificate{SAN: []string{"DER:xyz"}}), "want hexadecimal digits after DER:"},
		"RSA size":      {leaf(pki.Certificate{Key: "rsa-1030"}), `unknown key type "rsa-1030"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newMinter(t, "x").Mint("row", c.recipe)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestParseRecipe(t *testing.T) {
	r, err := pki.ParseRecipe([]byte(`{"leaf": {"not_after": "-24h"}, "intermediates": []}`))
	require.NoError(t, err)
	assert.Equal(t, pki.Recipe{Leaf: pki.Certificate{NotAfter: "-24h"}, Intermediates: []pki.Certificate{}}, r)
	for text, want := range map[string]string{
		`{"leef": {}}`:               `unknown field "leef"`,
		`{"leaf": {"nor_after":""}}`: `unknown field "nor_after"`,
		`{} {}`:                      "there is more after its end",
		`[]`:                         "cannot unmarshal array",
		``:                           "EOF",
	} {
		_, err := pki.ParseRecipe([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// TestRootIsConstrained checks with Go's verifier that the lab's root allows only reserved names, and that
// BoringSSL and mbedTLS can read it: it has no constraints on addresses, and none are critical. Therefore the
// root does not limit addresses.
func TestRootIsConstrained(t *testing.T) {
	m := newMinter(t, "x")
	verify := func(name string) error {
		san := "DNS:" + name
		if net.ParseIP(name) != nil {
			san = "IP:" + name
		}
		c, err := m.Mint("real", pki.Recipe{Leaf: pki.Certificate{SAN: []string{san}}})
		require.NoError(t, err)
		return c.Verify(name, at)
	}
	for _, name := range []string{"www.example.com", "example.com", "www.google.com", "internal",
		"localhost.example.org"} {
		assert.ErrorContains(t, verify(name), "not authorized to sign for this name", name)
	}
	for _, name := range []string{"localhost", "a.tlslab.test", "www.example", "a.invalid", "127.0.0.9", "::1",
		"8.8.8.8", "2001:db8::1"} {
		assert.NoError(t, verify(name), name)
	}
}

// TestRootIsModest checks what BoringSSL and mbedTLS require of the root, for each key type, what its subject
// says, and that it expires a few days after the good leaf, not later.
func TestRootIsModest(t *testing.T) {
	m := newMinter(t, "x")
	for _, key := range []pki.KeyType{"", pki.ECDSAP384, pki.RSA2048} {
		c, err := m.Mint("good", pki.Recipe{Key: key})
		require.NoError(t, err)
		root, leaf := c.Path[len(c.Path)-1].Cert, c.Path[0].Cert
		assert.False(t, root.PermittedDNSDomainsCritical, "mbedTLS cannot read a root with critical name constraints")
		assert.Empty(t, root.PermittedIPRanges, "BoringSSL refuses a path with constraints on addresses")
		assert.Equal(t, []string{"localhost", "test", "example", "invalid"}, root.PermittedDNSDomains)
		assert.Contains(t, root.Subject.String(), "do not trust")
		assert.Less(t, root.NotAfter.Sub(leaf.NotAfter), 4*24*time.Hour)
		assert.Less(t, root.NotAfter.Sub(root.NotBefore), 96*24*time.Hour)
		for i, above := range c.Path[1:] {
			assert.True(t, above.Cert.NotBefore.Before(c.Path[i].Cert.NotBefore), "%s begins before what it issues",
				above.Name)
			assert.True(t, above.Cert.NotAfter.After(c.Path[i].Cert.NotAfter), "%s ends after what it issues",
				above.Name)
		}
	}
	// A recipe's own constraints are critical, as RFC 5280 requires.
	c, err := m.Mint("critical", pki.Recipe{
		Root: pki.Certificate{Permit: []string{"DNS:localhost", "IP:127.0.0.0/8"}},
	})
	require.NoError(t, err)
	root := c.Path[len(c.Path)-1].Cert
	assert.True(t, root.PermittedDNSDomainsCritical)
	assert.Len(t, root.PermittedIPRanges, 1)
}

// TestSameBytes checks that minting concurrently gives the same bytes as minting one by one.
func TestSameBytes(t *testing.T) {
	recipes := map[string]pki.Recipe{
		"good": {}, "long": {Intermediates: make([]pki.Certificate, 3)}, "p384": {Key: pki.ECDSAP384},
		"ed25519": {Leaf: pki.Certificate{Key: pki.Ed25519}},
		"weak":    {Leaf: pki.Certificate{Key: pki.RSA1024}}, "stapled": {Staple: &pki.OCSP{}},
		"crl": {CRL: &pki.CRL{Revoke: []string{"leaf"}}}, "client": {Client: &pki.Certificate{}},
		"rewritten": {Leaf: pki.Certificate{Omit: []string{"authorityKeyIdentifier"}}},
	}
	together := newMinter(t, "x")
	var mu sync.Mutex
	got := map[string][]byte{}
	var group sync.WaitGroup
	for name, r := range recipes {
		group.Go(func() {
			c, err := together.Mint(name, r)
			if assert.NoError(t, err) {
				data := join(t, c)
				mu.Lock()
				got[name] = data
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for name, r := range recipes {
		c, err := newMinter(t, "x").Mint(name, r)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(got[name], join(t, c)), name)
		other, err := newMinter(t, "y").Mint(name, r)
		require.NoError(t, err)
		assert.False(t, bytes.Equal(got[name], join(t, other)), "%s: another seed gives the same bytes", name)
		renamed, err := newMinter(t, "x").Mint(name+"2", r)
		require.NoError(t, err)
		assert.False(t, bytes.Equal(got[name], join(t, renamed)), "%s: another name gives the same bytes", name)
	}
}

func join(t *testing.T, c *pki.Chain) []byte {
	files, err := c.Files()
	require.NoError(t, err)
	var b bytes.Buffer
	for _, f := range files {
		fmt.Fprintln(&b, f.Name)
		b.Write(f.Data)
	}
	return b.Bytes()
}

func TestDir(t *testing.T) {
	base := t.TempDir()
	mine := filepath.Join(base, "mine")
	require.NoError(t, os.WriteFile(mine, []byte("precious"), 0o644))

	_, err := pki.OpenDir(base)
	assert.ErrorContains(t, err, "is not empty and was not made by the lab")
	_, err = pki.OpenDir(filepath.Join(mine, "below"))
	assert.ErrorContains(t, err, "making the directory for the lab's files")

	c, err := newMinter(t, "x").Mint("good", pki.Recipe{Client: &pki.Certificate{}})
	require.NoError(t, err)
	path := filepath.Join(base, "new", "deeper")
	for range 2 { // the second time, the directory is the lab's own
		d, err := pki.OpenDir(path)
		require.NoError(t, err)
		require.NoError(t, d.WriteChain(c))
		require.NoError(t, d.Close())
	}
	if runtime.GOOS != "windows" {
		files, err := c.Files()
		require.NoError(t, err)
		for _, f := range files {
			info, err := os.Stat(filepath.Join(path, "good", f.Name))
			require.NoError(t, err)
			want := os.FileMode(0o644)
			if strings.Contains(f.Name, "key") || strings.Contains(f.Name, "combined") ||
				strings.HasSuffix(f.Name, ".p12") {
				want = 0o600
			}
			assert.Equal(t, want, info.Mode().Perm(), f.Name)
		}
	}
	d, err := pki.OpenDir(path)
	require.NoError(t, err)
	defer d.Close()
	assert.Error(t, d.Write("..", pki.File{Name: "escaped"}))
	entries, err := os.ReadDir(filepath.Join(path, "good"))
	require.NoError(t, err)
	for _, e := range entries {
		assert.NotContains(t, e.Name(), "tmp", "a temporary file is left")
	}
}

// FuzzRecipe checks that no recipe makes the minter panic.
func FuzzRecipe(f *testing.F) {
	for _, seed := range []string{`{}`, `{"leaf":{"issuer":"leaf"}}`,
		`{"others":[{"name":"a","of":"a"}],"send":["a"]}`,
		`{"intermediates":[{"issuer":"leaf"}]}`, `{"leaf":{"san":["DNS:\u0000"],"omit":["subject"]}}`,
		`{"leaf":{"version":1,"tamper":true}}`,
		`{"root":{"permit":["any"]},"trust":["leaf"],"serve_key":"x","client":{}}`,
		`{"leaf":{"ocsp":true,"crl":true},"staple":{"status":"revoked"},
			"responder":{"for":"intermediate","outage":"silent"},"crl":{"revoke":["leaf"],"fetch":true}}`,
		`{"staple":{"signed_by":"d","next_update":"-1h"},"crl":{"issuer":"d","tamper":true},
			"others":[{"name":"d","profile":"ocsp","issuer":"intermediate"}]}`,
	} {
		f.Add([]byte(seed))
	}
	m := newMinter(f, "fuzz")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := pki.ParseRecipe(data)
		if err != nil || bytes.Contains(data, []byte("rsa")) { // RSA keys take too long for fuzzing
			return
		}
		c, err := m.Mint("fuzz", r)
		if err != nil {
			return
		}
		_, err = c.Files()
		require.NoError(t, err, "minted, but could not be written")
		pki.Compare(c, c)
		c.Due()
		c.Verify("localhost", at)
	})
}

// TestSerialsAreUnique checks that an issuer never uses a serial number twice (RFC 5280, section 4.1.2.2),
// neither on one day nor over several days: the lab's roots share a name, and a seed is used again.
func TestSerialsAreUnique(t *testing.T) {
	seen := map[string][]byte{}
	for day := range 2 {
		m, err := pki.New(pki.Config{Seed: "x", At: at.AddDate(0, 0, day)})
		require.NoError(t, err)
		for _, r := range []pki.Recipe{{}, {Key: pki.ECDSAP384}, {Leaf: pki.Certificate{Key: pki.Ed25519}},
			{Leaf: pki.Certificate{NotAfter: "-24h"}}} {
			c, err := m.Mint("row", r)
			require.NoError(t, err)
			for _, cert := range c.Path {
				id := cert.Cert.Issuer.String() + cert.Cert.SerialNumber.String()
				if other, again := seen[id]; again {
					assert.True(t, bytes.Equal(other, cert.DER),
						"%s of %v: another certificate has the same issuer and serial number", cert.Name, r)
				}
				seen[id] = cert.DER
			}
		}
	}
}

// TestWriteClient checks that WriteClient writes the same client files as WriteChain.
func TestWriteClient(t *testing.T) {
	c := mint(t, pki.Recipe{Client: &pki.Certificate{}, CRL: &pki.CRL{}})
	all, err := c.Files()
	require.NoError(t, err)
	some, err := c.ClientFiles()
	require.NoError(t, err)
	assert.Less(t, len(some), len(all))
	for _, f := range some {
		assert.Contains(t, all, f)
	}
	d, err := pki.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.WriteClient(c))
	assert.FileExists(t, filepath.Join(d.Path(), c.Name, pki.FileClientKey))
	assert.FileExists(t, filepath.Join(d.Path(), c.Name, pki.FileRoot))
	assert.NoFileExists(t, filepath.Join(d.Path(), c.Name, pki.FilePKCS12))
}
