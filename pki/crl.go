package pki

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"math/big"
	"slices"
)

// publish signs the CRLs of the CAs on the path if the client is given any, or if a certificate names a
// distribution point.
func (b *mint) publish(c *Chain) error {
	pointed := slices.ContainsFunc(b.path, func(name string) bool { return b.specs[name].CRL })
	if b.recipe.CRL == nil && !pointed {
		return nil
	}
	var r CRL
	if b.recipe.CRL != nil {
		r = *b.recipe.CRL
	}
	for _, name := range r.Revoke {
		if !slices.Contains(b.path[1:], b.specs[name].Issuer) {
			return fmt.Errorf("recipe: certificate %q cannot be in a CRL: no CA of the path issued it", name)
		}
	}
	c.published = map[string][]byte{}
	for i, name := range b.path[1:] {
		list := CRL{Revoke: slices.DeleteFunc(slices.Clone(r.Revoke), func(s string) bool {
			return b.specs[s].Issuer != name
		})}
		if i == 0 {
			revoke := list.Revoke
			list = r
			list.Revoke = revoke
		}
		der, err := b.revocationList(name, list)
		if err != nil {
			return fmt.Errorf("CRL of %q: %w", name, err)
		}
		c.published[b.path[i]] = der
		if b.recipe.CRL != nil && !r.Fetch {
			c.CRLs = append(c.CRLs, der)
		}
	}
	return nil
}

// revocationList returns the CRL of one CA. cfssl's crl package cannot be used, because it takes the CRL's
// dates from the clock.
func (b *mint) revocationList(ca string, r CRL) ([]byte, error) {
	issuer, err := b.get(cmp.Or(r.Issuer, ca))
	if err != nil {
		return nil, err
	}
	key := issuer.key
	if r.SignedBy != "" {
		if key, err = b.key(r.SignedBy); err != nil {
			return nil, err
		}
	}
	from, err := cmp.Or(r.ThisUpdate, thisUpdate).time(b.config)
	if err != nil {
		return nil, err
	}
	to, err := cmp.Or(r.NextUpdate, nextUpdate).time(b.config)
	if err != nil {
		return nil, err
	}
	list := &x509.RevocationList{Number: big.NewInt(from.Unix()), ThisUpdate: from, NextUpdate: to}
	for _, name := range r.Revoke {
		n, err := b.get(name)
		if err != nil {
			return nil, err
		}
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: n.cert.SerialNumber, RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(nil, list, listSigner(issuer.cert), fixedSigner{key})
	if err != nil {
		return nil, fmt.Errorf("signing it: %w", err)
	}
	if r.Tamper {
		der[len(der)-1] ^= 1 // the signature comes last
	}
	return der, nil
}

// listSigner returns a CA as one that crypto/x509 lets sign a CRL: one that may, and that has a key identifier.
func listSigner(ca *x509.Certificate) *x509.Certificate {
	able := *ca
	able.KeyUsage |= x509.KeyUsageCRLSign
	if len(able.SubjectKeyId) == 0 {
		able.SubjectKeyId = []byte("tlslab")
	}
	return &able
}

// serverCRLs returns the CRLs that the server checks client certificates against: CRLs that the client is not
// given and that no certificate of the path names. It returns nil if there are none.
func (c *Chain) serverCRLs() [][]byte {
	if c.Recipe.CRL == nil || !c.Recipe.CRL.Fetch {
		return nil
	}
	named := func(m Minted) bool { return len(m.Cert.CRLDistributionPoints) > 0 }
	if slices.ContainsFunc(c.Path, named) {
		return nil
	}
	var list [][]byte
	for _, m := range c.Path[:len(c.Path)-1] { // no CRL lists a root
		list = append(list, c.published[m.Name])
	}
	return list
}

// PublishedCRL returns, as DER, the CRL that may list a certificate of the path, and false if there is none.
// It is served at the distribution point that the certificate names (RFC 5280, section 4.2.1.13). An empty
// name means the leaf.
func (c *Chain) PublishedCRL(name string) ([]byte, bool) {
	der, ok := c.published[cmp.Or(name, "leaf")]
	return der, ok
}
