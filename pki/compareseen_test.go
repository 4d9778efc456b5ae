package pki_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/pki"
)

// TestCompareSeen checks that what differs in a recipe is seen from outside, and nothing else.
func TestCompareSeen(t *testing.T) {
	leaf := func(c pki.Certificate) pki.Recipe { return pki.Recipe{Leaf: c} }
	good := seenAt(t, pki.Recipe{}, "localhost")
	for name, c := range map[string]struct {
		recipe pki.Recipe
		want   []string
	}{
		"the same":       {pki.Recipe{}, nil},
		"expired":        {leaf(pki.Certificate{NotAfter: "-24h"}), []string{"sent 1.notAfter"}},
		"another host":   {leaf(pki.Certificate{SAN: []string{"DNS:other.test"}}), []string{"sent 1.subjectAltName"}},
		"tampered":       {leaf(pki.Certificate{Tamper: true}), []string{"sent 1.signature"}},
		"another signer": {leaf(pki.Certificate{SignedBy: "x"}), []string{"sent 1.signature"}},
		"serial number": {leaf(pki.Certificate{Serial: pki.Serial{Octets: 16, Form: pki.SerialNegative}}),
			[]string{"sent 1.serialNumber"}},
		"key": {leaf(pki.Certificate{Key: pki.ECDSAP384}), []string{"sent 1.key"}},
		"digest": {leaf(pki.Certificate{Digest: "SHA-512"}),
			[]string{"sent 1.signatureAlgorithm"}},
		"string type": {leaf(pki.Certificate{Subject: []pki.Attribute{{Type: "O", Value: "lab"},
			{Type: "CN", Value: "localhost", Encoding: pki.UTF8String}}}), []string{"sent 1.subject"}},
		"issuer's name": {leaf(pki.Certificate{IssuerName: []pki.Attribute{{Type: "O", Value: "lab"},
			{Type: "CN", Value: "nobody"}}}), []string{"sent 1.authorityKeyIdentifier", "sent 1.signature",
			"sent 2.issuer", "sent 2.subject", "trusted 1.issuer", "trusted 1.subject"}},
		"authority key": {leaf(pki.Certificate{AuthorityKey: []pki.AuthorityKey{pki.AuthorityOtherKeyID}}),
			[]string{"sent 1.authorityKeyIdentifier"}},
		"order": {leaf(pki.Certificate{Order: []string{"subjectAltName", "keyUsage", "extKeyUsage", "basicConstraints",
			"subjectKeyIdentifier", "authorityKeyIdentifier"}}), []string{"sent 1.extensions"}},
		"critical":  {leaf(pki.Certificate{Critical: []string{"extKeyUsage"}}), []string{"sent 1.extKeyUsage"}},
		"staple":    {pki.Recipe{Staple: &pki.OCSP{Status: pki.StatusRevoked}}, []string{"chain.staple"}},
		"sent":      {pki.Recipe{Send: []string{"leaf", "intermediate", "leaf"}}, []string{"chain.sent"}},
		"root sent": {pki.Recipe{Send: []string{"leaf", "intermediate", "root"}}, []string{"chain.sent", "chain.trusted"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range pki.CompareSeen(seenAt(t, c.recipe, "localhost"), good) {
				if d.Where != "sent 3" { // the control sends two
					got = append(got, d.String())
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}
