package pki

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// stapleFact describes the server's staple: "revoked, by the issuer, current".
func (c *Chain) stapleFact() string {
	if c.staple == nil {
		return "none"
	}
	if about := cmp.Or(c.staple.For, "leaf"); about != "leaf" && !c.staple.Malformed {
		return "of " + about + ": " + c.staple.String()
	}
	return c.staple.String()
}

// responderFact describes the OCSP responder's answers about the certificates that name it.
func (c *Chain) responderFact() string {
	if r := c.Recipe.Responder; r != nil && r.Outage != "" {
		return outages[r.Outage]
	}
	var list []string
	for _, m := range c.Path {
		if a := c.answers[m.Name]; a != nil && len(m.Cert.OCSPServer) > 0 {
			list = append(list, m.Name+": "+a.String())
		}
	}
	return cmp.Or(strings.Join(list, "; "), "none")
}

// crlFact describes the CRLs, and how the client gets them.
func (c *Chain) crlFact() string {
	if c.published == nil {
		return "none"
	}
	var r CRL
	words := "published"
	switch {
	case c.Recipe.CRL == nil:
	case c.Recipe.CRL.Fetch:
		r, words = *c.Recipe.CRL, "to be fetched"
	default:
		r, words = *c.Recipe.CRL, "given"
	}
	if r.Outage != "" {
		return words + " at a distribution point that " + outages[r.Outage]
	}
	lists := "nothing"
	if len(r.Revoke) > 0 {
		lists = strings.Join(r.Revoke, " ")
	}
	signer := "the issuer"
	switch {
	case r.Issuer != "":
		signer = r.Issuer + ", another CA"
	case r.SignedBy != "":
		signer = "another key"
	}
	words = fmt.Sprintf("%s, lists %s, by %s", words, lists, signer)
	list, err := x509.ParseRevocationList(c.published["leaf"])
	if err != nil {
		return words + ", unreadable"
	}
	if r.Tamper {
		words += ", tampered with"
	}
	return words + ", " + period(list.ThisUpdate, list.NextUpdate, c.config.At)
}

// String describes the response: "revoked, by the issuer, current".
func (a *answer) String() string {
	switch {
	case a.Malformed:
		return "not an OCSP response"
	case a.Status == StatusTryLater:
		return "no answer yet: try later"
	}
	return fmt.Sprintf("%s, by %s, %s", cmp.Or(a.Status, StatusGood), a.by(), period(a.thisUpdate, a.nextUpdate, a.at))
}

// by tells who signs the response, and by what authority (RFC 6960, section 4.2.2.2).
func (a *answer) by() string {
	switch {
	case a.signer == a.issuer:
		return "the issuer"
	case a.signer.cert.CheckSignatureFrom(a.issuer.cert) != nil:
		return a.signer.name + ", which the issuer did not issue"
	case slices.Contains(a.signer.cert.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return "the issuer's delegate"
	}
	return a.signer.name + ", which may not sign OCSP responses"
}

// period tells whether revocation information is current at a given time.
func period(from, to, at time.Time) string {
	switch {
	case at.Before(from):
		return "not yet valid"
	case !at.Before(to):
		return "expired"
	}
	return "current"
}
