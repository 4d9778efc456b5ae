package pki

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// nameKinds are the kinds of GeneralName that are plain text, with their tags (RFC 5280, section 4.2.1.6).
var nameKinds = map[string]cbasn1.Tag{"email": 1, "DNS": 2, "URI": 6}

// subjectAltName encodes names as given, valid or not (RFC 5280, section 4.2.1.6).
func subjectAltName(names []string) ([]byte, error) {
	var list []byte
	for _, name := range names {
		der, err := generalName(name, parseAddress)
		if err != nil {
			return nil, err
		}
		list = append(list, der...)
	}
	return sequence(list), nil
}

// generalName encodes one name. The function encodes addresses.
func generalName(name string, address func(string) ([]byte, error)) ([]byte, error) {
	kind, value, err := splitName(name)
	if err != nil {
		return nil, err
	}
	tag, content := nameKinds[kind], []byte(value)
	switch kind {
	case "DER":
		der, err := hex.DecodeString(value)
		if err != nil {
			return nil, fmt.Errorf("name %q: want hexadecimal digits after DER: %w", name, err)
		}
		return der, nil
	case "IP":
		tag = 7
		if content, err = address(value); err != nil {
			return nil, fmt.Errorf("name %q: %w", name, err)
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.Bytes()
}

// nameConstraints encodes permitted and excluded subtrees (RFC 5280, section 4.2.1.10).
func nameConstraints(permit, exclude []string) ([]byte, error) {
	var b cryptobyte.Builder
	for tag, names := range [][]string{permit, exclude} {
		var subtrees []byte
		for _, name := range names {
			der, err := generalName(name, parseNet)
			if err != nil {
				return nil, err
			}
			subtrees = append(subtrees, sequence(der)...)
		}
		if len(names) > 0 {
			b.AddASN1(cbasn1.Tag(tag).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddBytes(subtrees)
			})
		}
	}
	content, err := b.Bytes()
	return sequence(content), err
}

// splitName splits "DNS:localhost" at the colon.
func splitName(s string) (kind, value string, err error) {
	kind, value, ok := strings.Cut(s, ":")
	if _, text := nameKinds[kind]; !ok || !text && kind != "IP" && kind != "DER" {
		return "", "", fmt.Errorf("name %q: want DNS:name or IP:address (or email:, URI: or DER:)", s)
	}
	return kind, value, nil
}

func parseAddress(s string) ([]byte, error) {
	ip, err := netip.ParseAddr(s)
	return ip.AsSlice(), err
}

// parseNet parses an address with a prefix length.
func parseNet(s string) ([]byte, error) {
	_, n, err := net.ParseCIDR(s)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(n.IP), n.Mask...), nil
}

// sequence wraps DER into a SEQUENCE.
func sequence(content ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(slices.Concat(content...)) })
	return b.BytesOrPanic() // only its length could be refused, at 4 GiB
}
