package diagnose

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"slices"

	"example.com/tlslab/lab/wire"
)

// judgeClient judges the server's request for a client certificate, and the certificate that was given for it.
func (t *teller) judgeClient() {
	requests, requires := t.clientAuth()
	if !requests {
		return
	}
	own := t.own()
	switch {
	case own == nil && requires:
		t.note("client-certificate-missing", "client", 0, t.caNames())
		return
	case own == nil:
		t.note("client-certificate-requested", "client", 0, t.caNames())
		return
	case requires:
		t.note("client-certificate-required", "client", 0, t.caNames())
	default:
		t.note("client-certificate-requested", "client", 0, t.caNames())
	}
	before := len(t.marks)
	t.judgeOwn(own)
	for _, der := range t.options.CRLs {
		if list, err := x509.ParseRevocationList(der); err == nil {
			t.judgeClientEntry(list)
		}
	}
	refused := t.refusedClient()
	if refused != "" && len(t.marks) == before && !t.explained() {
		t.note("client-refused", "client", 0, quote(own[0].readable()), refused)
	}
}

// clientAuth reports whether the server requests a client certificate, and whether it requires one.
func (t *teller) clientAuth() (requests, requires bool) {
	auth := t.seen.Manners.ClientAuth
	requests = auth != tls.NoClientCert
	requires = auth == tls.RequireAnyClientCert || auth == tls.RequireAndVerifyClientCert
	for _, a := range t.seen.Attempts {
		if a.Request != nil {
			requests, requires = true, requires || a.Request.Required
		}
		if a.Alert != nil && a.Alert.Code == wire.AlertCertificateRequired {
			requests, requires = true, true
		}
	}
	return requests, requires
}

// own returns the given client certificate and what is sent with it, or nil.
func (t *teller) own() []*certificate {
	given := t.seen.Target.Certificate
	if given == nil || len(given.Certificate) == 0 {
		return nil
	}
	var list []*certificate
	for _, der := range given.Certificate[:min(len(given.Certificate), deepest)] {
		c := parse(der)
		if c.err != nil {
			break
		}
		list = append(list, c)
	}
	return list
}

// judgeOwn judges the given client certificate as the server does.
func (t *teller) judgeOwn(own []*certificate) {
	c := own[0]
	name := quote(c.readable())
	note := func(code string, args ...string) {
		t.note(code, "client", 0, append([]string{name}, args...)...)
	}
	switch {
	case t.at.After(c.to):
		note("client-expired", day(c.to), t.span(t.at.Sub(c.to)))
	case t.at.Before(c.from):
		note("client-not-yet-valid", day(c.from), t.span(c.from.Sub(t.at)))
	}
	if !c.allows(usageClient) {
		note("client-wrong-usage")
	}
	if key, ok := c.key.(*rsa.PublicKey); ok && key.N.BitLen() < 2048 {
		note("client-weak-key", c.keyName())
	}
	if weak := algorithms[c.algorithm].weak; weak != "" {
		note("client-weak-digest", weak)
	}
	if names := t.acceptedCAs(); len(names) > 0 && !issuedByAny(own, names) {
		note("client-untrusted", quote(own[len(own)-1].names.issuerCommon), t.caNames())
	}
}

// issuedByAny reports whether one of the issuers' names is in a list.
func issuedByAny(own []*certificate, names [][]byte) bool {
	return slices.ContainsFunc(own, func(c *certificate) bool {
		return slices.ContainsFunc(names, func(name []byte) bool {
			return bytes.Equal(name, c.issuer) || bytes.Equal(name, c.subject)
		})
	})
}

// judgeClientEntry notes that a CRL lists the given client certificate.
func (t *teller) judgeClientEntry(list *x509.RevocationList) {
	own := t.own()
	if len(own) == 0 || t.has("client-revoked") {
		return
	}
	if bytes.Equal(list.RawIssuer, own[0].issuer) && lists(list, own[0]) {
		t.note("client-revoked", "client", 0, quote(own[0].readable()), quote(own[0].names.issuerCommon))
	}
}

// acceptedCAs returns the names of the CAs that the server accepts, in DER.
func (t *teller) acceptedCAs() [][]byte {
	for _, a := range t.seen.Attempts {
		if a.Request != nil && len(a.Request.CANames) > 0 {
			return a.Request.CANames
		}
	}
	return nil
}

// caNames lists the CAs that the server accepts, for people to read.
func (t *teller) caNames() string {
	const most = 3
	list := ""
	names := t.acceptedCAs()
	for i, name := range names[:min(len(names), most)] {
		if i > 0 {
			list += t.say("comma")
		}
		full, common := nameOf(name)
		if common != "" {
			full = common
		}
		list += quote(full)
	}
	switch {
	case len(names) == 0:
		return t.say("any-ca")
	case len(names) > most:
		return t.say("and-more", list, number(len(names)-most))
	}
	return list
}

// certificateAlerts are the alerts by which a server refuses a client's certificate.
var certificateAlerts = []wire.AlertCode{
	wire.AlertBadCertificate, wire.AlertUnsupportedCertificate, wire.AlertCertificateRevoked,
	wire.AlertCertificateExpired, wire.AlertCertificateUnknown, wire.AlertUnknownCA, wire.AlertAccessDenied,
	wire.AlertDecryptError,
}

// refusedClient returns the alert by which the server refused the given client certificate, or nothing.
func (t *teller) refusedClient() string {
	a, ok := t.first()
	if ok && a.Alert != nil && slices.Contains(certificateAlerts, a.Alert.Code) {
		return a.Alert.String()
	}
	return ""
}
