package pki_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// TestCertificateOf checks that a certificate off the path comes with its issuers and its key.
func TestCertificateOf(t *testing.T) {
	m, err := pki.New(pki.Config{Seed: "others", At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	c, err := m.Mint("others", pki.Recipe{Others: []pki.Certificate{
		{Name: "site", Profile: pki.ProfileServer, Issuer: "intermediate", SAN: []string{"DNS:other.tlslab.test"}},
		{Name: "alone", SAN: []string{"DNS:alone.tlslab.test"}},
	}})
	require.NoError(t, err)
	for name, length := range map[string]int{"site": 2, "alone": 1} {
		got, err := c.CertificateOf(name)
		require.NoError(t, err)
		require.Len(t, got.Certificate, length, name)
		leaf, err := x509.ParseCertificate(got.Certificate[0])
		require.NoError(t, err)
		require.True(t, got.PrivateKey.(*ecdsa.PrivateKey).PublicKey.Equal(leaf.PublicKey), name)
	}
	_, err = c.CertificateOf("leaf")
	require.ErrorContains(t, err, `no certificate "leaf" among its others`)
}
