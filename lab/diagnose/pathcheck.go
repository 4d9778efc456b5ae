package diagnose

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/tlslab/pki"
)

// judge fills in what there is to say of a path: why it does not hold, and what is worth a note.
func (t *teller) judge(p *path) {
	for i, c := range p.certificates {
		role := p.role(i)
		add := func(code string, degree float64, args ...string) {
			p.marks = append(p.marks, mark{code: code, at: role, degree: degree,
				args: append([]string{t.label(role, c)}, args...)})
		}
		t.judgeDates(c, role, add)
		t.judgeKey(c, add)
		if i+1 < len(p.certificates) {
			t.judgeSignature(c, p.certificates[i+1], p.role(i+1), add)
		}
		if i > 0 {
			t.judgeIssuer(p, i, add)
		} else {
			t.judgeLeaf(c, add)
		}
		if len(c.unknown) > 0 && !c.root {
			add("unknown-critical-extension", 0, strings.Join(c.unknown, ", "))
		}
		if p.ending != endsAtSelfSigned || i > 0 {
			judgeStrict(c, role, add)
		}
	}
	t.judgeEnd(p)
}

// adder adds a mark about one certificate. Its first argument is always how the certificate is called.
type adder func(code string, degree float64, args ...string)

// soon is the time before its end from which a certificate is said to expire soon.
const soon = 14 * 24 * time.Hour

// longestPrivate is the longest validity of a leaf, in days, that Apple and Chromium accept from any CA.
const longestPrivate = 825

// longestPublic are the longest validities of a leaf from a public CA, in days, by the day on which it is issued
// (CA/Browser Forum, Baseline Requirements, section 6.3.2).
var longestPublic = []struct {
	from time.Time
	days int
}{
	{time.Date(2029, 3, 15, 0, 0, 0, 0, time.UTC), 47},
	{time.Date(2027, 3, 15, 0, 0, 0, 0, time.UTC), 100},
	{time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), 200},
	{time.Time{}, 398},
}

// judgeLength judges how long a leaf is valid.
func judgeLength(c *certificate, add adder) {
	length := int(c.to.Sub(c.from).Hours() / 24)
	if length > longestPrivate {
		add("too-long-validity", float64(length), strconv.Itoa(length))
		return
	}
	for _, limit := range longestPublic {
		if c.from.Before(limit.from) {
			continue
		}
		if length > limit.days {
			add("long-validity", float64(length), strconv.Itoa(length), strconv.Itoa(limit.days))
		}
		return
	}
}

func (t *teller) judgeDates(c *certificate, role string, add adder) {
	now := t.at
	switch {
	case c.to.Before(c.from):
		add("inverted-validity", 0, day(c.to), day(c.from))
	case now.After(c.to):
		ago := now.Sub(c.to)
		add("expired", ago.Seconds(), day(c.to), t.span(ago))
	case now.Before(c.from):
		add("not-yet-valid", c.from.Sub(now).Seconds(), day(c.from), t.span(c.from.Sub(now)))
	case c.to.Sub(now) < soon:
		add("expires-soon", c.to.Sub(now).Seconds(), day(c.to), t.span(c.to.Sub(now)))
	}
	if role == "leaf" {
		judgeLength(c, add)
	}
}

// day returns a time as people write it.
func day(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05Z") }

func (t *teller) judgeKey(c *certificate, add adder) {
	switch key := c.key.(type) {
	case *rsa.PublicKey:
		bits := key.N.BitLen()
		if bits < 2048 {
			add("weak-key", float64(bits), fmt.Sprintf("RSA %d", bits))
		} else {
			add("key-rsa", float64(bits), strconv.Itoa(bits))
		}
	case *ecdsa.PublicKey:
		bits := key.Curve.Params().BitSize
		if bits < 256 {
			add("key-unusual", float64(bits), key.Curve.Params().Name)
		} else if bits > 256 {
			add("key-ecdsa", float64(bits), key.Curve.Params().Name)
		}
	case ed25519.PublicKey:
		add("key-ed25519", 0)
	default:
		add("key-unreadable", 0)
	}
}

// keyName names a certificate's key.
func (c *certificate) keyName() string {
	if c.key == nil {
		return "?"
	}
	return pki.KeyName(c.key)
}

// algorithmName names the algorithm of a certificate's signature.
func (c *certificate) algorithmName() string {
	if a, ok := algorithms[c.algorithm]; ok {
		return a.name
	}
	return c.algorithm
}

// judgeSignature judges the signature of c by the certificate above it, and its digest.
func (t *teller) judgeSignature(c, issuer *certificate, issuerRole string, add adder) {
	if weak := algorithms[c.algorithm].weak; weak != "" {
		code := "weak-digest"
		if weak != "SHA-1" {
			code = "broken-digest"
		}
		add(code, 0, weak)
	}
	if t.verifier.signed(c, issuer) != stateFails {
		return
	}
	above := t.label(issuerRole, issuer)
	switch {
	case !c.mayHaveKeyOf(issuer) && issuer.root:
		add("root-same-name", 0, above)
	case !c.mayHaveKeyOf(issuer):
		add("issuer-same-name", 0, above)
	case t.verifier.damaged(c, issuer):
		add("damaged", 0, above)
	default:
		add("issuer-other-key", 0, above)
	}
}

// judgeIssuer judges whether the certificate at position i may issue what is below it (RFC 5280, section 6.1.4).
func (t *teller) judgeIssuer(p *path, i int, add adder) {
	c, below := p.certificates[i], t.label(p.role(i-1), p.certificates[i-1])
	switch {
	case c.root && c.version == 1: // a trust anchor is a name and a key
	case c.version == 1:
		add("version-1-ca", 0, below)
	case !c.has[oidBasicConstraints]:
		add("no-basic-constraints", 0, below)
	case !c.ca && c.has[oidExtendedUsage] && len(c.dns)+len(c.ips) > 0:
		add("leaf-as-ca", 0, below)
	case !c.ca:
		add("not-a-ca", 0, below)
	case c.has[oidKeyUsage] && c.usage&x509.KeyUsageCertSign == 0:
		add("no-cert-sign", 0, below)
	}
	if !c.allows(usageServer) {
		add("no-server-auth", 0)
	}
	if between := p.intermediatesBelow(i); c.ca && c.pathLen >= 0 && between > c.pathLen {
		add("path-length", float64(between), strconv.Itoa(c.pathLen), strconv.Itoa(between))
	}
	if name := t.refusedBy(c, p.certificates[0]); name != "" {
		add("name-constraint", 0, name)
	}
	if p.role(i) == "root" && c.root {
		noteConstraints(c, add)
	}
}

// refusedBy returns the first of the leaf's names that a CA's constraints do not allow, or nothing. It compares once.
func (t *teller) refusedBy(ca, leaf *certificate) string {
	name, known := t.refused[ca]
	if !known {
		name, _ = ca.constraints.refuses(leaf)
		t.refused[ca] = name
	}
	return name
}

// noteConstraints notes the constraints of a root that holds.
func noteConstraints(root *certificate, add adder) {
	switch {
	case !root.constraints.any():
		add("unconstrained-root", 0)
	case root.constraints.onAddresses():
		add("constraints-on-addresses", 0)
	case root.critical[oidNameConstraints]:
		add("critical-constraints", 0)
	}
}

// intermediatesBelow counts the intermediates below position i that are not self-issued (RFC 5280, section 4.2.1.9).
func (p *path) intermediatesBelow(i int) int {
	n := 0
	for _, c := range p.certificates[1:i] {
		if !c.selfIssued() {
			n++
		}
	}
	return n
}

func (t *teller) judgeLeaf(c *certificate, add adder) {
	if !c.allows(usageServer) {
		add("no-server-auth", 0)
	}
	const signs = x509.KeyUsageDigitalSignature
	if c.has[oidKeyUsage] && c.usage&signs == 0 {
		add("no-digital-signature", 0)
	}
	if c.ca && !c.selfIssued() {
		add("leaf-is-ca", 0)
	}
	switch {
	case c.emptySubject():
		add("empty-subject", 0)
	case c.names.common == "":
		add("no-common-name", 0)
	}
}

// judgeEnd says why a path that does not end at a root does not.
func (t *teller) judgeEnd(p *path) {
	last := len(p.certificates) - 1
	c := p.certificates[last]
	role := p.role(last)
	add := func(code string, args ...string) {
		args = append([]string{t.label(role, c), quote(c.names.issuerCommon), t.roots.Name}, args...)
		p.marks = append(p.marks, mark{code: code, at: role, args: args})
	}
	fromURL := ""
	if len(c.issuerURLs) > 0 {
		fromURL = t.say("from-url", c.issuerURLs[0])
	}
	switch {
	case p.ending == endsAtRoot:
		t.judgeSent(p)
	case p.ending == endsAtLimit:
		add("chain-too-deep")
	case p.ending == endsAtSelfSigned && last == 0:
		add("self-signed")
	case p.ending == endsAtSelfSigned:
		add("root-sent-unknown")
	case last > 0 && t.sendsLink(p):
		add("missing-intermediate", fromURL)
	case last > 0:
		add("root-unknown", fromURL)
	case t.sendsOtherCAs(p):
		add("wrong-intermediate", fromURL)
	default:
		add("missing-intermediate", fromURL)
	}
}

// sendsOtherCAs reports whether the server sent a CA certificate that does not belong to the path.
func (t *teller) sendsOtherCAs(p *path) bool {
	for _, c := range t.pool.sent {
		if _, on := p.roleOf(c); !on && c.err == nil && c.ca {
			return true
		}
	}
	return false
}

// sendsLink reports whether the server sent a CA certificate that a given root issued and that does not belong to the
// path: then what is missing is between the two.
func (t *teller) sendsLink(p *path) bool {
	for _, c := range t.pool.sent {
		if _, on := p.roleOf(c); on || c.err != nil || !c.ca {
			continue
		}
		for _, issuer := range t.pool.issuersOf(c) {
			if issuer.root {
				return true
			}
		}
	}
	return false
}

// judgeSent says which certificates of a path to a root the server did not send: clients do not fetch them.
func (t *teller) judgeSent(p *path) {
	for i, c := range p.certificates {
		if !c.fetched {
			continue
		}
		below := p.certificates[i-1]
		p.marks = append(p.marks, mark{code: "missing-intermediate", at: p.role(i - 1), args: []string{
			t.label(p.role(i-1), below), quote(below.names.issuerCommon), t.roots.Name, t.say("was-fetched"),
		}})
	}
}
