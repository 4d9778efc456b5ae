package pki

import (
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var errName = errors.New("not an X.509 name")

// canonicalName returns the form of a DER-encoded name that OpenSSL compares and hashes: the name's RDNs
// without the enclosing SEQUENCE, with every string as a UTF8String in lower case and without superfluous
// spaces.
func canonicalName(name []byte) ([]byte, error) {
	in := cryptobyte.String(name)
	var rdns cryptobyte.String
	if !in.ReadASN1(&rdns, casn1.SEQUENCE) || !in.Empty() {
		return nil, errName
	}
	var b cryptobyte.Builder
	for !rdns.Empty() {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, casn1.SET) {
			return nil, errName
		}
		var attributes [][]byte
		for !set.Empty() {
			attribute, err := canonicalAttribute(&set)
			if err != nil {
				return nil, err
			}
			attributes = append(attributes, attribute)
		}
		slices.SortFunc(attributes, slices.Compare) // DER sorts a SET OF
		b.AddASN1(casn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(attributes...)) })
	}
	return b.Bytes()
}

// canonicalAttribute reads one attribute, a type and a value, and returns it in canonical form.
func canonicalAttribute(set *cryptobyte.String) ([]byte, error) {
	var attribute, value cryptobyte.String
	var oid asn1.ObjectIdentifier
	var tag casn1.Tag
	if !set.ReadASN1(&attribute, casn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) {
		return nil, errName
	}
	whole := slices.Clone([]byte(attribute))
	if !attribute.ReadAnyASN1(&value, &tag) || !attribute.Empty() {
		return nil, errName
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		text, is := decodeText(tag, value)
		if !is {
			b.AddBytes(whole)
			return
		}
		b.AddASN1(casn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(canonicalText(text))) })
	})
	return b.Bytes()
}

// String tags that cryptobyte/asn1 does not name.
const (
	tagUniversalString casn1.Tag = 28
	tagBMPString       casn1.Tag = 30
)

// decodeText returns the text of a string type that has a canonical form. String types with one byte per
// character are read as Latin-1, T61String included, as in OpenSSL.
func decodeText(tag casn1.Tag, value []byte) (text string, is bool) {
	switch tag {
	case casn1.UTF8String:
		return string(value), true
	case casn1.PrintableString, casn1.IA5String, casn1.T61String:
		runes := make([]rune, len(value))
		for i, c := range value {
			runes[i] = rune(c)
		}
		return string(runes), true
	case tagBMPString:
		if len(value)%2 != 0 {
			return "", false
		}
		units := make([]uint16, len(value)/2)
		for i := range units {
			units[i] = uint16(value[2*i])<<8 | uint16(value[2*i+1])
		}
		return string(utf16.Decode(units)), true
	case tagUniversalString:
		if len(value)%4 != 0 {
			return "", false
		}
		runes := make([]rune, len(value)/4)
		for i := range runes {
			at := value[4*i:]
			runes[i] = rune(at[0])<<24 | rune(at[1])<<16 | rune(at[2])<<8 | rune(at[3])
		}
		return string(runes), true
	}
	return "", false
}

// canonicalText trims the text, collapses runs of spaces into one, and lowers ASCII letters only.
func canonicalText(text string) string {
	space := func(r rune) bool { return strings.ContainsRune(" \t\n\v\f\r", r) }
	text = strings.Join(strings.FieldsFunc(text, space), " ")
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
