package diagnose

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"

	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab/diagnose/ask"
)

// judgeRevocation judges the staple, what was fetched, and the CRLs that the caller has.
func (t *teller) judgeRevocation() {
	leaf := t.best.certificates[0]
	issuer := t.best.issuerOf(leaf)
	if issuer == nil && leaf.selfIssued() {
		issuer = leaf
	}
	for i, c := range t.best.certificates {
		if len(c.responders) > 0 {
			t.note("names-responder", t.best.role(i), 0)
		}
		if len(c.crls) > 0 {
			t.note("points-to-crl", t.best.role(i), 0)
		}
	}
	switch {
	case len(t.telling.Staple) > 0:
		t.judgeResponse(t.telling.Staple, leaf, issuer, "leaf", stapleCodes)
		if leaf.mustStaple {
			t.note("must-staple", "leaf", 0)
		}
	case leaf.mustStaple:
		t.note("must-staple-missing", "leaf", 0)
	}
	for _, f := range t.options.Fetched {
		t.judgeFetched(f)
	}
	t.judgeCRLs()
}

// responseCodes are the findings about an OCSP response, by where it is from.
type responseCodes struct {
	good, revoked, unknown, malformed, later, expired, signer, unauthorized, other string
	delegated                                                                      string // a delegate signed it
}

var (
	stapleCodes = responseCodes{
		"staple-good", "staple-revoked", "staple-unknown", "staple-malformed", "staple-malformed", "staple-expired",
		"staple-wrong-signer", "staple-unauthorized", "staple-other-certificate", "delegated",
	}
	responderCodes = responseCodes{
		"ocsp-good", "ocsp-revoked", "ocsp-unknown", "ocsp-malformed", "ocsp-try-later", "ocsp-invalid",
		"ocsp-invalid", "ocsp-invalid", "ocsp-invalid", "responder-delegated",
	}
)

// judgeResponse judges an OCSP response about a certificate (RFC 6960, section 3.2). The issuer may be nil.
func (t *teller) judgeResponse(der []byte, c, issuer *certificate, role string, codes responseCodes) {
	r, err := ocsp.ParseResponse(der, nil)
	var refusal ocsp.ResponseError
	label := t.label(role, c)
	switch {
	case errors.As(err, &refusal):
		t.note(codes.later, role, 0, label, refusal.Status.String())
		return
	case err != nil:
		t.note(codes.malformed, role, 0, label, clip(err.Error(), 2*longestName))
		return
	}
	updated := day(r.ThisUpdate)
	signer := t.signerOf(r, issuer)
	switch {
	case r.SerialNumber.Cmp(c.serial) != 0:
		t.note(codes.other, role, 0, label, clip(r.SerialNumber.Text(16), longestName))
	case signer == signedByStranger:
		t.note(codes.signer, role, 0, label, t.nameOfSigner(r))
	case signer == signedUnauthorized:
		t.note(codes.unauthorized, role, 0, label, t.nameOfSigner(r))
	case !r.NextUpdate.IsZero() && t.at.After(r.NextUpdate) || t.at.Before(r.ThisUpdate):
		t.note(codes.expired, role, 0, label, updated, day(r.NextUpdate))
	case r.Status == ocsp.Revoked:
		t.note(codes.revoked, role, 0, label, day(r.RevokedAt))
	case r.Status == ocsp.Unknown:
		t.note(codes.unknown, role, 0, label)
	default:
		t.note(codes.good, role, 0, label, updated, day(r.NextUpdate))
	}
	if signer == signedByDelegate {
		t.note(codes.delegated, role, 0)
	}
}

// Who signed an OCSP response (RFC 6960, section 4.2.2.2).
const (
	signedByIssuer = iota
	signedByDelegate
	signedUnauthorized // by a certificate of the issuer that may not sign responses
	signedByStranger
	signedUnknown // the issuer is not known
)

func (t *teller) signerOf(r *ocsp.Response, issuer *certificate) int {
	if issuer == nil {
		return signedUnknown
	}
	above, err := x509.ParseCertificate(issuer.der)
	if err != nil {
		return signedUnknown
	}
	if r.Certificate == nil || bytes.Equal(r.Certificate.RawSubjectPublicKeyInfo, issuer.spki) {
		if r.CheckSignatureFrom(above) != nil {
			return signedByStranger
		}
		return signedByIssuer
	}
	signer := parse(r.Certificate.Raw)
	switch {
	case signer.err != nil || t.verifier.signed(signer, issuer) != stateVerifies:
		return signedByStranger
	case !slices.Contains(signer.extended, usageOCSP):
		return signedUnauthorized
	}
	return signedByDelegate
}

func (t *teller) nameOfSigner(r *ocsp.Response) string {
	if r.Certificate == nil {
		return t.say("unnamed-key")
	}
	return quote(parse(r.Certificate.Raw).readable())
}

// judgeFetched judges what came from a pointer.
func (t *teller) judgeFetched(f Fetched) {
	c, role, issuer := t.place(f.Certificate)
	if c == nil || f.Kind == PointsToIssuer {
		return
	}
	prefix := f.Kind + "-"
	url := clip(f.URL, 2*longestName)
	switch {
	case f.Status == 0 && f.End == ask.EndTimeout:
		t.note(prefix+"timeout", role, 0, url)
	case f.Status == 0:
		t.note(prefix+"unreachable", role, 0, url)
	case f.Kind == PointsToOCSP && f.Status != 200:
		t.note("ocsp-malformed", role, 0, t.label(role, c), "HTTP "+number(f.Status))
	case f.Kind == PointsToOCSP:
		t.judgeResponse(f.Body, c, issuer, role, responderCodes)
	case f.Status != 200:
		t.note("crl-unavailable", role, 0, url, "HTTP "+number(f.Status))
	default:
		if t.judgeCRL(f.Body) {
			t.note("crl-fetched", role, 0)
		}
	}
}

// place returns a certificate of the best path by its bytes, with its role and its issuer.
func (t *teller) place(der []byte) (c *certificate, role string, issuer *certificate) {
	for i, c := range t.best.certificates {
		if bytes.Equal(c.der, der) {
			return c, t.best.role(i), t.best.issuerOf(c)
		}
	}
	return nil, "", nil
}

// judgeCRLs judges the CRLs that the caller has. If it has any, there must be one of the leaf's issuer.
func (t *teller) judgeCRLs() {
	if len(t.options.CRLs) == 0 {
		return
	}
	t.note("crl-given", "leaf", 0)
	leaf, found := t.best.certificates[0], false
	for _, der := range t.options.CRLs {
		list, err := x509.ParseRevocationList(der)
		if err == nil && bytes.Equal(list.RawIssuer, leaf.issuer) {
			found = true
		}
		t.judgeCRL(der)
	}
	if !found {
		t.note("crl-wrong-issuer", "leaf", 0, quote(leaf.names.issuerCommon))
	}
}

// judgeCRL judges a CRL with respect to the certificates of the best path (RFC 5280, section 6.3.3). It reports whether
// the CRL is one of theirs.
func (t *teller) judgeCRL(der []byte) bool {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		t.note("crl-bad-signature", "leaf", 0, clip(err.Error(), longestName))
		return false
	}
	ours := false
	for i, c := range t.best.certificates {
		issuer := t.best.issuerOf(c)
		if issuer == nil || !bytes.Equal(list.RawIssuer, c.issuer) {
			continue
		}
		ours = true
		t.judgeEntry(list, c, issuer, t.best.role(i))
	}
	t.judgeClientEntry(list)
	return ours
}

func (t *teller) judgeEntry(list *x509.RevocationList, c, issuer *certificate, role string) {
	label, name := t.label(role, c), quote(c.names.issuerCommon)
	above, err := x509.ParseCertificate(issuer.der)
	switch {
	case err == nil && list.CheckSignatureFrom(above) != nil:
		t.note("crl-bad-signature", role, 0, name)
	case lists(list, c):
		t.note("crl-revoked", role, 0, label, name)
	case t.at.Before(list.ThisUpdate):
		t.note("crl-not-yet-valid", role, 0, name, day(list.ThisUpdate))
	case !list.NextUpdate.IsZero() && t.at.After(list.NextUpdate):
		t.note("crl-expired", role, 0, name, day(list.NextUpdate))
	default:
		t.note("crl-good", role, 0, label, name, day(list.NextUpdate))
	}
}

// lists reports whether a CRL has a certificate's serial number.
func lists(list *x509.RevocationList, c *certificate) bool {
	return slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
		return e.SerialNumber.Cmp(c.serial) == 0
	})
}

// staple describes the stapled response. It is empty without one.
func (t *teller) staple() string {
	if len(t.telling.Staple) == 0 {
		return ""
	}
	r, err := ocsp.ParseResponse(t.telling.Staple, nil)
	if err != nil {
		return clip(err.Error(), 2*longestName)
	}
	status := map[int]string{ocsp.Good: "good", ocsp.Revoked: "revoked", ocsp.Unknown: "unknown"}[r.Status]
	return status + ", " + day(r.ThisUpdate) + " – " + day(r.NextUpdate)
}

// Pointers returns the URLs in the certificates that a server sent, for a caller that wants to fetch what is there: at
// most 16, those of the leaf first.
func Pointers(seen *ask.Seen, roots Roots) []Pointer {
	const most = 16
	t := newTeller(seen, roots, Options{})
	if len(t.pool.sent) == 0 || t.pool.sent[0].err != nil {
		return nil
	}
	t.paths, _ = build(t.pool, t.verifier, t.pool.sent[0])
	for _, p := range t.paths {
		t.judge(p)
	}
	t.best = best(t.paths)
	var list []Pointer
	for _, c := range t.best.certificates {
		issuer := t.best.issuerOf(c)
		var above []byte
		if issuer != nil {
			above = issuer.der
		}
		for _, kind := range []struct {
			name string
			urls []string
		}{{PointsToIssuer, c.issuerURLs}, {PointsToOCSP, c.responders}, {PointsToCRL, c.crls}} {
			if kind.name == PointsToIssuer && issuer != nil || kind.name == PointsToOCSP && issuer == nil {
				continue
			}
			for _, url := range kind.urls {
				if len(list) < most {
					list = append(list, Pointer{kind.name, url, c.der, above})
				}
			}
		}
	}
	return list
}
