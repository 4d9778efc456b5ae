package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"net"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

func (x *extensionCopier) access(e pkix.Extension) bool {
	in := cryptobyte.String(e.Value)
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) || !in.Empty() {
		return false
	}
	var methods []string
	for !list.Empty() {
		var one, location cryptobyte.String
		var id asn1.ObjectIdentifier
		var tag cbasn1.Tag
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&id) ||
			!one.ReadAnyASN1(&location, &tag) || tag != cbasn1.Tag(6).ContextSpecific() {
			return false
		}
		method := ""
		for name, known := range accessMethods {
			if known.Equal(id) {
				method = name
			}
		}
		if method == "" {
			return false
		}
		methods = append(methods, method)
	}
	if len(methods) == 0 {
		return false
	}
	x.note(x.p.name, "authorityInfoAccess", "its addresses are the lab's")
	x.spec.OCSP = slices.Contains(methods, "ocsp")
	if !slices.Equal(methods, []string{"ocsp"}) {
		x.spec.Access = methods
	}
	return true
}

func (x *extensionCopier) crlPoints(e pkix.Extension) bool {
	x.spec.CRL = true
	var points []struct {
		Point struct {
			Full []asn1.RawValue `asn1:"optional,tag:0"`
		} `asn1:"optional,tag:0"`
	}
	rest, err := asn1.Unmarshal(e.Value, &points)
	if err != nil || len(rest) > 0 || len(points) != 1 || len(points[0].Point.Full) != 1 ||
		points[0].Point.Full[0].Tag != 6 {
		x.note(x.p.name, "cRLDistributionPoints", "it has more than one address, or another kind of name: the copy has "+
			"one, the lab's")
		return true
	}
	x.note(x.p.name, "cRLDistributionPoints", "its address is the lab's")
	return true
}

func (x *extensionCopier) altNames(e pkix.Extension) bool {
	in := cryptobyte.String(e.Value)
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) || !in.Empty() || list.Empty() {
		return false
	}
	found, ok := readGeneralNames(list)
	if !ok {
		return false
	}
	var san []string
	for _, name := range found {
		san = append(san, x.generalName("subjectAltName", name, x.neutral.address))
	}
	if !slices.Equal(san, names[x.implied(x.p)]) {
		x.spec.SAN = san
	}
	return true
}

// generalName replaces a name by a neutral one of the same kind.
func (x *extensionCopier) generalName(where, name string, address func(string) string) string {
	kind, value, err := splitName(name)
	if err != nil {
		return name
	}
	replace := map[string]func(string) string{"DNS": x.neutral.name, "IP": address, "email": x.neutral.email,
		"URI": x.neutral.uri}[kind]
	if replace != nil {
		return kind + ":" + replace(value)
	}
	der, err := hex.DecodeString(value)
	if err != nil || x.options.KeepNames {
		return name
	}
	return "DER:" + hex.EncodeToString(x.otherName(where, der))
}

// otherName replaces the text in a name that is not plain text, such as a directory name.
func (x *extensionCopier) otherName(where string, der []byte) []byte {
	in := cryptobyte.String(der)
	var content cryptobyte.String
	if in.ReadASN1(&content, cbasn1.Tag(4).ContextSpecific().Constructed()) {
		inner, err := encodeName(x.neutral.attributes(readName(content), nil))
		if err == nil {
			var b cryptobyte.Builder
			b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(inner) })
			return b.BytesOrPanic()
		}
	}
	out, changed := scrubText(der, 0)
	if changed {
		x.note(x.p.name, where, "the text in a name of a rare kind is replaced by text of the same length")
	}
	return out
}

func (x *extensionCopier) constraints(e pkix.Extension) bool {
	in := cryptobyte.String(e.Value)
	var content cryptobyte.String
	if !in.ReadASN1(&content, cbasn1.SEQUENCE) || !in.Empty() || content.Empty() {
		return false
	}
	for tag, list := range []*[]string{&x.spec.Permit, &x.spec.Exclude} {
		var subtrees cryptobyte.String
		var present bool
		if !content.ReadOptionalASN1(&subtrees, &present, cbasn1.Tag(tag).ContextSpecific().Constructed()) {
			return false
		}
		names, ok := readSubtrees(subtrees)
		if !ok || present && len(names) == 0 {
			x.spec.Permit, x.spec.Exclude = nil, nil
			return false
		}
		for _, name := range names {
			*list = append(*list, x.generalName("nameConstraints", name, x.neutral.network))
		}
	}
	if x.implied(x.p) == ProfileRoot && slices.Equal(x.spec.Permit, permitted) && x.spec.Exclude == nil && !e.Critical {
		x.spec.Permit = nil
	}
	return content.Empty()
}

// readSubtrees reads names in constraints, and reports whether a recipe can write them.
func readSubtrees(list cryptobyte.String) (names []string, ok bool) {
	for !list.Empty() {
		var subtree, name cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadASN1(&subtree, cbasn1.SEQUENCE) || !subtree.ReadAnyASN1Element(&name, &tag) || !subtree.Empty() {
			return nil, false
		}
		text := nameText(name, tag)
		if tag == cbasn1.Tag(7).ContextSpecific() {
			content := cryptobyte.String(name)
			var b cryptobyte.String
			if !content.ReadASN1(&b, tag) || len(b) != 8 && len(b) != 32 {
				return nil, false
			}
			n := net.IPNet{IP: net.IP(b[:len(b)/2]), Mask: net.IPMask(b[len(b)/2:])}
			ones, bits := n.Mask.Size()
			if bits == 0 || !n.IP.Equal(n.IP.Mask(n.Mask)) {
				return nil, false
			}
			text = fmt.Sprintf("IP:%s/%d", n.IP, ones)
		}
		names = append(names, text)
	}
	return names, true
}

// constraintNames returns the host names in name constraints, with a dot in front.
func (c *seenCert) constraintNames() []string {
	var found []string
	value, ok := c.extension("nameConstraints")
	in := cryptobyte.String(value)
	var content cryptobyte.String
	if !ok || !in.ReadASN1(&content, cbasn1.SEQUENCE) {
		return nil
	}
	for tag := range cbasn1.Tag(2) {
		var subtrees cryptobyte.String
		var present bool
		if !content.ReadOptionalASN1(&subtrees, &present, tag.ContextSpecific().Constructed()) {
			return nil
		}
		names, _ := readSubtrees(subtrees)
		for _, name := range names {
			if kind, value, err := splitName(name); err == nil && kind == "DNS" {
				found = append(found, "."+trimDot(value))
			}
		}
	}
	return found
}

func trimDot(s string) string {
	if len(s) > 0 && s[0] == '.' {
		return s[1:]
	}
	return s
}
