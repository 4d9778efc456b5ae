package pki

import (
	"bytes"
	"errors"
	"math/big"
	"slices"

	"golang.org/x/crypto/ocsp"
)

// staple copies the state of the stapled OCSP response: the status, who signs it, and its dates.
func (c *copier) staple(r *Recipe) *OCSP {
	if len(c.Staple) == 0 {
		return nil
	}
	leaf := c.parts[0]
	if leaf.self() {
		c.note("chain", "staple", "a self-signed leaf has no issuer to sign an OCSP response: the copy staples none")
		return nil
	}
	if len(c.Staple) > maxSeenStaple {
		c.note("chain", "staple", "it has %d bytes, and at most %d can be read: the copy staples none", len(c.Staple),
			maxSeenStaple)
		return nil
	}
	response, err := ocsp.ParseResponse(c.Staple, nil)
	var failed ocsp.ResponseError
	switch {
	case errors.As(err, &failed):
		if failed.Status != ocsp.TryLater {
			c.note("chain", "staple", "the responder's error %q cannot be minted: the copy has tryLater", failed.Status)
		}
		return &OCSP{Status: StatusTryLater}
	case err != nil && response == nil:
		// The package also refuses responses whose embedded certificate did not sign them.
		return &OCSP{Malformed: true}
	}
	o := &OCSP{
		Status:     map[int]Status{ocsp.Revoked: StatusRevoked, ocsp.Unknown: StatusUnknown}[response.Status],
		ThisUpdate: c.moment(response.ThisUpdate.UTC(), thisUpdate),
		NextUpdate: c.moment(response.NextUpdate.UTC(), nextUpdate),
	}
	if response.NextUpdate.IsZero() {
		o.NextUpdate = ""
		c.note("chain", "staple", "it has no nextUpdate: the copy's has one")
	}
	o.For = c.stapleSubject(r, response.SerialNumber)
	o.SignedBy = c.stapleSigner(r, response)
	return o
}

// stapleSubject returns the name of the certificate that the response is about, or nothing for the leaf.
func (c *copier) stapleSubject(r *Recipe, serial *big.Int) string {
	for i, p := range c.parts {
		if p.raw == nil || integer(p.serial).Cmp(serial) != 0 || p.self() {
			continue
		}
		if i == 0 {
			return ""
		}
		return p.name
	}
	other := Certificate{Name: c.free("other"), Issuer: c.parts[0].issuer.name}
	c.parts = append(c.parts, &part{name: other.Name, seenCert: &seenCert{}})
	r.Others = append(r.Others, other)
	return other.Name
}

// stapleSigner returns the name of the certificate that signs the response, or nothing for the leaf's issuer.
func (c *copier) stapleSigner(r *Recipe, response *ocsp.Response) string {
	issuer := c.parts[0].issuer
	if response.Certificate == nil {
		if issuer.raw == nil {
			return "" // an issuer that was not sent
		}
		if cert := issuer.cert(); cert == nil || issuer.tooLarge() || response.CheckSignatureFrom(cert) == nil {
			return ""
		}
		c.note("chain", "staple", "the leaf's issuer did not sign it, and its signer is not in it: the copy's is signed by "+
			"another CA")
		return c.addSigner(r, Certificate{Profile: ProfileRoot, CommonName: "tlslab other CA"})
	}
	for _, p := range c.parts {
		if bytes.Equal(p.raw, response.Certificate.Raw) {
			if p == issuer {
				return ""
			}
			return p.name
		}
	}
	cert, err := parseSeen(response.Certificate.Raw)
	if err != nil {
		return ""
	}
	p := &part{seenCert: cert, profile: ProfileServer, number: len(c.parts)}
	for _, q := range c.parts {
		if q.raw != nil && canonical(q.subject) == canonical(cert.issuerName) && cert.signedBy(q.seenCert) == verified {
			p.issuer = q
		}
	}
	if p.issuer == nil && issuer.raw == nil && canonical(issuer.subject) == canonical(cert.issuerName) {
		p.issuer = issuer // which was not sent
	}
	if p.issuer == nil {
		p.issuer = p
		if canonical(cert.issuerName) != canonical(cert.subject) {
			c.note("chain", "staple", "the issuer of its signer is not known: the copy's signer signs itself")
		}
	}
	if cert.isCA() {
		p.profile = ProfileIntermediate
		if p.self() {
			p.profile = ProfileRoot
		}
	}
	p.name = c.free("ocsp-signer")
	c.parts = append(c.parts, p)
	spec := c.certificate(p)
	if p.profile != ProfileServer {
		spec.Profile = p.profile
	}
	return c.addSigner(r, spec)
}

func (c *copier) addSigner(r *Recipe, spec Certificate) string {
	if spec.Name == "" {
		spec.Name = c.free("ocsp-signer")
	}
	r.Others = slices.Concat(r.Others, []Certificate{spec})
	return spec.Name
}
