package pki

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// take replaces the subjects of all certificates first, so that the lab's usual names go where they are usual.
func (m *neutral) take(parts []*part) {
	for _, other := range []bool{false, true} {
		for _, p := range parts {
			if strings.HasPrefix(p.name, "other") == other {
				m.attributes(p.subjectAttributes(), p)
			}
		}
	}
}

// attributes replaces the text of a name. The certificate, if any, is the one that has it as its subject.
func (m *neutral) attributes(list []Attribute, p *part) []Attribute {
	out := []Attribute{}
	for _, a := range list {
		suggestion := ""
		switch {
		case a.Type == "O":
			suggestion = organization
		case a.Type == "CN" && p != nil:
			suggestion = p.usualName()
		}
		if a.Encoding == oddEncoding {
			a.Encoding, a.Value = UTF8String, "tlslab"
		}
		a.Value = m.text(a, suggestion)
		if !isText([]byte(a.Value)) && slices.Contains([]StringType{IA5String, VisibleString, NumericString}, a.Encoding) {
			a.Value = "tlslab"
		}
		out = append(out, a)
	}
	return plain(out)
}

// usualName returns the common name that the minter gives to a certificate in this place.
func (p *part) usualName() string {
	if cmp.Or(p.profile, ProfileServer) == ProfileServer {
		return "" // the usual one is a host name
	}
	usual := commonNames[p.profile]
	if _, number, ok := strings.Cut(p.name, "intermediate-"); ok {
		usual += " " + number
	}
	if strings.HasPrefix(p.name, "other") {
		usual = strings.Replace(usual, "tlslab", "tlslab other", 1)
	}
	return usual
}

// certificate returns the recipe of one certificate.
func (c *copier) certificate(p *part) Certificate {
	spec := Certificate{Name: p.name, Of: p.of}
	if strings.HasPrefix(p.name, "other") && p.profile != ProfileServer {
		spec.Profile = p.profile
	}
	c.issuerSpec(p, &spec)
	if p.of == "" {
		spec.Key = c.keyType(p)
		c.subject(p, &spec)
	}
	if p.raw == nil { // a stand-in
		c.standInIDs(p, &spec)
		return spec
	}
	c.serialForm(p, &spec)
	c.dates(p, &spec)
	c.algorithm(p, &spec)
	if issuer := c.neutral.attributes(p.issuerAttributes(), nil); !slices.Equal(issuer,
		c.neutral.attributes(p.issuer.subjectAttributes(), nil)) {
		spec.IssuerName = issuer
	}
	spec.Tamper = p.invalid
	switch {
	case p.version == 1 && len(p.extensions) == 0:
		spec.Version = 1
		return spec
	case p.version != 3:
		c.note(p.name, "version", "it has version %d with %d extensions: the copy has version 3", p.version,
			len(p.extensions))
	}
	if p.uniqueIDs {
		c.note(p.name, "uniqueID", "unique identifiers (RFC 5280, section 4.1.2.8) are left out")
	}
	c.extensions(p, &spec)
	return spec
}

// issuerSpec names the issuer where it is not the one that the place implies.
func (c *copier) issuerSpec(p *part, spec *Certificate) {
	implied := ""
	if i := slices.Index(c.path, p); i >= 0 {
		implied = "root"
		if i+1 < len(c.path) {
			implied = c.path[i+1].name
		}
	}
	spec.Issuer = p.issuer.name
	if spec.Issuer == implied || implied == "" && p.self() {
		spec.Issuer = ""
	}
}

// keyType returns the kind of key, or that of a stand-in: what its signature tells.
func (c *copier) keyType(p *part) KeyType {
	if p.raw == nil {
		return keyOfSignature(p.below)
	}
	switch key := p.public.(type) {
	case *rsa.PublicKey:
		if key.E != 65537 {
			c.note(p.name, "key", "its exponent is %d: the copy's is 65537", key.E)
		}
		return c.rsaType(p, key.N.BitLen())
	case *ecdsa.PublicKey:
		if kind, ok := curveKeys[key.Curve]; ok {
			return kind
		}
	case ed25519.PublicKey:
		return Ed25519
	}
	var info struct {
		Algorithm struct {
			ID         asn1.ObjectIdentifier
			Parameters asn1.RawValue `asn1:"optional"`
		}
		Key asn1.BitString
	}
	_, err := asn1.Unmarshal(p.spki, &info)
	name := cmp.Or(otherKeys[info.Algorithm.ID.String()], "key "+info.Algorithm.ID.String())
	if err == nil && info.Algorithm.ID.String() == "1.2.840.113549.1.1.10" {
		c.note(p.name, "key", "its key is for RSASSA-PSS only: the copy's is an RSA key for any use")
		return c.rsaType(p, rsaBits(info.Key.Bytes))
	}
	c.note(p.name, "key", "%s cannot be minted: the copy has ECDSA P-256", name)
	return ""
}

// otherKeys names kinds of keys, and curves, that the lab cannot make.
var otherKeys = map[string]string{
	"1.2.840.10045.2.1":       "an elliptic curve that is not one of NIST's, or given by its parameters,",
	"1.2.840.10040.4.1":       "DSA",
	"1.3.101.113":             "Ed448",
	"1.3.101.110":             "X25519",
	"2.16.840.1.101.3.4.3.17": "ML-DSA-44",
	"2.16.840.1.101.3.4.3.18": "ML-DSA-65",
	"2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}

var curveKeys = map[elliptic.Curve]KeyType{elliptic.P224(): ECDSAP224, elliptic.P256(): "",
	elliptic.P384(): ECDSAP384, elliptic.P521(): ECDSAP521}

func rsaBits(der []byte) int {
	in := cryptobyte.String(der)
	var key, n cryptobyte.String
	if !in.ReadASN1(&key, cbasn1.SEQUENCE) || !key.ReadASN1(&n, cbasn1.INTEGER) {
		return 0
	}
	return integer(n).BitLen()
}

// rsaType returns the nearest size of RSA key that can be made.
func (c *copier) rsaType(p *part, bits int) KeyType {
	near := min(max(bits, minRSABits), maxRSABits)
	near -= near % rsaBitsStep
	if near != bits {
		c.note(p.name, "key", "RSA keys of %d bits cannot be made: the copy's has %d", bits, near)
	}
	return KeyType(fmt.Sprintf("rsa-%d", near))
}

// keyOfSignature guesses the kind of the key that signed a certificate.
func keyOfSignature(below *part) KeyType {
	if below == nil || below.seenCert == nil || below.raw == nil {
		return ""
	}
	switch id := below.algorithm.Algorithm.String(); {
	case strings.HasPrefix(id, "1.2.840.113549.1.1."):
		bits := min(max(8*len(below.signature), minRSABits), maxRSABits)
		return KeyType(fmt.Sprintf("rsa-%d", bits-bits%rsaBitsStep))
	case id == "1.3.101.112":
		return Ed25519
	case strings.HasPrefix(id, "1.2.840.10045.4."):
		switch n := len(below.signature); { // two numbers as long as the curve's order, and at most 9 octets around
		case n > 106:
			return ECDSAP521
		case n > 74:
			return ECDSAP384
		}
	}
	return ""
}

// subject copies the structure of the subject.
func (c *copier) subject(p *part, spec *Certificate) {
	list := c.neutral.attributes(p.subjectAttributes(), p)
	usual := c.implied(p)
	org := Attribute{Type: "O", Value: organization}
	name := Attribute{Type: "CN", Value: commonNames[usual]}
	if _, number, ok := strings.Cut(p.name, "intermediate-"); ok {
		name.Value += " " + number
	}
	switch {
	case len(p.seenCert.subject) == 0 || slices.Equal(list, []Attribute{org, name}):
	case len(list) == 0:
		spec.Omit = append(spec.Omit, "subject")
	case slices.Equal(list, []Attribute{org}):
		spec.Omit = append(spec.Omit, "commonName")
	case len(list) == 2 && list[0] == org && list[1].Type == "CN" && list[1] == (Attribute{Type: "CN",
		Value: list[1].Value}) && list[1].Value != "":
		spec.CommonName = list[1].Value
	default:
		spec.Subject = list
	}
	for _, a := range p.subjectAttributes() {
		if a.Encoding == oddEncoding {
			c.note(p.name, "subject", "the value of %s is not a string: the copy has a UTF8String", a.Type)
		}
	}
}

// implied returns the profile that the minter gives to a certificate in this place.
func (c *copier) implied(p *part) Profile {
	return cmp.Or(p.profile, ProfileServer)
}

// serialForm copies the form of the serial number.
func (c *copier) serialForm(p *part, spec *Certificate) {
	s := Serial{Octets: len(p.serial)}
	n := integer(p.serial)
	switch {
	case n.Sign() == 0:
		s.Form = SerialZero
	case n.Sign() < 0:
		s.Form = SerialNegative
	case p.serial[0] == 0 && p.serial[1]&0x80 == 0:
		s.Form = SerialPadded
	case p.serial[0] == 0:
		s.Form = SerialHigh
	}
	if s.Octets > 1024 {
		c.note(p.name, "serialNumber", "it has %d octets: the copy's has 1024", s.Octets)
		s.Octets = 1024
	}
	if s != (Serial{Octets: 16}) {
		spec.Serial = s
	}
}

// dates copies the validity, relative to now.
func (c *copier) dates(p *part, spec *Certificate) {
	usual := periods[c.implied(p)]
	spec.NotBefore, spec.NotAfter = c.moment(p.notBefore, usual[0]), c.moment(p.notAfter, usual[1])
	if p.generalized {
		c.note(p.name, "validity", "a date before 2050 is a GeneralizedTime (RFC 5280, section 4.1.2.5): the copy has "+
			"a UTCTime")
	}
}

// moment returns a time relative to now, or nothing if it is the usual one. The end of time stays what it is.
func (c *copier) moment(t time.Time, usual Moment) Moment {
	if u, err := usual.time(Config{At: c.At}); err == nil && u.Equal(t) {
		return ""
	}
	d := t.Sub(c.At)
	if !c.At.Add(d).Equal(t) || t.Year() > 2200 {
		return Moment(t.Format(time.RFC3339))
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return Moment(s)
}

// algorithm copies how the certificate is signed.
func (c *copier) algorithm(p *part, spec *Certificate) {
	if p.algorithmsDiffer {
		c.note(p.name, "signatureAlgorithm", "the signature algorithm inside is not the one outside: the copy has one")
	}
	how, ok := p.signing()
	if !ok {
		c.note(p.name, "signatureAlgorithm", "algorithm %s cannot be minted: the copy has its issuer's usual one",
			p.algorithm.Algorithm)
		return
	}
	key := c.keyType(p.issuer)
	family := map[bool]string{true: "rsa", false: "ecdsa"}[key.isRSA()]
	if key == Ed25519 {
		family = "ed25519"
	}
	signed := map[bool]string{true: "rsa", false: "ecdsa"}[strings.HasPrefix(p.algorithm.Algorithm.String(),
		"1.2.840.113549.")]
	if how.hash == 0 {
		signed = "ed25519"
	}
	if family != signed {
		c.note(p.name, "signatureAlgorithm", "it is signed with %s, but its issuer's copy has a key for %s", signed, family)
		return
	}
	usual := "SHA-256"
	if key == ECDSAP384 || key == ECDSAP521 {
		usual = "SHA-384"
	}
	spec.PSS = how.pss
	for name, hash := range hashesByName {
		if hash == how.hash && name != usual {
			spec.Digest = name
		}
	}
	if spec.PSS && spec.Digest == "" {
		spec.Digest = "SHA-256"
	}
	if spec.PSS && !slices.Equal(pssAlgorithm(how.hash).Parameters.FullBytes, p.algorithm.Parameters.FullBytes) {
		c.note(p.name, "signatureAlgorithm", "its parameters of RSASSA-PSS are unusual: the copy's salt is as long as "+
			"the hash")
	}
	if spec.PSS && how.hash.Size()*2+2 > 128 && key == RSA1024 {
		c.note(p.name, "signatureAlgorithm", "the key is too small for RSASSA-PSS with %s: the copy has PKCS #1 v1.5",
			how.hash)
		spec.PSS = false
	}
}
