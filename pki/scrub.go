package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// scrubbers are extensions whose content identifies somebody whatever it says. The function returns content of the
// same structure and length, and what the note says.
var scrubbers = map[string]struct {
	why   string
	scrub func([]byte) []byte
}{
	"1.3.6.1.4.1.11129.2.4.2": {"its SCTs (RFC 6962, section 3.3) are of no log: timestamps, log identifiers and " +
		"signatures are zero", zeroSCTs},
	"1.3.6.1.4.1.311.21.2":        {"it is the hash of a certificate: the copy's is zero", zeroOctets},
	"1.3.6.1.4.1.311.21.7":        {"a template's number names a Windows forest: the copy's is another", zeroTemplate},
	"1.3.6.1.4.1.311.25.2":        {"it has a Windows account's identifier: the copy's is zero", scrubAll},
	"1.3.6.1.4.1.37476.9000.64.1": {"it names a provisioner: the copy's text is neutral", scrubAll},
	"1.3.6.1.4.1.37476.9000.64.2": {"it names a provisioner: the copy's text is neutral", scrubAll},
	"2.16.840.1.113730.1.13":      {"it is a comment: the copy's is neutral", scrubAll},
}

// scrub returns an extension's content without what identifies somebody. Most are returned unchanged.
func (x *extensionCopier) scrub(name string, e pkix.Extension) []byte {
	if s, ok := scrubbers[e.Id.String()]; ok {
		x.note(x.p.name, name, "%s", s.why)
		return s.scrub(bytes.Clone(e.Value))
	}
	if !x.identifies(e.Value) {
		return e.Value
	}
	value, changed := scrubText(e.Value, 0)
	if !changed || x.identifies(value) {
		value = zeroOctets(bytes.Clone(e.Value))
		x.note(x.p.name, name, "it may identify somebody: the copy has zeros of the same length")
		return value
	}
	x.note(x.p.name, name, "it has text that may identify somebody: the copy's is neutral, of the same length")
	return value
}

// identifies reports whether content has an address, or a name of the chain.
func (x *extensionCopier) identifies(value []byte) bool {
	if len(x.traces) > maxTraces {
		return true // to search for all of them would take too long
	}
	lower := bytes.ToLower(value)
	wide := bytes.ReplaceAll(lower, []byte{0}, nil) // BMPString
	for _, content := range [][]byte{lower, wide} {
		for _, sign := range []string{"://", "@", "s-1-5-"} {
			if bytes.Contains(bytes.ReplaceAll(content, []byte(neutralURL), nil), []byte(sign)) {
				return true
			}
		}
		for _, text := range x.traces {
			if bytes.Contains(content, []byte(text)) {
				return true
			}
		}
	}
	return false
}

// neutralURL begins the addresses that stand for others.
const neutralURL = "http://tlslab.test/"

// neutralText returns text of n bytes in place of another.
func neutralText(old []byte) []byte {
	base := "tlslab "
	if bytes.Contains(old, []byte("://")) {
		base = neutralURL
	}
	text := []byte(base)
	if len(old) < len(base) && base == neutralURL {
		text = nil
	}
	for len(text) < len(old) {
		text = append(text, 'x')
	}
	return text[:len(old)]
}

// maxDepth is how deep scrubText looks.
const maxDepth = 16

// scrubText replaces the text in DER, and reports whether there was any. Structure and lengths stay.
func scrubText(der []byte, depth int) (out []byte, changed bool) {
	out = bytes.Clone(der)
	rest, at := out, 0
	for len(rest) > 0 && depth < maxDepth {
		var raw asn1.RawValue
		after, err := asn1.Unmarshal(rest, &raw)
		if err != nil {
			return out, changed
		}
		content := out[at+len(raw.FullBytes)-len(raw.Bytes) : at+len(raw.FullBytes)]
		if scrubContent(raw, content, depth) {
			changed = true
		}
		at += len(raw.FullBytes)
		rest = after
	}
	return out, changed
}

// scrubContent replaces text in the content of one element, in place.
func scrubContent(raw asn1.RawValue, content []byte, depth int) bool {
	replace := func(with []byte) bool {
		changed := !bytes.Equal(content, with)
		copy(content, with)
		return changed
	}
	switch {
	case raw.IsCompound:
		inner, changed := scrubText(content, depth+1)
		return replace(inner) && changed
	case raw.Class == asn1.ClassUniversal && raw.Tag == asn1.TagBMPString:
		return replace(encodeText(BMPString, string(neutralText(make([]byte, len(content)/2)))))
	case raw.Class == asn1.ClassUniversal && isStringTag(raw.Tag):
		return replace(neutralText(content))
	case raw.Class == asn1.ClassUniversal && raw.Tag == asn1.TagOctetString:
		if isDER(content) {
			inner, changed := scrubText(content, depth+1)
			return replace(inner) && changed
		}
		return printable(content) && replace(neutralText(content))
	case raw.Class == asn1.ClassContextSpecific:
		return printable(content) && replace(neutralText(content))
	}
	return false
}

func isStringTag(tag int) bool {
	for _, t := range stringTags {
		if int(t) == tag {
			return true
		}
	}
	return false
}

// printable reports whether content is long enough to be text, and is text.
func printable(content []byte) bool {
	for _, c := range content {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return len(content) >= 3
}

// isDER reports whether content is one element of a constructed or string type.
func isDER(content []byte) bool {
	in := cryptobyte.String(content)
	var element cryptobyte.String
	var tag cbasn1.Tag
	return in.ReadAnyASN1(&element, &tag) && in.Empty() && (tag&0x20 != 0 || isStringTag(int(tag)) || tag == 4)
}

// scrubAll replaces all text and all octets.
func scrubAll(value []byte) []byte {
	out, _ := scrubText(value, 0)
	eachOctetString(out, 0, func(content []byte) {
		if !printable(content) || !bytes.HasPrefix(content, []byte("tlslab")) {
			clear(content)
		}
	})
	return out
}

// eachOctetString calls f with the content of every OCTET STRING that holds no DER.
func eachOctetString(der []byte, depth int, f func(content []byte)) {
	for rest := der; len(rest) > 0 && depth < maxDepth; {
		var raw asn1.RawValue
		after, err := asn1.Unmarshal(rest, &raw)
		if err != nil {
			return
		}
		start := len(rest) - len(after) - len(raw.Bytes)
		content := rest[start : start+len(raw.Bytes)]
		switch {
		case raw.IsCompound || raw.Tag == asn1.TagOctetString && isDER(content):
			eachOctetString(content, depth+1, f)
		case raw.Class == asn1.ClassUniversal && raw.Tag == asn1.TagOctetString:
			f(content)
		}
		rest = after
	}
}

// zeroOctets zeroes the content of an OCTET STRING, or all bytes if that is not what it is.
func zeroOctets(value []byte) []byte {
	in := cryptobyte.String(value)
	var content cryptobyte.String
	if in.ReadASN1(&content, cbasn1.OCTET_STRING) && in.Empty() {
		clear(value[len(value)-len(content):])
		return value
	}
	clear(value)
	return value
}

// zeroSCTs zeroes everything in a list of SCTs but its structure: lengths, versions and algorithms.
func zeroSCTs(value []byte) []byte {
	in := cryptobyte.String(value)
	var octets, list cryptobyte.String
	if !in.ReadASN1(&octets, cbasn1.OCTET_STRING) || !octets.ReadUint16LengthPrefixed(&list) {
		return zeroOctets(value)
	}
	for !list.Empty() {
		var sct cryptobyte.String
		if !list.ReadUint16LengthPrefixed(&sct) {
			return zeroOctets(value)
		}
		const head = 1 + 32 + 8 // version, log identifier, timestamp
		if len(sct) > head {
			clear(sct[1:head])
		}
		const fixed = head + 2 + 2 + 2 // length of extensions, algorithms, length of the signature
		if len(sct) > fixed {
			clear(sct[fixed:])
		}
	}
	return value
}

// zeroTemplate replaces the arcs of a template's number that a forest draws at random.
func zeroTemplate(value []byte) []byte {
	forest := []byte{0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x15, 0x08} // 1.3.6.1.4.1.311.21.8
	i := bytes.Index(value, forest)
	in := cryptobyte.String(value)
	var content cryptobyte.String
	var id cryptobyte.String
	if i < 0 || !in.ReadASN1(&content, cbasn1.SEQUENCE) || !content.ReadASN1(&id, cbasn1.OBJECT_IDENTIFIER) {
		return value
	}
	for j := len(forest); j < len(id); j++ {
		id[j] = id[j]&0x80 | 1 // the high bit says that an arc goes on
	}
	return value
}
