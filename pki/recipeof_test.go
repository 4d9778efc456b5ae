package pki_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// seenAt returns a chain of these tests as a client sees it.
func seenAt(t testing.TB, r pki.Recipe, host string) pki.Seen {
	c, err := newMinter(t, "seen").Mint("seen", r)
	require.NoError(t, err)
	s := seenOf(c, host)
	s.At = at
	return s
}

func TestRecipeOfRefuses(t *testing.T) {
	good := seenAt(t, pki.Recipe{}, "localhost")
	big := bytes.Repeat([]byte{0}, pki.MaxSeenBytes)
	for name, c := range map[string]struct {
		change func(*pki.Seen)
		want   string
	}{
		"nothing sent": {func(s *pki.Seen) { s.Sent = nil }, "sent no certificate"},
		"too many":     {func(s *pki.Seen) { s.Sent = slices.Repeat(s.Sent, 40) }, "sent 80 certificates: at most 64"},
		"too large": {func(s *pki.Seen) { s.Sent = append(slices.Clone(s.Sent), big) },
			"bytes of certificates: at most"},
		"too many roots":   {func(s *pki.Seen) { s.Roots = slices.Repeat(s.Roots, 3000) }, "trusts 3000 certificates"},
		"no time":          {func(s *pki.Seen) { s.At = time.Time{} }, "the time at which the chain was seen is missing"},
		"unreadable leaf":  {func(s *pki.Seen) { s.Sent = [][]byte{[]byte("x")} }, "the first certificate cannot be read"},
		"truncated leaf":   {func(s *pki.Seen) { s.Sent = [][]byte{s.Sent[0][:99]} }, "the first certificate cannot be read"},
		"leaf and garbage": {func(s *pki.Seen) { s.Sent = [][]byte{append(slices.Clone(s.Sent[0]), 0)} }, "not DER"},
	} {
		t.Run(name, func(t *testing.T) {
			s := good
			c.change(&s)
			_, err := pki.RecipeOf(s, pki.RecipeOptions{})
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// corpLeaf is a certificate with names that must not be kept.
var corpLeaf = pki.Certificate{
	Subject: []pki.Attribute{{Type: "O", Value: "Alice Corp"}, {Type: "CN", Value: "db.corp.example"}},
	SAN:     []string{"DNS:db.corp.example", "DNS:web.corp.example", "IP:10.1.2.3", "email:alice@corp.example"},
}

func TestRecipeOfOptions(t *testing.T) {
	original := seenAt(t, pki.Recipe{Root: pki.Certificate{Permit: []string{"any"}}, Leaf: corpLeaf}, "db.corp.example")
	for _, c := range []struct {
		name    string
		options pki.RecipeOptions
		host    string
		org     string
		san     string
	}{
		{"neutral", pki.RecipeOptions{}, "localhost", "tlslab: TLS failure lab, do not trust",
			"DNS:localhost DNS:host.site.test IP:10.0.0.1 email:user@site.test"},
		{"names", pki.RecipeOptions{KeepNames: true}, "db.corp.example", "tlslab: TLS failure lab, do not trust",
			strings.Join(corpLeaf.SAN, " ")},
		{"subjects", pki.RecipeOptions{KeepSubjects: true}, "localhost", "Alice Corp",
			"DNS:localhost DNS:host.site.test IP:10.0.0.1 email:user@site.test"},
	} {
		t.Run(c.name, func(t *testing.T) {
			copied, err := pki.RecipeOf(original, c.options)
			require.NoError(t, err)
			assert.Equal(t, c.host, copied.Host)
			assert.Equal(t, c.san, strings.Join(copied.Recipe.Leaf.SAN, " "))
			chain, err := newMinter(t, "seen").Mint("copy", copied.Recipe)
			require.NoError(t, err)
			assert.Equal(t, []string{c.org}, chain.Leaf().Cert.Subject.Organization)
			assert.NoError(t, chain.Verify(copied.Host, at))
			root := chain.Path[len(chain.Path)-1].Cert
			assert.LessOrEqual(t, root.NotAfter.Sub(at), 48*time.Hour, "the root may issue for any name")
		})
	}
}

// TestRecipeOfHost checks what the host becomes: localhost, unless a wildcard or a constraint covers it.
func TestRecipeOfHost(t *testing.T) {
	for _, c := range []struct {
		host, san, permit string
		want              string
		valid             bool
	}{
		{"db.corp.example", "DNS:db.corp.example", "", "localhost", true},
		{"db.corp.example", "DNS:web.corp.example", "", "localhost", false},
		{"db.corp.example", "DNS:localhost", "", "localhost", false},
		{"db.corp.example", "DNS:*.corp.example", "", "db.site.test", true},
		{"a.b.corp.example", "DNS:*.corp.example", "", "host-2.host.site.test", false},
		{"foo.corp.example", "DNS:f*.corp.example", "", "host.site.test", false},
		{"db.corp.example", "DNS:db.corp.example", "DNS:corp.example", "db.site.test", true},
		{"db.corp.example", "DNS:db.corp.example", "DNS:other.example", "localhost", false},
		{"DB.corp.example", "DNS:db.CORP.example", "", "localhost", true},
		{"localhost", "DNS:localhost", "", "localhost", true},
		{"10.9.8.7", "IP:10.9.8.7", "", "127.0.0.1", true},
		{"10.9.8.7", "IP:127.0.0.1", "", "127.0.0.1", false},
		{"fd00::7", "IP:fd00::7", "", "::1", true},
	} {
		t.Run(c.host+" "+c.san+" "+c.permit, func(t *testing.T) {
			r := pki.Recipe{Root: pki.Certificate{Permit: []string{"any"}}, Leaf: pki.Certificate{SAN: []string{c.san},
				CommonName: "leaf"}}
			if c.permit != "" {
				r.Root.Permit = []string{c.permit}
			}
			copied, err := pki.RecipeOf(seenAt(t, r, c.host), pki.RecipeOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.want, copied.Host)
			chain, err := newMinter(t, "seen").Mint("copy", copied.Recipe)
			require.NoError(t, err)
			assert.Equal(t, c.valid, chain.Verify(copied.Host, at) == nil, "%v", chain.Verify(copied.Host, at))
		})
	}
}

// TestRecipeOfRoots checks what is made of a chain whose roots are not known.
func TestRecipeOfRoots(t *testing.T) {
	good := seenAt(t, pki.Recipe{}, "localhost")
	good.Roots = nil
	copied, err := pki.RecipeOf(good, pki.RecipeOptions{})
	require.NoError(t, err)
	require.Len(t, copied.Notes, 1)
	assert.Equal(t, "root.trusted", copied.Notes[0].Where+"."+copied.Notes[0].What)
	chain, err := newMinter(t, "seen").Mint("copy", copied.Recipe)
	require.NoError(t, err)
	assert.NoError(t, chain.Verify("localhost", at))
	assert.Len(t, chain.Path, 3)

	alone := good
	alone.Sent = good.Sent[:1]
	copied, err = pki.RecipeOf(alone, pki.RecipeOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"leaf"}, copied.Recipe.Send)
	chain, err = newMinter(t, "seen").Mint("copy", copied.Recipe)
	require.NoError(t, err)
	assert.ErrorAs(t, chain.Verify("localhost", at), new(x509.UnknownAuthorityError))
}

// TestRecipeOfTwice checks extensions that occur twice, which RFC 5280, section 4.2, forbids.
func TestRecipeOfTwice(t *testing.T) {
	twice := func(id string, value ...byte) pki.Recipe {
		e := pki.Extension{ID: id, Value: value}
		return pki.Recipe{Leaf: pki.Certificate{Extensions: []pki.Extension{e, e}}}
	}
	for name, c := range map[string]struct {
		recipe pki.Recipe
		noted  bool
	}{
		"unknown": {twice("1.3.6.1.4.1.32473.1", 5, 0), false},
		"names":   {twice("2.5.29.17", 0x30, 3, 0x82, 1, 'a'), true},
	} {
		original := seenAt(t, c.recipe, "localhost")
		copied, err := pki.RecipeOf(original, pki.RecipeOptions{})
		require.NoError(t, err, name)
		differences := pki.CompareSeen(seenAt(t, copied.Recipe, copied.Host), original)
		assert.Equal(t, c.noted, len(differences) > 0, "%s: %v", name, differences)
		said := slices.ContainsFunc(copied.Notes, func(n pki.Note) bool { return strings.Contains(n.Why, "twice") })
		assert.Equal(t, c.noted, said, "%s: %s", name, copied.Notes)
	}
}

// TestRecipeOfMutations changes single octets of a good chain. Whatever can be read can be copied, and whatever is
// copied can be minted.
func TestRecipeOfMutations(t *testing.T) {
	m := newMinter(t, "seen")
	good := seenAt(t, pki.Recipe{Staple: &pki.OCSP{}, Leaf: pki.Certificate{OCSP: true, CRL: true, MustStaple: true,
		Extensions: []pki.Extension{{ID: "1.3.6.1.4.1.32473.1", Value: []byte{4, 2, 5, 0}}}}}, "localhost")
	copied := 0
	for i := range good.Sent[0] {
		for _, flip := range []byte{1, 0x80} {
			s := good
			s.Sent = slices.Clone(good.Sent)
			s.Sent[0] = slices.Clone(good.Sent[0])
			s.Sent[0][i] ^= flip
			if remint(t, m, s) {
				copied++
			}
		}
	}
	t.Logf("%d of %d changed chains could be read", copied, 2*len(good.Sent[0]))
	assert.Greater(t, copied, len(good.Sent[0]))
}

// remint copies a chain and mints it again. It returns false if the chain cannot be read.
func remint(t testing.TB, m *pki.Minter, s pki.Seen) bool {
	copied, err := pki.RecipeOf(s, pki.RecipeOptions{})
	if err != nil {
		return false
	}
	text, err := json.Marshal(copied.Recipe)
	require.NoError(t, err)
	again, err := pki.ParseRecipe(text)
	require.NoError(t, err, "%s", text)
	if !bytes.Contains(text, []byte(`"rsa-`)) { // RSA keys take seconds to make
		_, err = m.Mint("copy", again)
		require.NoError(t, err, "%s", text)
	}
	return true
}

// TestRecipeOfLarge checks that the time for the largest chains is bounded: many names, attributes and extensions, all
// of them different.
func TestRecipeOfLarge(t *testing.T) {
	var names []string
	var subject []pki.Attribute
	var extensions []pki.Extension
	for i := range 3000 {
		names = append(names, fmt.Sprintf("DNS:n%d.d%d.example", i, i), fmt.Sprintf("email:a%d@corp.example", i))
		subject = append(subject, pki.Attribute{Type: []string{"C", "OU", "DC"}[i%3], Value: fmt.Sprint("Corp ", i)})
		extensions = append(extensions, pki.Extension{ID: fmt.Sprint("1.3.6.1.4.1.32473.", i), Value: []byte("at corp")})
	}
	extensions = extensions[:1500]
	s := seenAt(t, pki.Recipe{Leaf: pki.Certificate{SAN: names[:4000], Subject: subject[:1500], Extensions: extensions}},
		"db.corp.example")
	start := time.Now()
	require.True(t, remint(t, newMinter(t, "seen"), s))
	assert.Less(t, time.Since(start), 20*time.Second)
	t.Logf("%d bytes took %s", len(s.Sent[0]), time.Since(start))
}

// FuzzRecipeOf checks that hostile chains never make RecipeOf panic or hang, and that what it returns can be minted.
func FuzzRecipeOf(f *testing.F) {
	m := newMinter(f, "seen")
	for _, r := range []pki.Recipe{
		{Staple: &pki.OCSP{}},
		{Leaf: corpLeaf, Staple: &pki.OCSP{Status: pki.StatusRevoked}},
		{Leaf: pki.Certificate{Serial: pki.Serial{Octets: 20, Form: pki.SerialNegative}, AuthorityKey: []pki.AuthorityKey{
			pki.AuthorityKeyID, pki.AuthorityIssuer, pki.AuthoritySerial}, Access: []string{"ca-issuers", "ocsp"}}},
		{Intermediates: []pki.Certificate{{Permit: []string{"DNS:corp.example", "IP:10.0.0.0/8"},
			Exclude: []string{"email:corp.example"}}}},
		{Leaf: pki.Certificate{Issuer: "leaf", Version: 1}},
	} {
		s := seenAt(f, r, "")
		s.Sent = append(s.Sent, s.Sent[0])
		f.Add(s.Sent[0], s.Sent[1], s.Roots[0], s.Staple, "db.corp.example")
	}
	f.Fuzz(func(t *testing.T, leaf, second, root, staple []byte, host string) {
		s := pki.Seen{Sent: [][]byte{leaf, second, leaf}, Roots: [][]byte{root}, Staple: staple, At: at, Host: host}
		start := time.Now()
		remint(t, m, s)
		require.Less(t, time.Since(start), 10*time.Second)
	})
}
