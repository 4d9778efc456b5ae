package diagnose

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"example.com/tlslab/lab/internal/visible"
)

// certificate is an X.509 certificate, read more leniently than crypto/x509 does: it refuses what this package has to
// describe, such as negative serial numbers (RFC 5280, section 4.1).
type certificate struct {
	der []byte
	err error // why it cannot be read; then the other fields are not set

	version          int // 1 or 3
	serial           *big.Int
	algorithm, inner string // object identifiers of the signature's algorithm, outside and inside the signed part
	parameters       []byte // of algorithm, in DER
	signed           []byte // the signed part
	signature        []byte
	issuer, subject  []byte // DER
	names            struct{ issuer, issuerCommon, subject, common string }
	from, to         time.Time
	spki             []byte
	key              crypto.PublicKey // nil if it cannot be read
	extensions

	sent    int  // the first place among the certificates that the server sent, or -1
	root    bool // it is one of the given roots
	fetched bool // the caller fetched it
}

// asn1Certificate is Certificate in RFC 5280, section 4.1.
type asn1Certificate struct {
	Signed    asn1Signed
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

// asn1Signed is TBSCertificate.
type asn1Signed struct {
	Raw        asn1.RawContent
	Version    int `asn1:"optional,explicit,default:0,tag:0"`
	Serial     *big.Int
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Validity   struct{ From, To time.Time }
	Subject    asn1.RawValue
	Key        asn1.RawValue
	IssuerID   asn1.BitString   `asn1:"optional,tag:1"`
	SubjectID  asn1.BitString   `asn1:"optional,tag:2"`
	Extensions []pkix.Extension `asn1:"optional,explicit,tag:3"`
}

// parse reads a certificate. It never fails: see the field err.
func parse(der []byte) *certificate {
	c := &certificate{der: der, sent: -1}
	var outer asn1Certificate
	rest, err := asn1.Unmarshal(der, &outer)
	switch {
	case err != nil:
		c.err = fmt.Errorf("it is not a certificate: %w", err)
		return c
	case len(rest) > 0:
		c.err = errors.New("there are bytes after its end")
		return c
	case !sane(outer.Signed.Validity.From) || !sane(outer.Signed.Validity.To):
		c.err = errors.New("its dates are outside of the years 0 to 9999")
		return c
	}
	s := outer.Signed
	c.version, c.serial, c.signed = s.Version+1, s.Serial, s.Raw
	c.algorithm, c.inner = outer.Algorithm.Algorithm.String(), s.Algorithm.Algorithm.String()
	c.parameters, c.signature = outer.Algorithm.Parameters.FullBytes, outer.Signature.RightAlign()
	c.issuer, c.subject = s.Issuer.FullBytes, s.Subject.FullBytes
	c.names.issuer, c.names.issuerCommon = nameOf(c.issuer)
	c.names.issuerCommon = cmp.Or(c.names.issuerCommon, c.names.issuer)
	c.names.subject, c.names.common = nameOf(c.subject)
	c.from, c.to = s.Validity.From.UTC(), s.Validity.To.UTC()
	c.spki = s.Key.FullBytes
	if key, err := x509.ParsePKIXPublicKey(c.spki); err == nil { // with an error, the key can be a nil pointer
		c.key = key
	}
	c.extensions = readExtensions(s.Extensions)
	return c
}

// sane reports whether a time can be written with four digits for the year, as in JSON (RFC 3339, section 5.6).
func sane(at time.Time) bool { return at.UTC().Year() >= 0 && at.UTC().Year() <= 9999 }

// longestName bounds the names that are shown, in characters.
const longestName = 80

// nameOf returns a distinguished name and its common name for people to read.
func nameOf(der []byte) (full, common string) {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &sequence); err != nil {
		return "", ""
	}
	var name pkix.Name
	name.FillFromRDNSequence(&sequence)
	return clip(name.String(), 2*longestName), clip(name.CommonName, longestName)
}

// clip makes text from a server safe to show, and cuts it to a number of characters.
func clip(s string, most int) string {
	runes := []rune(visible.Text(s[:min(len(s), 8*most)]))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

// readable returns the certificate's common name, or else its first name, its subject or its serial number.
func (c *certificate) readable() string {
	switch {
	case c.names.common != "":
		return c.names.common
	case len(c.dns) > 0:
		return clip(c.dns[0], longestName)
	case len(c.ips) > 0:
		return c.ips[0].String()
	case c.names.subject != "":
		return c.names.subject
	case c.serial != nil:
		return clip(c.serial.Text(16), longestName)
	}
	return "?"
}

// emptySubject reports whether the subject has no names.
func (c *certificate) emptySubject() bool { return bytes.Equal(c.subject, []byte{0x30, 0}) }

// selfIssued reports whether subject and issuer are the same (RFC 5280, section 6.1).
func (c *certificate) selfIssued() bool { return bytes.Equal(c.subject, c.issuer) }

// same reports whether two certificates are for the same name and key, as cross-certificates are.
func (c *certificate) same(other *certificate) bool {
	return bytes.Equal(c.subject, other.subject) && bytes.Equal(c.spki, other.spki)
}

// mayHaveKeyOf reports whether the certificate names the key of other as its issuer's, or either does not say.
func (c *certificate) mayHaveKeyOf(other *certificate) bool {
	return len(c.authorityKey) == 0 || len(other.subjectKey) == 0 || bytes.Equal(c.authorityKey, other.subjectKey)
}

// pool is all certificates that a path may have: those that were sent, the given roots, and those that were fetched.
type pool struct {
	sent      []*certificate // as sent, with repetitions
	all       []*certificate // each once
	bySubject map[string][]*certificate
}

// newPool reads certificates. Each is read once, however often it is there.
func newPool(sent, fetched, roots [][]byte) *pool {
	p := &pool{bySubject: map[string][]*certificate{}}
	known := map[string]*certificate{}
	add := func(der []byte) *certificate {
		if c, ok := known[string(der)]; ok {
			return c
		}
		c := parse(der)
		known[string(der)] = c
		p.all = append(p.all, c)
		if c.err == nil {
			p.bySubject[string(c.subject)] = append(p.bySubject[string(c.subject)], c)
		}
		return c
	}
	for i, der := range sent {
		c := add(der)
		if c.sent < 0 {
			c.sent = i
		}
		p.sent = append(p.sent, c)
	}
	for _, der := range roots {
		add(der).root = true
	}
	for _, der := range fetched {
		if c := add(der); c.sent < 0 && !c.root {
			c.fetched = true
		}
	}
	return p
}

// issuersOf returns the certificates that bear the name of a certificate's issuer, those first whose key it names.
// Roots come before others.
func (p *pool) issuersOf(c *certificate) []*certificate {
	list := slices.Clone(p.bySubject[string(c.issuer)])
	list = slices.DeleteFunc(list, func(i *certificate) bool { return i == c })
	rank := func(i *certificate) int {
		n := 0
		if !c.mayHaveKeyOf(i) {
			n += 2
		}
		if !i.root {
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b *certificate) int { return rank(a) - rank(b) })
	return list
}
