package pki

import (
	"encoding/asn1"
	"slices"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

func (c *seenCert) subjectAttributes() []Attribute { return readName(c.subject) }
func (c *seenCert) issuerAttributes() []Attribute  { return readName(c.issuerName) }

// readName decodes a name into attributes. The encoding is left empty where it is the usual one for the text.
// What is not a string becomes text of no encoding. It never returns nil.
func readName(der []byte) []Attribute {
	list := []Attribute{}
	in := cryptobyte.String(der)
	var rdns cryptobyte.String
	if !in.ReadASN1(&rdns, cbasn1.SEQUENCE) {
		return list
	}
	for !rdns.Empty() {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, cbasn1.SET) {
			return list
		}
		for joined := false; !set.Empty(); joined = true {
			var one, value cryptobyte.String
			var id asn1.ObjectIdentifier
			var tag cbasn1.Tag
			if !set.ReadASN1(&one, cbasn1.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&id) ||
				!one.ReadAnyASN1(&value, &tag) {
				return list
			}
			list = append(list, readAttribute(id.String(), tag, value, joined))
		}
	}
	return list
}

// oddEncoding marks an attribute whose value a recipe cannot hold.
const oddEncoding StringType = "odd"

func readAttribute(id string, tag cbasn1.Tag, value []byte, joined bool) Attribute {
	a := Attribute{Type: id, Joined: joined, Encoding: oddEncoding}
	if name, known := attributeNames[id]; known {
		a.Type = name
	}
	for t, n := range stringTags {
		if n == tag {
			a.Encoding = t
		}
	}
	text, ok := decodeText(tag, value)
	if slices.Contains([]StringType{NumericString, VisibleString}, a.Encoding) {
		text, ok = string(value), isText(value)
	}
	if !ok || !utf8.ValidString(text) {
		a.Encoding = oddEncoding
		return a
	}
	a.Value = text
	return a
}

// plain returns the attributes with the encodings left out that encode would choose itself.
func plain(list []Attribute) []Attribute {
	out := slices.Clone(list)
	for i, a := range out {
		if a.Encoding == usualString(a.Value) {
			out[i].Encoding = ""
		}
	}
	return out
}

// NamesOf returns names in DER as a recipe has them. What tells whose they are is replaced, as [RecipeOf] does it: the
// same text stays the same in all of them.
func NamesOf(names [][]byte, o RecipeOptions) [][]Attribute {
	m := newNeutral("", o, nil)
	var list [][]Attribute
	for _, der := range names {
		name := slices.DeleteFunc(readName(der), func(a Attribute) bool { return a.Encoding == oddEncoding })
		for i, a := range name {
			name[i].Value = m.text(a, "")
		}
		list = append(list, plain(name))
	}
	return list
}
