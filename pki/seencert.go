package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// seenCert is a certificate that others made. It is parsed as leniently as its structure allows, because what is
// broken must be copied.
type seenCert struct {
	raw, tbs            []byte
	version             int
	serial              []byte // the content of the INTEGER
	algorithm           pkix.AlgorithmIdentifier
	algorithmsDiffer    bool   // inside and outside of what is signed
	issuerName, subject []byte // SEQUENCE
	notBefore, notAfter time.Time
	generalized         bool   // a date before 2050 is a GeneralizedTime
	spki                []byte // SubjectPublicKeyInfo
	uniqueIDs           bool   // it has issuerUniqueID or subjectUniqueID
	extensions          []pkix.Extension
	signature           []byte
	public              any // nil if crypto/x509 does not know its kind
}

var errDER = errors.New("not DER")

// parseSeen reads a certificate (RFC 5280, section 4.1).
func parseSeen(der []byte) (*seenCert, error) {
	c := &seenCert{raw: der}
	in := cryptobyte.String(der)
	var outer, tbs, outside cryptobyte.String
	if !in.ReadASN1(&outer, cbasn1.SEQUENCE) || !in.Empty() || !outer.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return nil, fmt.Errorf("certificate: %w", errDER)
	}
	var bits asn1.BitString
	if !outer.ReadASN1Element(&outside, cbasn1.SEQUENCE) || !outer.ReadASN1BitString(&bits) {
		return nil, fmt.Errorf("signature: %w", errDER)
	}
	c.tbs, c.signature = tbs, bits.Bytes
	if err := c.parseTBS(tbs); err != nil {
		return nil, err
	}
	var other pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(outside, &other); err != nil {
		return nil, fmt.Errorf("signature algorithm: %w", err)
	}
	c.algorithmsDiffer = !other.Algorithm.Equal(c.algorithm.Algorithm)
	if key, err := x509.ParsePKIXPublicKey(c.spki); err == nil { // with an error, key may be a nil pointer
		c.public = key
	}
	return c, nil
}

func (c *seenCert) parseTBS(tbs cryptobyte.String) error {
	var algorithm, validity, spki, version cryptobyte.String
	var explicit bool
	var serial, issuer, subject cryptobyte.String
	if !tbs.ReadASN1(&tbs, cbasn1.SEQUENCE) ||
		!tbs.ReadOptionalASN1(&version, &explicit, cbasn1.Tag(0).ContextSpecific().Constructed()) ||
		!tbs.ReadASN1(&serial, cbasn1.INTEGER) || len(serial) == 0 {
		return fmt.Errorf("version and serial number: %w", errDER)
	}
	c.version, c.serial = 1, serial
	if explicit {
		if !version.ReadASN1Integer(&c.version) {
			return fmt.Errorf("version: %w", errDER)
		}
		c.version++
	}
	if !tbs.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&issuer, cbasn1.SEQUENCE) ||
		!tbs.ReadASN1(&validity, cbasn1.SEQUENCE) || !tbs.ReadASN1Element(&subject, cbasn1.SEQUENCE) ||
		!tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		return fmt.Errorf("names, dates and key: %w", errDER)
	}
	c.issuerName, c.subject, c.spki = issuer, subject, spki
	if _, err := asn1.Unmarshal(algorithm, &c.algorithm); err != nil {
		return fmt.Errorf("signature algorithm: %w", err)
	}
	for _, t := range []*time.Time{&c.notBefore, &c.notAfter} {
		if err := c.readTime(&validity, t); err != nil {
			return err
		}
	}
	for tag := range cbasn1.Tag(2) {
		var id cryptobyte.String
		var present bool
		if !tbs.ReadOptionalASN1(&id, &present, (tag + 1).ContextSpecific()) {
			return fmt.Errorf("unique identifier: %w", errDER)
		}
		c.uniqueIDs = c.uniqueIDs || present
	}
	return c.readExtensions(&tbs)
}

// timeLayouts are what is found in UTCTime and GeneralizedTime. DER allows the first one only.
var timeLayouts = map[cbasn1.Tag][]string{
	cbasn1.UTCTime:         {"060102150405Z0700", "0601021504Z0700"},
	cbasn1.GeneralizedTime: {"20060102150405Z0700", "200601021504Z0700", "20060102150405.999999999Z0700"},
}

func (c *seenCert) readTime(in *cryptobyte.String, to *time.Time) error {
	var content cryptobyte.String
	var tag cbasn1.Tag
	if !in.ReadAnyASN1(&content, &tag) {
		return fmt.Errorf("validity: %w", errDER)
	}
	for _, layout := range timeLayouts[tag] {
		t, err := time.Parse(layout, string(content))
		if err != nil {
			continue
		}
		if tag == cbasn1.UTCTime && t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0) // RFC 5280, section 4.1.2.5.1
		}
		*to = t.UTC().Truncate(time.Second)
		c.generalized = c.generalized || tag == cbasn1.GeneralizedTime && t.Year() < 2050
		return checkTime(*to)
	}
	return fmt.Errorf("validity: %q is not a time", shorten(string(content)))
}

func (c *seenCert) readExtensions(tbs *cryptobyte.String) error {
	var wrapped, list cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(3).ContextSpecific().Constructed()) || !tbs.Empty() {
		return fmt.Errorf("extensions: %w", errDER)
	}
	if !present {
		return nil
	}
	if !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) {
		return fmt.Errorf("extensions: %w", errDER)
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var e pkix.Extension
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&e.Id) ||
			one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) ||
			!one.ReadASN1(&value, cbasn1.OCTET_STRING) {
			return fmt.Errorf("extension %d: %w", len(c.extensions)+1, errDER)
		}
		e.Value = value
		c.extensions = append(c.extensions, e)
	}
	return nil
}

// extension returns the content of an extension, and false if the certificate does not have it.
func (c *seenCert) extension(name string) ([]byte, bool) {
	for _, e := range c.extensions {
		if e.Id.Equal(orderIDs[name]) {
			return e.Value, true
		}
	}
	return nil, false
}

// keyID returns the subject key identifier, or nil.
func (c *seenCert) keyID() []byte {
	value, _ := c.extension("subjectKeyIdentifier")
	in := cryptobyte.String(value)
	var id cryptobyte.String
	if !in.ReadASN1(&id, cbasn1.OCTET_STRING) || !in.Empty() {
		return nil
	}
	return id
}

// isCA reports whether the certificate says that it is a CA.
func (c *seenCert) isCA() bool {
	value, ok := c.extension("basicConstraints")
	in := cryptobyte.String(value)
	var content cryptobyte.String
	var ca bool
	return ok && in.ReadASN1(&content, cbasn1.SEQUENCE) && content.PeekASN1Tag(cbasn1.BOOLEAN) &&
		content.ReadASN1Boolean(&ca) && ca
}

// generalNames returns the subject alternative names in the form that a recipe uses.
func (c *seenCert) generalNames() []string {
	value, _ := c.extension("subjectAltName")
	in := cryptobyte.String(value)
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) || !in.Empty() {
		return nil
	}
	names, _ := readGeneralNames(list)
	return names
}

// readGeneralNames reads names, and reports whether all of them could be read.
func readGeneralNames(list cryptobyte.String) (names []string, ok bool) {
	for !list.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1Element(&name, &tag) {
			return names, false
		}
		names = append(names, nameText(name, tag))
	}
	return names, true
}

// nameText returns one GeneralName as a recipe writes it.
func nameText(der cryptobyte.String, tag cbasn1.Tag) string {
	whole := der
	var content cryptobyte.String
	if der.ReadAnyASN1(&content, &tag) {
		for kind, t := range nameKinds {
			if tag == t.ContextSpecific() && isText(content) {
				return kind + ":" + string(content)
			}
		}
		if ip, ok := netip.AddrFromSlice(content); ok && tag == cbasn1.Tag(7).ContextSpecific() {
			return "IP:" + ip.String()
		}
	}
	return "DER:" + hex.EncodeToString(whole)
}

// isText reports whether a recipe can hold the bytes as text.
func isText(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// canonical returns a name in the form in which names are compared.
func canonical(name []byte) string {
	form, err := canonicalName(name)
	if err != nil {
		return string(name)
	}
	return string(form)
}

// maxRSACheck is the size of the largest RSA key that signatures are verified with, in bits: more takes long.
const maxRSACheck = 16384

// verdict is whether a signature verifies.
type verdict int

const (
	unchecked verdict = iota // the key or the algorithm is of a kind that cannot be checked
	verified
	refuted
)

// signedBy tells whether the certificate's signature verifies with another's key.
func (c *seenCert) signedBy(issuer *seenCert) verdict {
	how, ok := c.signing()
	if !ok || issuer.public == nil {
		return unchecked
	}
	message := c.tbs
	if how.hash != 0 {
		h := how.hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	good := false
	switch key := issuer.public.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < minRSABits || issuer.tooLarge() {
			return unchecked
		}
		if how.pss {
			good = rsa.VerifyPSS(key, how.hash, message, c.signature, nil) == nil
		} else {
			good = how.hash != 0 && rsa.VerifyPKCS1v15(key, how.hash, message, c.signature) == nil
		}
	case *ecdsa.PublicKey:
		good = how.hash != 0 && ecdsa.VerifyASN1(key, message, c.signature)
	case ed25519.PublicKey:
		good = how.hash == 0 && ed25519.Verify(key, message, c.signature)
	default:
		return unchecked
	}
	return map[bool]verdict{true: verified, false: refuted}[good]
}

// tooLarge reports whether it would take long to verify signatures with the certificate's key.
func (c *seenCert) tooLarge() bool {
	key, ok := c.public.(*rsa.PublicKey)
	return ok && key.N.BitLen() > maxRSACheck
}

// signing returns how the certificate is signed, and false if that is of an unknown kind.
func (c *seenCert) signing() (signing, bool) {
	s := signing{algorithm: c.algorithm}
	if c.algorithm.Algorithm.Equal(oidPSS) {
		s.pss, s.hash = true, pssHash(c.algorithm.Parameters.FullBytes)
		return s, s.hash != 0
	}
	hash, ok := digests[c.algorithm.Algorithm.String()]
	s.hash = hash
	return s, ok
}

// pssHash returns the hash in the parameters of RSASSA-PSS, or 0 if it is unknown.
func pssHash(parameters []byte) crypto.Hash {
	in := cryptobyte.String(parameters)
	var content, wrapped cryptobyte.String
	var present bool
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) ||
		!content.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return 0
	}
	if !present {
		return crypto.SHA1 // the default
	}
	var id pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(wrapped, &id); err != nil {
		return 0
	}
	for hash, oid := range pssHashes {
		if oid.Equal(id.Algorithm) {
			return hash
		}
	}
	return 0
}

// cert returns the certificate as crypto/x509 reads it, or nil if it cannot.
func (c *seenCert) cert() *x509.Certificate {
	cert, err := x509.ParseCertificate(c.raw)
	if err != nil {
		return nil
	}
	return cert
}
