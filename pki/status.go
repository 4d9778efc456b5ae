package pki

import (
	"cmp"
	"fmt"
)

// OCSP says how an OCSP response (RFC 6960, section 4.2.1) differs from a good one: that
// the leaf is good, signed by its issuer, and current for as long as the leaf is valid.
type OCSP struct {
	// Status is what it says of the certificate. Empty means good.
	Status Status `json:"status,omitzero"`
	// For names the certificate that it is about. Empty means the leaf.
	For string `json:"for,omitzero"`
	// SignedBy names the certificate that signs it in place of the issuer of the one that
	// it is about; the response then carries it.
	SignedBy string `json:"signed_by,omitzero"`
	// ThisUpdate and NextUpdate bound the time that it may be relied on.
	ThisUpdate Moment `json:"this_update,omitzero"`
	NextUpdate Moment `json:"next_update,omitzero"`
	// Malformed puts bytes in its place that are no OCSP response.
	Malformed bool `json:"malformed,omitzero"`
	// Outage says that the responder fails before it answers. A staple has none.
	Outage Outage `json:"outage,omitzero"`
}

// CRL says how CRLs (RFC 5280, section 5) differ from good ones, which list nothing, are
// signed by their CAs, and are current for as long as the leaf is valid. There is one for each
// CA of the path; but for Revoke, what is said here is of the leaf's issuer's alone.
type CRL struct {
	// Revoke names the certificates that are listed, each in its issuer's CRL.
	Revoke []string `json:"revoke,omitzero"`
	// ThisUpdate and NextUpdate bound the time that it may be relied on.
	ThisUpdate Moment `json:"this_update,omitzero"`
	NextUpdate Moment `json:"next_update,omitzero"`
	// Issuer names a certificate whose CRL takes its place: by its name, and signed with
	// its key.
	Issuer string `json:"issuer,omitzero"`
	// SignedBy names the key that signs it in place of its issuer's: a name that no
	// certificate has gives a key that no certificate holds.
	SignedBy string `json:"signed_by,omitzero"`
	// Tamper flips the last bit of its signature.
	Tamper bool `json:"tamper,omitzero"`
	// Fetch leaves it to the client to fetch CRLs from where certificates say that they are
	// to be had: it is given none.
	Fetch bool `json:"fetch,omitzero"`
	// Outage says that the distribution point fails before it answers.
	Outage Outage `json:"outage,omitzero"`
}

// Status is what an OCSP response says (RFC 6960, section 2.2), or that there is none.
type Status string

// The statuses.
const (
	StatusGood     Status = "good"
	StatusRevoked  Status = "revoked"
	StatusUnknown  Status = "unknown"
	StatusTryLater Status = "try-later" // no response, but the error tryLater (section 2.3)
)

// Outage is a way in which the lab's OCSP responder, or its distribution point for CRLs,
// fails to answer.
type Outage string

// The outages.
const (
	OutageRefused     Outage = "refused"     // the address that the certificate names refuses connections
	OutageUnavailable Outage = "unavailable" // it answers with the HTTP status 503
	OutageSilent      Outage = "silent"      // it takes the request and never answers
)

// outages says in words what a client meets.
var outages = map[Outage]string{
	OutageRefused:     "refuses connections",
	OutageUnavailable: "answers 503",
	OutageSilent:      "never answers",
}

// checkRevocation refuses what no response and no CRL can be made of.
func (b *mint) checkRevocation() error {
	staple, responder, crl := b.recipe.Staple, b.recipe.Responder, b.recipe.CRL
	if staple != nil && staple.Outage != "" {
		return fmt.Errorf("recipe: a staple has no outage: leave out %q, or say it of the responder", staple.Outage)
	}
	for what, o := range map[string]*OCSP{"staple": staple, "responder": responder} {
		if o == nil {
			continue
		}
		for _, name := range []string{cmp.Or(o.For, "leaf"), cmp.Or(o.SignedBy, "leaf")} {
			if _, ok := b.specs[name]; !ok {
				return fmt.Errorf("recipe: the %s refers to certificate %q, which there is not", what, name)
			}
		}
		switch o.Status {
		case "", StatusGood, StatusRevoked, StatusUnknown, StatusTryLater:
		default:
			return fmt.Errorf("recipe: %s: unknown OCSP status %q: want good, revoked, unknown or try-later", what, o.Status)
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
			return fmt.Errorf("recipe: the CRL refers to certificate %q, which there is not", name)
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

// ocspURL returns where certificates say that the OCSP responder is.
func (b *mint) ocspURL() string { return b.service(b.ocspOutage()) + "/ocsp/" + b.name }

// crlURL returns where a certificate says that the CRL is that may list it: the leaf's is
// the scenario's own, those of others are below it.
func (b *mint) crlURL(name string) string {
	url := b.service(b.crlOutage()) + "/crl/" + b.name
	if name != "leaf" {
		url += "/" + name
	}
	return url
}

// service returns the URL of the lab's revocation service, or of where nothing listens.
func (b *mint) service(o Outage) string {
	if o == OutageRefused {
		return b.config.Refused
	}
	return b.config.Responder
}
