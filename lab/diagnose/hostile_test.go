package diagnose_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/pki"
)

// patience bounds the time of what must not take long, on a machine that is busy. Without limits, these take hours.
const patience = 30 * time.Second

// tellIn diagnoses with a time limit.
func tellIn(t *testing.T, seen *ask.Seen, roots diagnose.Roots) *diagnose.Report {
	t.Helper()
	done := make(chan *diagnose.Report, 1)
	go func() { done <- diagnose.Tell(seen, roots, diagnose.Options{}) }()
	select {
	case r := <-done:
		return r
	case <-time.After(patience):
		require.Fail(t, "it takes too long")
		return nil
	}
}

// issue signs a certificate.
func issue(t *testing.T, template, parent *x509.Certificate, key crypto.PublicKey, signer crypto.Signer) []byte {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = fixed.Add(-time.Hour), fixed.Add(30*24*time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, signer)
	require.NoError(t, err)
	return der
}

// TestCrossSigned lets eight CAs issue each other in all directions, and the leaf. There are more than 100,000 paths.
func TestCrossSigned(t *testing.T) {
	const cas = 8
	var keys []*ecdsa.PrivateKey
	var names []*x509.Certificate
	for i := range cas {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		keys = append(keys, key)
		names = append(names, &x509.Certificate{
			Subject: pkix.Name{CommonName: fmt.Sprintf("CA %d", i)}, IsCA: true, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageCertSign,
		})
	}
	leaf := &x509.Certificate{Subject: pkix.Name{CommonName: "a.test"}, DNSNames: []string{"a.test"}}
	sent := [][]byte{issue(t, leaf, names[0], &keys[0].PublicKey, keys[0])}
	for i := range cas {
		for j := range cas {
			if i != j {
				sent = append(sent, issue(t, names[i], names[j], &keys[i].PublicKey, keys[j]))
			}
		}
	}
	require.Len(t, sent, 57)
	seen, _ := seenOf(mint(t, pki.Recipe{}), "a.test")
	seen.Attempts[0].Certificates = sent
	r := tellIn(t, seen, diagnose.Roots{})
	assert.Contains(t, found(r, warn), "search-cut")
	assert.LessOrEqual(t, len(r.Chain.Paths), 32)
}

// TestJunk sends what is not a certificate, and the same certificates many times.
func TestJunk(t *testing.T) {
	chain := mint(t, pki.Recipe{})
	seen, roots := seenOf(chain, "localhost")
	good := seen.Attempts[0].Certificates
	for range 62 {
		seen.Attempts[0].Certificates = append(seen.Attempts[0].Certificates, bytes.Repeat([]byte{0x30}, 4096))
	}
	r := tellIn(t, seen, roots)
	assert.False(t, r.Wrong())
	assert.Len(t, r.Chain.Sent, 64)
	assert.Contains(t, found(r, warn), "malformed-extra")

	seen.Attempts[0].Certificates = good[:2:2]
	for range 31 {
		seen.Attempts[0].Certificates = append(seen.Attempts[0].Certificates, good[:2]...)
	}
	assert.Equal(t, []string{"certificate-twice", "certificate-twice"}, found(tellIn(t, seen, roots), bad, warn, note))

	seen.Attempts[0].Certificates = [][]byte{[]byte("junk")}
	assert.Equal(t, []string{"malformed"}, found(tellIn(t, seen, roots), bad))
}

// TestManyNames sends a leaf with 5,000 names, below a CA that permits each of 5,000 others.
func TestManyNames(t *testing.T) {
	const many = 5000
	var names, permitted []string
	for i := range many {
		names = append(names, fmt.Sprintf("DNS:n%d.test", i))
		permitted = append(permitted, fmt.Sprintf("DNS:p%d.test", i))
	}
	chain := mint(t, pki.Recipe{
		Leaf: pki.Certificate{SAN: names}, Intermediates: []pki.Certificate{{Permit: append(permitted, "DNS:test")}},
	})
	seen, roots := seenOf(chain, "m.test")
	r := tellIn(t, seen, roots)
	assert.Contains(t, found(r, bad), "name-mismatch")
	assert.Contains(t, found(r, note), "many-names")
	assert.LessOrEqual(t, len(r.Chain.Sent[0].Names), 100)
	for _, f := range r.Findings {
		assert.Less(t, len(f.What), 1000)
	}
}

// TestHostileText sends text that would change a terminal.
func TestHostileText(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	evil := "a\x1b[2J\u202e" + strings.Repeat("x", 5000)
	c := &x509.Certificate{Subject: pkix.Name{CommonName: evil}, DNSNames: []string{"\x1b[31m.test"}}
	seen, _ := seenOf(mint(t, pki.Recipe{}), "a.test\x1b[2J")
	seen.Attempts[0].Certificates = [][]byte{issue(t, c, c, &key.PublicKey, key)}
	seen.Attempts[0].Protocol = evil
	seen.Manners.Protocols = []string{evil}
	seen.Speaks, seen.Greeting = "smtp", []byte(evil)
	r := tellIn(t, seen, diagnose.Roots{Name: "x"})
	var out strings.Builder
	require.NoError(t, diagnose.Letter{}.Write(&out, r))
	assert.NotContains(t, out.String(), "\x1b")
	assert.NotContains(t, out.String(), "\u202e")
	assert.Less(t, out.Len(), 10_000)
}

// FuzzTell diagnoses whatever a server sends as its certificates and its staple. The report is bounded, and has no
// mistake in its sentences.
func FuzzTell(f *testing.F) {
	m, err := pki.New(pki.Config{Seed: "fuzz", At: fixed})
	require.NoError(f, err)
	for _, r := range []pki.Recipe{
		{Staple: &pki.OCSP{}}, {Key: pki.RSA2048}, {Leaf: pki.Certificate{MustStaple: true, OCSP: true, CRL: true}},
		{Intermediates: []pki.Certificate{{Permit: []string{"DNS:test", "IP:10.0.0.0/8"}}}},
		{Leaf: pki.Certificate{Version: 1}}, {Leaf: pki.Certificate{Omit: []string{"subject"}}},
	} {
		chain, err := m.Mint("fuzz", r)
		require.NoError(f, err)
		f.Add(chain.Sent[0].DER, chain.Sent[1].DER, chain.Staple, chain.Trusted[0].DER)
	}
	f.Fuzz(func(t *testing.T, leaf, intermediate, staple, root []byte) {
		seen := &ask.Seen{
			Target: ask.Target{Host: "localhost", Port: 443}, At: fixed, Speaks: "tls",
			Attempts: []ask.Attempt{{
				Name: "ordinary", Version: 0x0304, Certificates: [][]byte{leaf, intermediate, leaf}, Staple: staple,
				Complete: true,
			}},
		}
		roots := diagnose.Roots{Certificates: [][]byte{root}}
		r := diagnose.Tell(seen, roots, diagnose.Options{})
		data, err := json.Marshal(r)
		require.NoError(t, err)
		require.Less(t, len(data), 1<<20)
		for _, finding := range r.Findings {
			require.NotContains(t, finding.What, "%!")
		}
		diagnose.Pointers(seen, roots)
	})
}
