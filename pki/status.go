package pki

import (
	"cmp"
	"fmt"
)

// OCSP says how an OCSP response (RFC 6960, section 4.2.1) differs from a good one. A good response says that
// the leaf is good, is signed by the leaf's issuer, and is current for as long as the leaf is valid.
type OCSP struct {
	// Status is the certificate's status. Empty means good.
	Status Status `json:"status,omitzero"`
	// For names the certificate in question. Empty means the leaf.
	For string `json:"for,omitzero"`
	// SignedBy names the certificate that signs the response, instead of the issuer of the certificate in
	// question. The response then contains it.
	SignedBy string `json:"signed_by,omitzero"`
	// ThisUpdate and NextUpdate bound the response's validity.
	ThisUpdate Moment `json:"this_update,omitzero"`
	NextUpdate Moment `json:"next_update,omitzero"`
	// Malformed replaces the response with bytes that are not an OCSP response.
	Malformed bool `json:"malformed,omitzero"`
	// Outage is the way in which the responder fails to answer. It does not apply to a staple.
	Outage Outage `json:"outage,omitzero"`
}

// CRL says how CRLs (RFC 5280, section 5) differ from good ones. Good CRLs are empty, are signed by their
// CAs, and are current for as long as the leaf is valid. There is one for each CA of the path. Except for
// Revoke, all fields apply to the CRL of the leaf's issuer only.
type CRL struct {
	// Revoke names the certificates to list, each in its issuer's CRL.
	Revoke []string `json:"revoke,omitzero"`
	// ThisUpdate and NextUpdate bound the CRL's validity.
	ThisUpdate Moment `json:"this_update,omitzero"`
	NextUpdate Moment `json:"next_update,omitzero"`
	// Issuer names a certificate whose CRL is used instead: with its name as issuer, and signed with its key.
	Issuer string `json:"issuer,omitzero"`
	// SignedBy names the key that signs the CRL, instead of the issuer's. A name that no certificate has
	// makes a key that belongs to no certificate.
	SignedBy string `json:"signed_by,omitzero"`
	// Tamper flips the last bit of its signature.
	Tamper bool `json:"tamper,omitzero"`
	// Fetch gives the client no CRLs. It must fetch them from the distribution points in the certificates.
	Fetch bool `json:"fetch,omitzero"`
	// Outage is the way in which the distribution point fails to answer.
	Outage Outage `json:"outage,omitzero"`
}

// Status is the status in an OCSP response (RFC 6960, section 2.2), or the absence of one.
type Status string

const (
	StatusGood     Status = "good"
	StatusRevoked  Status = "revoked"
	StatusUnknown  Status = "unknown"
	StatusTryLater Status = "try-later" // the error tryLater in place of a status (section 2.3)
)

// Outage is a way in which the lab's OCSP responder or CRL distribution point fails to answer.
type Outage string

const (
	OutageRefused     Outage = "refused"     // the address in the certificate refuses connections
	OutageUnavailable Outage = "unavailable" // it answers with HTTP status 503
	OutageSilent      Outage = "silent"      // it accepts the request and never answers
)

// outages describes each outage as a client sees it.
var outages = map[Outage]string{
	OutageRefused:     "refuses connections",
	OutageUnavailable: "answers 503",
	OutageSilent:      "never answers",
}

// checkRevocation rejects revocation data that cannot be minted.
func (b *mint) checkRevocation() error {
	staple, responder, crl := b.recipe.Staple, b.recipe.Responder, b.recipe.CRL
	if staple != nil && staple.Outage != "" {
		return fmt.Errorf("recipe: a staple cannot have the outage %q: remove it, or move it to the responder",
			staple.Outage)
	}
	for what, o := range map[string]*OCSP{"staple": staple, "responder": responder} {
		if o == nil {
			continue
		}
		for _, name := range []string{cmp.Or(o.For, "leaf"), cmp.Or(o.SignedBy, "leaf")} {
			if _, ok := b.specs[name]; !ok {
				return fmt.Errorf("recipe: the %s refers to certificate %q, which does not exist", what, name)
			}
		}
		switch o.Status {
		case "", StatusGood, StatusRevoked, StatusUnknown, StatusTryLater:
		default:
			return fmt.Errorf("recipe: %s: unknown OCSP status %q: want good, revoked, unknown or try-later",
				what, o.Status)
		}
	}
	for _, o := range []Outage{b.ocspOutage(), b.crlOutage()} {
		if _, ok := outages[o]; !ok && o != "" {
			return fmt.Errorf("recipe: unknown outage %q: want refused, unavailable or silent", o)
		}
	}
	if crl == nil {
		return nil
	}
	for _, name := range append([]string{cmp.Or(crl.Issuer, "leaf")}, crl.Revoke...) {
		if _, ok := b.specs[name]; !ok {
			return fmt.Errorf("recipe: the CRL refers to certificate %q, which does not exist", name)
		}
	}
	return nil
}

func (b *mint) ocspOutage() Outage {
	if r := b.recipe.Responder; r != nil {
		return r.Outage
	}
	return ""
}

func (b *mint) crlOutage() Outage {
	if r := b.recipe.CRL; r != nil {
		return r.Outage
	}
	return ""
}

// ocspURL returns the OCSP responder's URL in certificates.
func (b *mint) ocspURL() string { return b.service(b.ocspOutage()) + "/ocsp/" + b.name }

// crlURL returns the URL of the CRL that may list a certificate. The leaf's is the scenario's own; the others
// are below it.
func (b *mint) crlURL(name string) string {
	url := b.service(b.crlOutage()) + "/crl/" + b.name
	if name != "leaf" {
		url += "/" + name
	}
	return url
}

// service returns the base URL of the lab's revocation service, or one where nothing listens.
func (b *mint) service(o Outage) string {
	if o == OutageRefused {
		return b.config.Refused
	}
	return b.config.Responder
}
