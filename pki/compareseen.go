package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"
)

// CompareSeen returns the differences in shape between two chains that were seen from outside: a copy, and what it
// is a copy of. Certificates are called by their place: "sent 1", "trusted 1". What differs between any two chains
// of the same shape is not compared: keys, numbers, signatures, and the text of names. What is compared of names is
// which of them are equal, and what they consist of.
func CompareSeen(copied, original Seen) []Difference {
	a, b := copied.facts(), original.facts()
	var out []Difference
	for _, where := range slices.Sorted(maps.Keys(merge(a, b))) {
		for _, what := range slices.Sorted(maps.Keys(merge(orEmpty(a[where]), orEmpty(b[where])))) {
			if got, want := a[where][what], b[where][what]; got != want {
				out = append(out, Difference{where, what, got, want})
			}
		}
	}
	return out
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// view is what CompareSeen knows of a chain.
type view struct {
	Seen
	sent, roots []*seenCert
	names       []string // the canonical form of every name, in order of appearance
}

func (s Seen) facts() map[string]map[string]string {
	v := &view{Seen: s}
	s.At = s.At.UTC().Truncate(time.Second)
	v.At = s.At
	all := map[string]map[string]string{}
	var order, trusted []string
	for _, der := range s.Sent {
		cert, err := parseSeen(der)
		if err != nil {
			order = append(order, "unreadable")
			continue
		}
		v.sent = append(v.sent, cert)
		order = append(order, fmt.Sprint(1+slices.IndexFunc(v.sent, func(c *seenCert) bool {
			return bytes.Equal(c.raw, der)
		})))
	}
	for _, der := range s.Roots {
		if cert, err := parseSeen(der); err == nil {
			v.roots = append(v.roots, cert)
			place := "not sent"
			if i := slices.IndexFunc(v.sent, func(c *seenCert) bool { return bytes.Equal(c.raw, der) }); i >= 0 {
				place = fmt.Sprint("sent ", i+1)
			}
			trusted = append(trusted, place)
		}
	}
	for i, cert := range v.sent {
		all[fmt.Sprint("sent ", i+1)] = v.certificate(cert)
	}
	for i, cert := range v.roots {
		all[fmt.Sprint("trusted ", i+1)] = v.certificate(cert)
	}
	all["chain"] = map[string]string{"sent": strings.Join(order, " "), "trusted": strings.Join(trusted, ", "),
		"staple": v.staple(), "key": map[bool]string{true: "another"}[s.KeyProven != nil && !*s.KeyProven]}
	return all
}

func (v *view) certificate(c *seenCert) map[string]string {
	f := map[string]string{
		"version":            fmt.Sprint(c.version),
		"serialNumber":       serialFact(c.serial),
		"subject":            v.name(c.subject),
		"issuer":             v.name(c.issuerName),
		"notBefore":          c.notBefore.Sub(v.At).String(),
		"notAfter":           c.notAfter.Sub(v.At).String(),
		"key":                KeyName(c.public),
		"signatureAlgorithm": c.algorithm.Algorithm.String() + fmt.Sprintf(" %x", c.algorithm.Parameters.FullBytes),
		"signature":          v.signature(c),
	}
	var list []string
	for i, e := range c.extensions {
		name, known := orderNames[e.Id.String()]
		if !known {
			name = e.Id.String()
		}
		list = append(list, name)
		value := fmt.Sprintf("%x", e.Value)
		switch name {
		case "subjectKeyIdentifier":
			value = fmt.Sprint(len(c.keyID()), " octets")
		case "authorityKeyIdentifier":
			value = v.authority(c)
		case "subjectAltName":
			value = v.altNames(c)
		case "cRLDistributionPoints":
			value = "some"
		case "authorityInfoAccess":
			value = fmt.Sprint(bytes.Count(e.Value, []byte{6, 8, 43, 6, 1, 5, 5, 7, 48, 1}), " responders, ",
				bytes.Count(e.Value, []byte{6, 8, 43, 6, 1, 5, 5, 7, 48, 2}), " issuers")
		case "nameConstraints":
			value = v.constraints(c)
		}
		if e.Critical {
			value = "critical " + value
		}
		if _, twice := f[name]; twice {
			name += fmt.Sprint(" at ", i+1)
		}
		f[name] = value
	}
	f["extensions"] = strings.Join(list, " ")
	return f
}

func serialFact(content []byte) string {
	n := integer(content)
	return fmt.Sprintf("%d octets, sign %d, leading zero %t", len(content), n.Sign(), len(content) > 1 && content[0] == 0)
}

// name tells what a name consists of, and which name it is equal to.
func (v *view) name(der []byte) string {
	form := canonical(der)
	if !slices.Contains(v.names, form) {
		v.names = append(v.names, form)
	}
	s := fmt.Sprintf("name %d:", slices.Index(v.names, form)+1)
	for _, a := range readName(der) {
		s += " " + a.Type + " " + string(a.Encoding)
		if a.Joined {
			s += " joined"
		}
	}
	return s
}

func (v *view) all() []*seenCert { return slices.Concat(v.sent, v.roots) }

// signature tells which certificate's key verifies the signature.
func (v *view) signature(c *seenCert) string {
	s := "its issuer is not here"
	for _, q := range v.all() {
		if canonical(q.subject) != canonical(c.issuerName) {
			continue
		}
		switch c.signedBy(q) {
		case verified:
			return "verifies"
		case refuted:
			s = "does not verify"
		case unchecked:
			s = "cannot be checked"
		}
	}
	return s
}

func (v *view) authority(c *seenCert) string {
	value, _ := c.extension("authorityKeyIdentifier")
	in := cryptobyte.String(value)
	var content cryptobyte.String
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) {
		return "unreadable"
	}
	s := "parts"
	for !content.Empty() {
		var part cryptobyte.String
		var tag cbasn1.Tag
		if !content.ReadAnyASN1(&part, &tag) {
			return "unreadable"
		}
		s += fmt.Sprintf(" %x", tag)
	}
	id := authorityKeyID(c)
	for _, q := range v.all() {
		if canonical(q.subject) == canonical(c.issuerName) && q.keyID() != nil && id != nil {
			s += fmt.Sprintf(", of the issuer %t", bytes.Equal(q.keyID(), id))
			break
		}
	}
	return s
}

// altNames tells the kinds of names, their depth, wildcards, and whether they are the host's.
func (v *view) altNames(c *seenCert) string {
	var list []string
	for _, name := range c.generalNames() {
		kind, value, _ := strings.Cut(name, ":")
		switch kind {
		case "DNS":
			if strings.EqualFold(value, v.Host) {
				kind += " the host" // whose copy may have fewer labels
			} else {
				kind += fmt.Sprintf(" %d labels, %d asterisks", strings.Count(value, ".")+1, strings.Count(value, "*"))
			}
			kind += fmt.Sprintf(", valid %t", isValidFor(value, v.Host))
		case "IP":
			kind += fmt.Sprintf(" of %d, host %t", strings.Count(value, ":"), value == v.Host)
		case "DER":
			kind += value[:2]
		}
		list = append(list, kind)
	}
	return strings.Join(list, "; ")
}

// isValidFor reports whether a DNS name in a certificate is valid for a host, as crypto/x509 decides.
func isValidFor(name, host string) bool {
	cert := x509.Certificate{DNSNames: []string{name}, Extensions: []pkix.Extension{{Id: oidSubjectAltName}}}
	return cert.VerifyHostname(host) == nil
}

func (v *view) constraints(c *seenCert) string {
	value, _ := c.extension("nameConstraints")
	var tags []string
	for _, tag := range []byte{0xa0, 0xa1, 0x82, 0x87} {
		tags = append(tags, fmt.Sprintf("%x %d", tag, bytes.Count(value, []byte{tag})))
	}
	return strings.Join(tags, ", ")
}

// staple tells the status, the dates, and who signed the OCSP response about which certificate.
func (v *view) staple() string {
	if len(v.Staple) == 0 {
		return "none"
	}
	r, err := ocsp.ParseResponse(v.Staple, nil)
	if err != nil {
		if _, is := err.(ocsp.ResponseError); is {
			return err.Error()
		}
		return "malformed"
	}
	about := "another certificate"
	for i, c := range v.sent {
		if integer(c.serial).Cmp(r.SerialNumber) == 0 {
			about = fmt.Sprint("sent ", i+1)
			break
		}
	}
	signer := "no certificate in it"
	if r.Certificate != nil {
		signer = "a certificate in it that the issuer did not issue"
		if p, err := parseSeen(r.Certificate.Raw); err == nil {
			for _, q := range v.all() {
				if canonical(q.subject) == canonical(p.issuerName) && p.signedBy(q) == verified {
					signer = fmt.Sprint("a certificate in it that the issuer issued, usages ", r.Certificate.ExtKeyUsage)
				}
			}
		}
	}
	return fmt.Sprintf("status %d about %s, by %s, from %s to %s", r.Status, about, signer, r.ThisUpdate.Sub(v.At),
		r.NextUpdate.Sub(v.At))
}
