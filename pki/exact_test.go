package pki_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// exactRecipe uses every field that reshape puts in.
var exactRecipe = pki.Recipe{
	Key: pki.RSA2048,
	Intermediates: []pki.Certificate{{
		Subject: []pki.Attribute{{Type: "C", Value: "XX"}, {Type: "O", Value: "lab", Encoding: pki.T61String},
			{Type: "CN", Value: "CA", Joined: true}},
		SubjectKeyOctets: 8, Digest: "SHA-384", Exclude: []string{"DNS:other.test", "email:other.test"},
	}},
	Leaf: pki.Certificate{
		Subject:      []pki.Attribute{{Type: "CN", Value: "localhost", Encoding: pki.BMPString}},
		Serial:       pki.Serial{Octets: 20, Form: pki.SerialHigh},
		SAN:          []string{"DNS:localhost", "email:a@b.test", "URI:spiffe://b.test/c", "DER:8803550403"},
		Usages:       []string{"digital signature", "server auth", "1.3.6.1.4.1.32473.1"},
		Access:       []string{"ca-issuers", "ocsp"},
		AuthorityKey: []pki.AuthorityKey{pki.AuthorityKeyID, pki.AuthorityIssuer, pki.AuthoritySerial},
		Order: []string{"subjectAltName", "keyUsage", "extKeyUsage", "authorityKeyIdentifier",
			"authorityInfoAccess", "basicConstraints"},
		Critical: []string{"extKeyUsage"}, PSS: true, NotAfter: "9999-12-31T23:59:59Z",
	},
}

// TestExact checks that the fields that cfssl does not know are minted as they say, the same bytes each time.
func TestExact(t *testing.T) {
	c, err := newMinter(t, "exact").Mint("exact", exactRecipe)
	require.NoError(t, err)
	again, err := newMinter(t, "exact").Mint("exact", exactRecipe)
	require.NoError(t, err)
	for i := range c.Path {
		assert.Equal(t, c.Path[i].DER, again.Path[i].DER, c.Path[i].Name)
	}
	assert.NoError(t, c.Verify("localhost", at))
	leaf, ca := c.Leaf().Cert, c.Path[1].Cert
	var order []string
	for _, e := range leaf.Extensions {
		order = append(order, e.Id.String())
	}
	assert.Equal(t, []string{"2.5.29.17", "2.5.29.15", "2.5.29.37", "2.5.29.35", "1.3.6.1.5.5.7.1.1", "2.5.29.19"}, order)
	assert.True(t, leaf.Extensions[2].Critical)
	assert.Equal(t, x509.SHA256WithRSAPSS, leaf.SignatureAlgorithm)
	assert.Equal(t, x509.SHA384WithRSA, ca.SignatureAlgorithm)
	assert.Equal(t, 152, leaf.SerialNumber.BitLen(), "19 octets after the zero one")
	assert.Equal(t, []string{"a@b.test"}, leaf.EmailAddresses)
	assert.Equal(t, "spiffe://b.test/c", leaf.URIs[0].String())
	assert.Equal(t, "1.3.6.1.4.1.32473.1", leaf.UnknownExtKeyUsage[0].String())
	assert.Len(t, ca.SubjectKeyId, 8)
	assert.Equal(t, ca.SubjectKeyId, leaf.AuthorityKeyId)
	assert.Equal(t, []string{"other.test"}, ca.ExcludedDNSDomains)
	assert.Equal(t, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), leaf.NotAfter)
	assert.Equal(t, "http://127.0.0.1:10000/issuer/exact/leaf", leaf.IssuingCertificateURL[0])
}

// TestSizes checks the sizes of keys that have no constant.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		kind pki.KeyType
		bits int
	}{{"rsa-1024", 1024}, {"rsa-1536", 1536}, {"rsa-2064", 2064}, {pki.ECDSAP521, 521}} {
		chain, err := newMinter(t, "sizes").Mint("sizes", pki.Recipe{Leaf: pki.Certificate{Key: c.kind}})
		require.NoError(t, err, c.kind)
		switch key := chain.Leaf().Cert.PublicKey.(type) {
		case *rsa.PublicKey:
			assert.Equal(t, c.bits, key.N.BitLen())
		case *ecdsa.PublicKey:
			assert.Equal(t, c.bits, key.Curve.Params().BitSize)
		}
		assert.NoError(t, chain.Verify("localhost", at), c.kind)
	}
}
