package pki

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Serial is the form of a serial number (RFC 5280, section 4.1.2.2). The number itself is derived from the seed.
type Serial struct {
	// Octets is the length of the encoded number, from 1 to 1,024.
	Octets int `json:"octets"`
	// Form is the kind of number. Empty means positive, without a leading zero octet.
	Form SerialForm `json:"form,omitzero"`
}

// SerialForm is a kind of serial number.
type SerialForm string

// The forms of serial numbers, other than positive.
const (
	SerialHigh     SerialForm = "high"     // positive, with a zero octet in front because the next begins with a 1 bit
	SerialZero     SerialForm = "zero"     // 0
	SerialNegative SerialForm = "negative" // below 0
	SerialPadded   SerialForm = "padded"   // positive, with a zero octet in front that DER does not allow
)

// AuthorityKey is a part of an authority key identifier (RFC 5280, section 4.2.1.1).
type AuthorityKey string

// The parts of an authority key identifier, as they are for the certificate's issuer or for another one.
const (
	AuthorityKeyID         AuthorityKey = "key"            // the issuer's subject key identifier
	AuthorityOtherKeyID    AuthorityKey = "another-key"    // a key identifier that no certificate has
	AuthorityIssuer        AuthorityKey = "issuer"         // the name of the issuer's issuer
	AuthorityOtherIssuer   AuthorityKey = "another-issuer" // a name that is not that of the issuer's issuer
	AuthoritySerial        AuthorityKey = "serial"         // the issuer's serial number
	AuthorityAnotherSerial AuthorityKey = "another-serial" // a number that is not the issuer's
)

// accessMethods are the methods of authority information access (RFC 5280, section 4.2.2.1).
var accessMethods = map[string]asn1.ObjectIdentifier{
	"ocsp":       {1, 3, 6, 1, 5, 5, 7, 48, 1},
	"ca-issuers": {1, 3, 6, 1, 5, 5, 7, 48, 2},
}

var (
	oidAccess    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
	oidCRLPoints = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidPolicies  = asn1.ObjectIdentifier{2, 5, 29, 32}
)

// exact reports whether reshape makes the certificate: it has fields that nothing else can put in, or its issuer's
// name is one that crypto/x509 may be unable to read back.
func (b *mint) exact(name string) bool {
	c := b.specs[name]
	issuer := b.nodes[c.Issuer]
	return c.exact() || c.Issuer != name && issuer != nil && issuer.odd
}

// exact reports whether the certificate has fields that only reshape can put in.
func (c Certificate) exact() bool {
	odd := func(name string) bool { return !strings.HasPrefix(name, "DNS:") && !strings.HasPrefix(name, "IP:") }
	oddTree := func(name string) bool {
		domain, is := strings.CutPrefix(name, "DNS:")
		return is && !plainDomain.MatchString(domain) || !is && !strings.HasPrefix(name, "IP:") && name != "any"
	}
	return c.Subject != nil || c.IssuerName != nil || c.Serial != Serial{} || c.Access != nil ||
		c.SubjectKeyOctets != 0 || c.AuthorityKey != nil || c.Order != nil || c.Critical != nil ||
		c.PSS || slices.Contains(sha2, c.Digest) || c.Exclude != nil ||
		slices.ContainsFunc(c.Usages, isOID) || slices.ContainsFunc(c.SAN, odd) ||
		slices.ContainsFunc(c.Permit, oddTree) || c.unparsed()
}

// plainDomain matches the constraints on names that crypto/x509 can read back.
var plainDomain = regexp.MustCompile(`^\.?([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+$`)

// unparsed reports whether extensions are added that crypto/x509 parses or refuses: known ones, or one twice.
func (c Certificate) unparsed() bool {
	had := map[string]bool{}
	for _, e := range c.Extensions {
		if had[e.ID] || orderNames[e.ID] != "" && e.ID != oidTLSFeature.String() {
			return true
		}
		had[e.ID] = true
	}
	return false
}

func isOID(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// extensionID returns the number of an extension that is called by its name in RFC 5280, or by its number.
func extensionID(name string) (asn1.ObjectIdentifier, error) {
	if id, ok := orderIDs[name]; ok {
		return id, nil
	}
	if !isOID(name) {
		return nil, fmt.Errorf("there is no extension %q", name)
	}
	return parseOID(name)
}

// orderIDs are the extensions that Order and Critical can call by name.
var orderIDs = func() map[string]asn1.ObjectIdentifier {
	m := maps.Clone(extensionIDs)
	m["authorityInfoAccess"], m["cRLDistributionPoints"] = oidAccess, oidCRLPoints
	m["certificatePolicies"], m["tlsFeature"] = oidPolicies, oidTLSFeature
	return m
}()

// reshape changes names, serial number and extensions to what the recipe says.
func (b *mint) reshape(name string, tbs *tbsCertificate, issuer *x509.Certificate, key crypto.Signer) error {
	c := b.specs[name]
	if err := b.rename(name, tbs, issuer); err != nil {
		return err
	}
	if c.Serial != (Serial{}) {
		content, err := b.serialContent(name, c.Serial)
		if err != nil {
			return err
		}
		tbs.SerialNumber = asn1.RawValue{Tag: asn1.TagInteger, Bytes: content}
	}
	if err := b.identifyKeys(name, tbs, issuer, key); err != nil {
		return err
	}
	if err := b.addAccess(name, tbs); err != nil {
		return err
	}
	if err := tbs.addUsages(c.Usages); err != nil {
		return err
	}
	nameless := len(tbs.Subject.FullBytes) <= 2 // an empty SEQUENCE
	list, err := b.extensions(c, nameless)
	if err != nil {
		return err
	}
	for i, e := range list {
		value, err := hex.DecodeString(e.Value)
		if err != nil {
			return err
		}
		extension := pkix.Extension{Id: asn1.ObjectIdentifier(e.ID), Critical: e.Critical, Value: value}
		// A recipe's own extensions come last. They replace what was there before them.
		if own := i >= len(list)-len(c.Extensions); own {
			tbs.replace(extension, len(tbs.Extensions)-(i-(len(list)-len(c.Extensions))))
			continue
		}
		tbs.Extensions = append(tbs.Extensions, extension)
	}
	return tbs.sort(c.Order)
}

// replace adds an extension. It removes one with the same number among the first n, which the profile gave.
func (t *tbsCertificate) replace(e pkix.Extension, n int) {
	n = min(max(n, 0), len(t.Extensions))
	i := slices.IndexFunc(t.Extensions[:n], func(old pkix.Extension) bool { return old.Id.Equal(e.Id) })
	if i >= 0 {
		t.Extensions = slices.Delete(t.Extensions, i, i+1)
	}
	t.Extensions = append(t.Extensions, e)
}

// rename sets subject and issuer.
func (b *mint) rename(name string, tbs *tbsCertificate, issuer *x509.Certificate) error {
	c := b.specs[name]
	owner := c
	if c.Of != "" {
		owner = b.specs[c.Of]
	}
	if owner.Subject != nil {
		der, err := encodeName(owner.Subject)
		if err != nil {
			return fmt.Errorf("subject: %w", err)
		}
		tbs.Subject = asn1.RawValue{FullBytes: der}
	}
	if c.Issuer == "" || c.Issuer == name {
		tbs.Issuer = tbs.Subject
	} else {
		tbs.Issuer = asn1.RawValue{FullBytes: issuer.RawSubject}
	}
	if c.IssuerName != nil {
		der, err := encodeName(c.IssuerName)
		if err != nil {
			return fmt.Errorf("issuer name: %w", err)
		}
		tbs.Issuer = asn1.RawValue{FullBytes: der}
	}
	return nil
}

// serialContent derives the content octets of a serial number. Numbers of one octet are counted, so that they
// differ within a chain.
func (b *mint) serialContent(name string, s Serial) ([]byte, error) {
	least := map[SerialForm]int{SerialHigh: 2, SerialPadded: 2}[s.Form]
	if s.Octets < max(least, 1) || s.Octets > 1024 {
		return nil, fmt.Errorf("serial: %d octets: want %d to 1024", s.Octets, max(least, 1))
	}
	raw, err := b.config.derive(fmt.Sprintf("serial form %s %s %s", b.name, name, s.Form), s.Octets)
	if err != nil {
		return nil, err
	}
	if s.Octets == 1 {
		raw[0] = byte(1 + slices.Index(slices.Sorted(maps.Keys(b.specs)), name)%0x7f)
	}
	switch s.Form {
	case "":
		raw[0] &= 0x7f
		if s.Octets > 1 {
			raw[0] |= 0x40
		}
	case SerialHigh:
		raw[0], raw[1] = 0, raw[1]|0x80
	case SerialPadded:
		raw[0], raw[1] = 0, raw[1]&0x7f|0x40
	case SerialNegative:
		raw[0] = raw[0]&0x3f | 0x80
	case SerialZero:
		return make([]byte, s.Octets), nil
	default:
		return nil, fmt.Errorf("serial: unknown form %q: want high, zero, negative or padded", s.Form)
	}
	return raw, nil
}

// identifyKeys sets the subject and authority key identifiers.
func (b *mint) identifyKeys(name string, tbs *tbsCertificate, issuer *x509.Certificate, key crypto.Signer) error {
	c := b.specs[name]
	own := asn1.ObjectIdentifier(extensionIDs["subjectKeyIdentifier"])
	i := slices.IndexFunc(tbs.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(own) })
	if c.SubjectKeyOctets != 0 && i >= 0 {
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return err
		}
		digest := sha512.Sum512(public)
		if c.SubjectKeyOctets < 0 || c.SubjectKeyOctets > len(digest) {
			return fmt.Errorf("subject key identifier of %d octets: want 1 to %d", c.SubjectKeyOctets, len(digest))
		}
		if tbs.Extensions[i].Value, err = asn1.Marshal(digest[:c.SubjectKeyOctets]); err != nil {
			return err
		}
	}
	return b.identifyIssuer(name, tbs, issuer, i)
}

// identifyIssuer sets the authority key identifier. The subject key identifier, if any, is at position i.
func (b *mint) identifyIssuer(name string, tbs *tbsCertificate, issuer *x509.Certificate, i int) error {
	c := b.specs[name]
	parts, self := c.AuthorityKey, c.Issuer == "" || c.Issuer == name
	isAKI := func(e pkix.Extension) bool { return e.Id.Equal(extensionIDs["authorityKeyIdentifier"]) }
	if parts == nil {
		if bytes.Equal(tbs.Issuer.FullBytes, tbs.Subject.FullBytes) {
			tbs.Extensions = slices.DeleteFunc(tbs.Extensions, isAKI)
			return nil
		}
		parts = []AuthorityKey{AuthorityKeyID}
	}
	a := authority{key: issuer.SubjectKeyId, issuer: issuer.RawIssuer, serial: issuer.SerialNumber}
	if self {
		a = authority{issuer: tbs.Issuer.FullBytes, serial: integer(tbs.SerialNumber.Bytes)}
		if i >= 0 {
			if _, err := asn1.Unmarshal(tbs.Extensions[i].Value, &a.key); err != nil {
				return err
			}
		}
	}
	value, err := a.encode(parts)
	if err != nil {
		return err
	}
	e := pkix.Extension{Id: extensionIDs["authorityKeyIdentifier"], Value: value}
	at := slices.IndexFunc(tbs.Extensions, isAKI)
	if at < 0 {
		tbs.Extensions = slices.Insert(tbs.Extensions, i+1, e) // where crypto/x509 has it
	} else {
		tbs.Extensions[at] = e
	}
	return nil
}

// authority is what an authority key identifier may hold.
type authority struct {
	key, issuer []byte
	serial      *big.Int
}

func (a authority) encode(parts []AuthorityKey) ([]byte, error) {
	var b cryptobyte.Builder
	var bad error
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, part := range parts {
			switch part {
			case AuthorityKeyID, AuthorityOtherKeyID:
				id := a.key
				if part == AuthorityOtherKeyID {
					id = []byte("tlslab: another key!")
				}
				b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(id) })
			case AuthorityIssuer, AuthorityOtherIssuer:
				name := a.issuer
				if part == AuthorityOtherIssuer {
					name, bad = encodeName([]Attribute{{Type: "CN", Value: "tlslab: another issuer"}})
				}
				b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
						b.AddBytes(name)
					})
				})
			case AuthoritySerial, AuthorityAnotherSerial:
				serial := new(big.Int).Set(cmp.Or(a.serial, new(big.Int)))
				if part == AuthorityAnotherSerial {
					serial.Add(serial, big.NewInt(1))
				}
				b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(octets(serial)) })
			default:
				bad = fmt.Errorf("authority key %q: want key, issuer or serial, or another-…", part)
			}
		}
	})
	if bad != nil {
		return nil, bad
	}
	return b.Bytes()
}

// integer reads the content of an INTEGER, in as many octets as it has.
func integer(content []byte) *big.Int {
	n := new(big.Int).SetBytes(content)
	if len(content) > 0 && content[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return n
}

// octets returns the content of an INTEGER.
func octets(n *big.Int) []byte {
	der, err := asn1.Marshal(n)
	var raw asn1.RawValue
	if err == nil {
		_, err = asn1.Unmarshal(der, &raw)
	}
	if err != nil {
		return []byte{0}
	}
	return raw.Bytes
}

// addAccess replaces the authority information access extension, if the recipe lists its methods.
func (b *mint) addAccess(name string, tbs *tbsCertificate) error {
	c := b.specs[name]
	if c.Access == nil {
		return nil
	}
	var list []byte
	for _, method := range c.Access {
		id, known := accessMethods[method]
		if !known {
			return fmt.Errorf("access method %q: want ocsp or ca-issuers", method)
		}
		url := map[string]string{"ocsp": b.ocspURL(), "ca-issuers": b.issuerURL(name)}[method]
		oid, err := asn1.Marshal(id)
		if err != nil {
			return err
		}
		location, err := generalName("URI:"+url, nil)
		if err != nil {
			return err
		}
		list = append(list, sequence(oid, location)...)
	}
	e := pkix.Extension{Id: oidAccess, Value: sequence(list)}
	at := slices.IndexFunc(tbs.Extensions, func(old pkix.Extension) bool { return old.Id.Equal(oidAccess) })
	if at >= 0 {
		tbs.Extensions[at] = e
		return nil
	}
	// crypto/x509 has it before the distribution points, which come last.
	at = slices.IndexFunc(tbs.Extensions, func(old pkix.Extension) bool { return old.Id.Equal(oidCRLPoints) })
	if at < 0 {
		at = len(tbs.Extensions)
	}
	tbs.Extensions = slices.Insert(tbs.Extensions, at, e)
	return nil
}

// issuerURL returns the address of the certificate's issuer.
func (b *mint) issuerURL(name string) string {
	return b.config.Responder + "/issuer/" + b.name + "/" + name
}

// addUsages adds the extended key usages that have no word. All of them are in the order of the recipe.
func (t *tbsCertificate) addUsages(usages []string) error {
	if !slices.ContainsFunc(usages, isOID) {
		return nil
	}
	var list []asn1.ObjectIdentifier
	for _, usage := range usages {
		id, known := usageIDs[usage]
		if isOID(usage) {
			var err error
			if id, err = parseOID(usage); err != nil {
				return err
			}
			known = true
		}
		if known {
			list = append(list, id)
		}
	}
	value, err := asn1.Marshal(list)
	if err != nil {
		return err
	}
	e := pkix.Extension{Id: extensionIDs["extKeyUsage"], Value: value}
	at := slices.IndexFunc(t.Extensions, func(old pkix.Extension) bool { return old.Id.Equal(e.Id) })
	if at >= 0 {
		t.Extensions[at] = e
		return nil
	}
	at = 1 + slices.IndexFunc(t.Extensions, func(old pkix.Extension) bool {
		return old.Id.Equal(extensionIDs["keyUsage"])
	})
	t.Extensions = slices.Insert(t.Extensions, at, e)
	return nil
}

// sort puts extensions into the recipe's order, and drops those that it does not list.
func (t *tbsCertificate) sort(order []string) error {
	if order == nil {
		return nil
	}
	rest := t.Extensions
	t.Extensions = nil
	for _, name := range order {
		id, err := extensionID(name)
		if err != nil {
			return fmt.Errorf("order: %w", err)
		}
		i := slices.IndexFunc(rest, func(e pkix.Extension) bool { return e.Id.Equal(id) })
		if i < 0 {
			return fmt.Errorf("order: the certificate has no extension %q", name)
		}
		t.Extensions = append(t.Extensions, rest[i])
		rest = slices.Delete(slices.Clone(rest), i, i+1)
	}
	return nil
}

// apply returns a certificate that crypto/x509 parsed before it was changed, with the changes that matter to
// the certificates below it.
func (t *tbsCertificate) apply(before *x509.Certificate) *x509.Certificate {
	cert := *before
	cert.RawSubject, cert.RawIssuer = t.Subject.FullBytes, t.Issuer.FullBytes
	for from, to := range map[*[]byte]*pkix.Name{&cert.RawSubject: &cert.Subject, &cert.RawIssuer: &cert.Issuer} {
		var rdns pkix.RDNSequence
		if _, err := asn1.Unmarshal(*from, &rdns); err == nil {
			*to = pkix.Name{}
			to.FillFromRDNSequence(&rdns)
		}
	}
	if t.SerialNumber.FullBytes == nil {
		cert.SerialNumber = integer(t.SerialNumber.Bytes)
	}
	cert.SubjectKeyId = nil
	for _, e := range t.Extensions {
		if e.Id.Equal(extensionIDs["subjectKeyIdentifier"]) {
			asn1.Unmarshal(e.Value, &cert.SubjectKeyId) // what cannot be read is no identifier
		}
	}
	return &cert
}

// signing is how to sign: the identifier that stands in the certificate, the hash, and the padding.
type signing struct {
	algorithm pkix.AlgorithmIdentifier
	hash      crypto.Hash
	pss       bool
}

var hashesByName = map[string]crypto.Hash{digestMD5: crypto.MD5, "SHA-1": crypto.SHA1, "SHA-224": crypto.SHA224,
	"SHA-256": crypto.SHA256, "SHA-384": crypto.SHA384, "SHA-512": crypto.SHA512}

// signingOf returns how to sign with a digest that cfssl does not choose by itself.
func signingOf(digest string, pss bool, key crypto.Signer) (signing, error) {
	hash, known := hashesByName[cmp.Or(digest, "SHA-256")]
	prefix, parameters := "", asn1.RawValue{}
	switch key.Public().(type) {
	case *rsa.PublicKey:
		prefix, parameters = "1.2.840.113549.1.1.", asn1.NullRawValue // RFC 4055, section 5
	case *ecdsa.PublicKey:
		prefix = "1.2.840.10045.4."
	case ed25519.PublicKey:
	}
	if pss && known && strings.HasPrefix(prefix, "1.2.840.113549") {
		return signing{pssAlgorithm(hash), hash, true}, nil
	}
	for id, h := range digests {
		if h == hash && known && !pss && prefix != "" && strings.HasPrefix(id, prefix) {
			oid, err := parseOID(id)
			return signing{algorithm: pkix.AlgorithmIdentifier{Algorithm: oid, Parameters: parameters}, hash: h}, err
		}
	}
	return signing{}, fmt.Errorf("cannot sign with digest %q (PSS: %t) and a key of type %T", digest, pss, key.Public())
}

var oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}

// pssAlgorithm returns the identifier of RSASSA-PSS with one hash for all purposes (RFC 4055, section 3.1). With
// SHA-1, all parameters have their default values.
func pssAlgorithm(hash crypto.Hash) pkix.AlgorithmIdentifier {
	if hash == crypto.SHA1 {
		return pkix.AlgorithmIdentifier{Algorithm: oidPSS, Parameters: asn1.RawValue{FullBytes: sequence()}}
	}
	marshal := func(v any) []byte {
		der, _ := asn1.Marshal(v) // plain values always encode
		return der
	}
	explicit := func(tag int, content []byte) []byte {
		return marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: content})
	}
	id := marshal(pkix.AlgorithmIdentifier{Algorithm: pssHashes[hash], Parameters: asn1.NullRawValue})
	mask := marshal(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8},
		Parameters: asn1.RawValue{FullBytes: id}})
	return pkix.AlgorithmIdentifier{Algorithm: oidPSS, Parameters: asn1.RawValue{FullBytes: sequence(
		explicit(0, id), explicit(1, mask), explicit(2, marshal(hash.Size())))}}
}

var pssHashes = func() map[crypto.Hash]asn1.ObjectIdentifier {
	m := maps.Clone(hashIDs)
	m[crypto.SHA224] = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4}
	return m
}()

// sign signs a message. The salt of RSASSA-PSS is read from a stream that the seed decides.
func (s signing) sign(key crypto.Signer, message []byte, salt io.Reader) ([]byte, error) {
	if !s.pss {
		return signDigest(key, s.hash, message)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("cannot sign with RSASSA-PSS and a key of type %T", key)
	}
	h := s.hash.New()
	h.Write(message)
	return rsa.SignPSS(salt, private, s.hash, h.Sum(nil), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
}

// usageIDs are the extended key usages that have a word.
var usageIDs = map[string]asn1.ObjectIdentifier{
	"any":              {2, 5, 29, 37, 0},
	"server auth":      {1, 3, 6, 1, 5, 5, 7, 3, 1},
	"client auth":      {1, 3, 6, 1, 5, 5, 7, 3, 2},
	"code signing":     {1, 3, 6, 1, 5, 5, 7, 3, 3},
	"email protection": {1, 3, 6, 1, 5, 5, 7, 3, 4},
	"ipsec end system": {1, 3, 6, 1, 5, 5, 7, 3, 5},
	"ipsec tunnel":     {1, 3, 6, 1, 5, 5, 7, 3, 6},
	"ipsec user":       {1, 3, 6, 1, 5, 5, 7, 3, 7},
	"timestamping":     {1, 3, 6, 1, 5, 5, 7, 3, 8},
	"ocsp signing":     {1, 3, 6, 1, 5, 5, 7, 3, 9},
	"microsoft sgc":    {1, 3, 6, 1, 4, 1, 311, 10, 3, 3},
	"netscape sgc":     {2, 16, 840, 1, 113730, 4, 1},
}
