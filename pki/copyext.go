package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"

	"github.com/cloudflare/cfssl/config"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// extensionCopier copies the extensions of one certificate.
type extensionCopier struct {
	*copier
	p        *part
	spec     *Certificate
	present  map[string]bool
	critical map[string]bool
	order    []string
}

// copyExtension writes what an extension says into fields of the recipe, and reports whether they say all of it.
type copyExtension func(x *extensionCopier, e pkix.Extension) bool

var copyExtensions = map[string]copyExtension{
	"keyUsage":               (*extensionCopier).keyUsage,
	"extKeyUsage":            (*extensionCopier).extKeyUsage,
	"basicConstraints":       (*extensionCopier).basicConstraints,
	"subjectKeyIdentifier":   (*extensionCopier).subjectKey,
	"authorityKeyIdentifier": (*extensionCopier).authorityKey,
	"authorityInfoAccess":    (*extensionCopier).access,
	"cRLDistributionPoints":  (*extensionCopier).crlPoints,
	"subjectAltName":         (*extensionCopier).altNames,
	"nameConstraints":        (*extensionCopier).constraints,
	"tlsFeature": func(x *extensionCopier, e pkix.Extension) bool {
		x.spec.MustStaple = bytes.Equal(e.Value, mustStaple)
		return x.spec.MustStaple
	},
}

// orderNames are the names of extensions by number.
var orderNames = func() map[string]string {
	m := map[string]string{}
	for name, id := range orderIDs {
		m[id.String()] = name
	}
	return m
}()

// extensions copies every extension, and then the order and what is critical, where they are not usual.
func (c *copier) extensions(p *part, spec *Certificate) {
	x := &extensionCopier{copier: c, p: p, spec: spec, present: map[string]bool{}, critical: map[string]bool{}}
	for _, e := range p.extensions {
		id := e.Id.String()
		name, known := orderNames[id]
		if !known {
			name = id
		}
		copied := copyExtensions[name]
		if copied != nil && x.present[name] {
			c.note(p.name, name, "it has the extension twice, which RFC 5280, section 4.2, forbids: the copy has it once")
			continue
		}
		x.order, x.present[name] = append(x.order, name), true
		if copied != nil && copied(x, e) {
			x.critical[name] = e.Critical
			continue
		}
		spec.Extensions = append(spec.Extensions, Extension{ID: id, Critical: e.Critical, Value: x.scrub(name, e)})
	}
	if slices.Equal(spec.Usages, usages[c.implied(p)]) {
		spec.Usages = nil
	}
	if c.implied(p) == ProfileRoot && !x.present["nameConstraints"] {
		spec.Permit = []string{"any"}
	}
	x.arrange()
}

// arrange compares what the recipe would mint with what was seen.
func (x *extensionCopier) arrange() {
	spec := x.spec
	minted, critical := x.minted()
	for _, name := range x.order {
		if want, ok := x.critical[name]; ok && want != critical[name] {
			list := map[bool]*[]string{true: &spec.Critical, false: &spec.NonCritical}[want]
			*list = append(*list, name)
		}
	}
	if slices.Equal(minted, x.order) {
		return
	}
	var extra []string
	rest := slices.DeleteFunc(slices.Clone(minted), func(name string) bool {
		if x.present[name] {
			return false
		}
		extra = append(extra, name)
		return true
	})
	nameable := !slices.ContainsFunc(extra, func(name string) bool { return extensionIDs[name] == nil })
	if slices.Equal(rest, x.order) && nameable {
		spec.Omit = append(spec.Omit, extra...)
		return
	}
	spec.Order = x.order
	if spec.Order == nil {
		spec.Order = []string{}
	}
}

// minted returns the extensions that the minter gives to the certificate, in its order, and which are critical.
func (x *extensionCopier) minted() (list []string, critical map[string]bool) {
	spec, profile := x.spec, x.implied(x.p)
	words := spec.Usages
	if words == nil {
		words = usages[profile]
	}
	isKeyUsage := func(word string) bool { return config.KeyUsage[word] != 0 }
	named := func(word string) bool { return !isKeyUsage(word) }
	san := spec.SAN
	if san == nil {
		san = names[profile]
	}
	constrained := len(spec.Permit)+len(spec.Exclude) > 0 && !slices.Equal(spec.Permit, []string{"any"})
	root := profile == ProfileRoot && spec.Permit == nil && spec.Exclude == nil
	own := map[string]bool{}
	for _, e := range spec.Extensions {
		own[e.ID] = true
	}
	for _, e := range []struct {
		name     string
		present  bool
		critical bool
	}{
		{"keyUsage", slices.ContainsFunc(words, isKeyUsage), true},
		{"extKeyUsage", slices.ContainsFunc(words, named), false},
		{"basicConstraints", true, true},
		{"subjectKeyIdentifier", true, false},
		{"authorityKeyIdentifier", spec.AuthorityKey != nil || x.namesDiffer(), false},
		{"authorityInfoAccess", spec.OCSP || spec.Access != nil, false},
		{"cRLDistributionPoints", spec.CRL, false},
		{"subjectAltName", len(san) > 0, x.nameless()},
		{"nameConstraints", constrained || root, constrained},
		{"tlsFeature", spec.MustStaple, false},
	} {
		if e.present && !own[orderIDs[e.name].String()] {
			list = append(list, e.name)
			critical = setTrue(critical, e.name, e.critical)
		}
	}
	for _, e := range spec.Extensions {
		name, known := orderNames[e.ID]
		if !known {
			name = e.ID
		}
		list = append(list, name)
	}
	return list, critical
}

func setTrue(m map[string]bool, name string, value bool) map[string]bool {
	if m == nil {
		m = map[string]bool{}
	}
	m[name] = value
	return m
}

// namesDiffer reports whether the copy's issuer has another name than its subject.
func (x *extensionCopier) namesDiffer() bool {
	issuer := x.neutral.attributes(x.p.issuerAttributes(), nil)
	return !slices.Equal(issuer, x.neutral.attributes(x.p.subjectAttributes(), nil))
}

func (x *extensionCopier) nameless() bool { return len(x.p.subjectAttributes()) == 0 }

func (x *extensionCopier) keyUsage(e pkix.Extension) bool {
	var bits asn1.BitString
	if rest, err := asn1.Unmarshal(e.Value, &bits); err != nil || len(rest) > 0 || bits.BitLength == 0 ||
		bits.At(bits.BitLength-1) == 0 || bits.BitLength > len(usageBits) { // DER has no zeros at the end
		return false
	}
	var words []string
	for i, word := range usageBits {
		if bits.At(i) == 1 {
			words = append(words, word)
		}
	}
	x.spec.Usages = append(words, x.spec.Usages...)
	return true
}

// usageBits are cfssl's words for the bits of key usage, in the order of RFC 5280, section 4.2.1.3.
var usageBits = []string{"digital signature", "content commitment", "key encipherment", "data encipherment",
	"key agreement", "cert sign", "crl sign", "encipher only", "decipher only"}

func (x *extensionCopier) extKeyUsage(e pkix.Extension) bool {
	var list []asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(e.Value, &list); err != nil || len(rest) > 0 || len(list) == 0 {
		return false
	}
	for _, id := range list {
		word := id.String()
		for w, known := range usageIDs {
			if known.Equal(id) {
				word = w
			}
		}
		x.spec.Usages = append(x.spec.Usages, word)
	}
	return true
}

func (x *extensionCopier) basicConstraints(e pkix.Extension) bool {
	in := cryptobyte.String(e.Value)
	var content cryptobyte.String
	var ca bool
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) || !in.Empty() ||
		content.PeekASN1Tag(cbasn1.BOOLEAN) && (!content.ReadASN1Boolean(&ca) || !ca) {
		return false
	}
	text, length := "CA:FALSE", 0
	if ca {
		text = "CA:TRUE"
	}
	if ca && !content.Empty() {
		if !content.ReadASN1Integer(&length) || length < 0 {
			return false
		}
		text += fmt.Sprintf(",pathlen:%d", length)
	}
	profile := x.implied(x.p)
	isCA := profile == ProfileRoot || profile == ProfileIntermediate
	if usual := map[bool]string{true: "CA:TRUE", false: "CA:FALSE"}[isCA]; text != usual {
		x.spec.BasicConstraints = text
	}
	if !content.Empty() {
		x.spec.BasicConstraints = ""
	}
	return content.Empty()
}

func (x *extensionCopier) subjectKey(e pkix.Extension) bool {
	id := x.p.keyID()
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	if len(id) != 20 {
		x.spec.SubjectKeyOctets = len(id)
	}
	return true
}

// authorityKeyID returns the key identifier of the issuer that a certificate names, or nil.
func authorityKeyID(c *seenCert) []byte {
	value, _ := c.extension("authorityKeyIdentifier")
	in := cryptobyte.String(value)
	var content, id cryptobyte.String
	var present bool
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) ||
		!content.ReadOptionalASN1(&id, &present, cbasn1.Tag(0).ContextSpecific()) || !present {
		return nil
	}
	return id
}

func (x *extensionCopier) authorityKey(e pkix.Extension) bool {
	in := cryptobyte.String(e.Value)
	var content cryptobyte.String
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) || !in.Empty() {
		x.note(x.p.name, "authorityKeyIdentifier", "it cannot be read: the copy's is empty")
		x.spec.AuthorityKey = []AuthorityKey{}
		return true
	}
	parts := []AuthorityKey{}
	issuer := x.p.issuer
	for !content.Empty() {
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !content.ReadAnyASN1(&value, &tag) {
			break
		}
		switch tag &^ 0x20 {
		case cbasn1.Tag(0).ContextSpecific():
			same := issuer.raw == nil || issuer.keyID() == nil || bytes.Equal(issuer.keyID(), value)
			parts = append(parts, map[bool]AuthorityKey{true: AuthorityKeyID, false: AuthorityOtherKeyID}[same])
		case cbasn1.Tag(1).ContextSpecific():
			parts = append(parts, x.authorityIssuer(value))
		case cbasn1.Tag(2).ContextSpecific():
			same := issuer.raw == nil || bytes.Equal(issuer.serial, value)
			parts = append(parts, map[bool]AuthorityKey{true: AuthoritySerial, false: AuthorityOtherSerial}[same])
		}
	}
	if usual := len(parts) == 1 && parts[0] == AuthorityKeyID && x.namesDiffer(); !usual {
		x.spec.AuthorityKey = parts
	}
	return true
}

func (x *extensionCopier) authorityIssuer(names cryptobyte.String) AuthorityKey {
	var one, rest cryptobyte.String
	if rest = names; rest.ReadASN1(&one, cbasn1.Tag(4).ContextSpecific().Constructed()) && rest.Empty() {
		if issuer := x.p.issuer; issuer.raw == nil || canonical(one) == canonical(issuer.issuerName) {
			return AuthorityIssuer
		}
		return AuthorityOtherIssuer
	}
	x.note(x.p.name, "authorityKeyIdentifier", "its authorityCertIssuer is not one directory name: the copy's is")
	return AuthorityOtherIssuer
}

// standInIDs gives a stand-in a key identifier as long as the certificate below it expects.
func (c *copier) standInIDs(p *part, spec *Certificate) {
	if p.below == nil || p.below.raw == nil {
		return
	}
	if n := len(authorityKeyID(p.below.seenCert)); n > 0 && n != 20 && n <= 64 {
		spec.SubjectKeyOctets = n
	}
}
