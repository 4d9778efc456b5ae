package pki

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
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
