package pki

import (
	"encoding/asn1"
	"fmt"
	"strings"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Attribute is one attribute of a name (RFC 5280, section 4.1.2.4).
type Attribute struct {
	// Type is the attribute's short name, such as "CN" or "O", or its number in dotted decimal.
	Type string `json:"type"`
	// Value is its text.
	Value string `json:"value,omitzero"`
	// Encoding is its string type. Empty means PrintableString where that has all characters, or UTF8String.
	Encoding StringType `json:"encoding,omitzero"`
	// Joined says that the attribute belongs to the same RelativeDistinguishedName as the one before it.
	Joined bool `json:"joined,omitzero"`
}

// StringType is a string type of ASN.1.
type StringType string

// The string types of names. All but UTF8String and PrintableString are old.
const (
	UTF8String      StringType = "utf8"
	NumericString   StringType = "numeric"
	PrintableString StringType = "printable"
	T61String       StringType = "t61" // its text is read as Latin-1
	IA5String       StringType = "ia5"
	VisibleString   StringType = "visible"
	UniversalString StringType = "universal" // UTF-32
	BMPString       StringType = "bmp"       // UTF-16
)

var stringTags = map[StringType]cbasn1.Tag{
	UTF8String: 12, NumericString: 18, PrintableString: 19, T61String: 20, IA5String: 22, VisibleString: 26,
	UniversalString: 28, BMPString: 30,
}

// attributeIDs are the short names of attributes (RFC 4519; RFC 2985; CA/Browser Forum EV guidelines).
var attributeIDs = map[string]string{
	"CN": "2.5.4.3", "SN": "2.5.4.4", "serialNumber": "2.5.4.5", "C": "2.5.4.6", "L": "2.5.4.7",
	"ST": "2.5.4.8", "street": "2.5.4.9", "O": "2.5.4.10", "OU": "2.5.4.11", "title": "2.5.4.12",
	"businessCategory": "2.5.4.15", "postalCode": "2.5.4.17", "GN": "2.5.4.42", "dnQualifier": "2.5.4.46",
	"organizationIdentifier": "2.5.4.97", "UID": "0.9.2342.19200300.100.1.1", "DC": "0.9.2342.19200300.100.1.25",
	"emailAddress": "1.2.840.113549.1.9.1", "unstructuredName": "1.2.840.113549.1.9.2",
	"jurisdictionC": "1.3.6.1.4.1.311.60.2.1.3", "jurisdictionST": "1.3.6.1.4.1.311.60.2.1.2",
	"jurisdictionL": "1.3.6.1.4.1.311.60.2.1.1",
}

var attributeNames = func() map[string]string {
	m := map[string]string{}
	for name, id := range attributeIDs {
		m[id] = name
	}
	return m
}()

// EncodeName returns a name in DER, as an RDNSequence (RFC 5280, section 4.1.2.4). It is an error if the type or the
// encoding of an attribute is unknown.
func EncodeName(name []Attribute) ([]byte, error) { return encodeName(name) }

// encodeName encodes a name as given. Attributes of one RelativeDistinguishedName keep their order, although
// DER would sort them.
func encodeName(list []Attribute) ([]byte, error) {
	var rdns []byte
	for i := 0; i < len(list); {
		var set []byte
		for first := i; i < len(list) && (i == first || list[i].Joined); i++ {
			der, err := list[i].encode()
			if err != nil {
				return nil, err
			}
			set = append(set, der...)
		}
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(set) })
		rdns = append(rdns, b.BytesOrPanic()...)
	}
	return sequence(rdns), nil
}

func (a Attribute) encode() ([]byte, error) {
	id, known := attributeIDs[a.Type]
	if !known {
		id = a.Type
	}
	oid, err := parseOID(id)
	if err != nil {
		return nil, fmt.Errorf("attribute %q: want a short name, such as CN, or dotted decimal: %w", a.Type, err)
	}
	encoding := a.Encoding
	if encoding == "" {
		encoding = usualString(a.Value)
	}
	tag, ok := stringTags[encoding]
	if !ok {
		return nil, fmt.Errorf("attribute %q: unknown encoding %q: want utf8, printable, ia5, t61, bmp, universal, "+
			"numeric or visible", a.Type, a.Encoding)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier(oid))
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(encodeText(encoding, a.Value)) })
	})
	return b.Bytes()
}

// usualString returns the string type that encoding/asn1 chooses.
func usualString(text string) StringType {
	const also = " '()+,-./:=?"
	for _, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune(also, r) {
			return UTF8String
		}
	}
	return PrintableString
}

// encodeText is the reverse of decodeText.
func encodeText(t StringType, text string) []byte {
	var out []byte
	switch t {
	case UTF8String:
		return []byte(text)
	case BMPString:
		for _, u := range utf16.Encode([]rune(text)) {
			out = append(out, byte(u>>8), byte(u))
		}
	case UniversalString:
		for _, r := range text {
			out = append(out, byte(r>>24), byte(r>>16), byte(r>>8), byte(r))
		}
	default:
		for _, r := range text {
			out = append(out, byte(r))
		}
	}
	return out
}
