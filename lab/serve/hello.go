package serve

import (
	"crypto/tls"
	"errors"
	"slices"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
)

// Extensions that are read (IANA TLS ExtensionType Values).
const (
	extServerName          = 0
	extStatusRequest       = 5
	extSupportedGroups     = 10
	extSignatureAlgorithms = 13
	extALPN                = 16
	extSupportedVersions   = 43
	extKeyShare            = 51
	extRenegotiationInfo   = 0xff01
)

// suiteRenegotiationInfo says in the list of cipher suites what the extension renegotiation_info
// says (RFC 5746, section 3.3).
const suiteRenegotiationInfo = 0x00ff

var errClientHello = errors.New("malformed ClientHello")

// parseClientHello reads a ClientHello, given with its handshake header (RFC 8446,
// section 4.1.2; RFC 5246, section 7.4.1.2). Extensions of no interest are skipped.
func parseClientHello(message []byte) (*ClientHello, error) {
	var (
		s                               = cryptobyte.String(message)
		kind                            uint8
		version                         uint16
		body, session, suites, compress cryptobyte.String
		extensions, extension           cryptobyte.String
		h                               = &ClientHello{Size: len(message)}
		extensionType                   uint16
	)
	if !s.ReadUint8(&kind) || kind != typeClientHello ||
		!s.ReadUint24LengthPrefixed(&body) || !s.Empty() ||
		!body.ReadUint16(&version) || !body.Skip(32) ||
		!body.ReadUint8LengthPrefixed(&session) ||
		!body.ReadUint16LengthPrefixed(&suites) ||
		!body.ReadUint8LengthPrefixed(&compress) ||
		!readList(&suites, &h.CipherSuites, cipherSuiteName) {
		return nil, errClientHello
	}
	h.Versions = []string{versionName(version)}
	h.SecureRenegotiation = slices.Contains(h.CipherSuites, cipherSuiteName(suiteRenegotiationInfo))
	if body.Empty() { // no extensions, before TLS 1.2
		return h, nil
	}
	if !body.ReadUint16LengthPrefixed(&extensions) || !body.Empty() {
		return nil, errClientHello
	}
	for !extensions.Empty() {
		if !extensions.ReadUint16(&extensionType) ||
			!extensions.ReadUint16LengthPrefixed(&extension) ||
			!h.readExtension(extensionType, extension) {
			return nil, errClientHello
		}
	}
	return h, nil
}

// maxListed bounds each list of an observed ClientHello: no client offers as many, and a server that is
// flooded remembers a thousand of them.
const maxListed = 256

// bounded returns the ClientHello with its lists cut to maxListed. The last entry says how many are left out.
func (h *ClientHello) bounded() *ClientHello {
	for _, list := range []*[]string{&h.Versions, &h.CipherSuites, &h.Groups, &h.KeyShares, &h.SignatureSchemes, &h.Protocols} {
		if more := len(*list) - maxListed; more > 0 {
			*list = append(slices.Clone((*list)[:maxListed]), strconv.Itoa(more)+" more")
		}
	}
	return h
}

// readExtension reads one extension, and returns false if it is malformed.
func (h *ClientHello) readExtension(kind uint16, e cryptobyte.String) bool {
	var list cryptobyte.String
	switch kind {
	case extServerName: // RFC 6066, section 3
		return e.ReadUint16LengthPrefixed(&list) && h.readServerNames(list)
	case extStatusRequest: // RFC 6066, section 8
		h.StatusRequest = true
		return true
	case extSupportedGroups: // RFC 8446, section 4.2.7
		return e.ReadUint16LengthPrefixed(&list) && readList(&list, &h.Groups, groupName[uint16])
	case extSignatureAlgorithms: // RFC 8446, section 4.2.3
		return e.ReadUint16LengthPrefixed(&list) && readList(&list, &h.SignatureSchemes, signatureSchemeName)
	case extALPN: // RFC 7301, section 3.1
		return e.ReadUint16LengthPrefixed(&list) && h.readProtocols(list)
	case extSupportedVersions: // RFC 8446, section 4.2.1
		h.Versions = nil
		return e.ReadUint8LengthPrefixed(&list) && readList(&list, &h.Versions, versionName)
	case extRenegotiationInfo: // RFC 5746, section 3.2
		h.SecureRenegotiation = true
		return true
	case extKeyShare: // RFC 8446, section 4.2.8
		return e.ReadUint16LengthPrefixed(&list) && h.readKeyShares(list)
	}
	return true
}

func (h *ClientHello) readServerNames(list cryptobyte.String) bool {
	for !list.Empty() {
		var kind uint8
		var name cryptobyte.String
		if !list.ReadUint8(&kind) || !list.ReadUint16LengthPrefixed(&name) {
			return false
		}
		if kind == 0 { // host_name
			h.ServerName = printable(name)
		}
	}
	return true
}

func (h *ClientHello) readProtocols(list cryptobyte.String) bool {
	for !list.Empty() {
		var name cryptobyte.String
		if !list.ReadUint8LengthPrefixed(&name) {
			return false
		}
		if len(name) == 2 && isGREASE(uint16(name[0])<<8|uint16(name[1])) {
			continue
		}
		h.Protocols = append(h.Protocols, printable(name))
	}
	return true
}

func (h *ClientHello) readKeyShares(list cryptobyte.String) bool {
	for !list.Empty() {
		var group uint16
		var share cryptobyte.String
		if !list.ReadUint16(&group) || !list.ReadUint16LengthPrefixed(&share) {
			return false
		}
		if !isGREASE(group) {
			h.KeyShares = append(h.KeyShares, groupName(group))
		}
	}
	return true
}

// readList reads a list of numbers and appends their names, without GREASE.
func readList(list *cryptobyte.String, names *[]string, name func(uint16) string) bool {
	if *names == nil {
		*names = make([]string, 0, len(*list)/2)
	}
	for !list.Empty() {
		var v uint16
		if !list.ReadUint16(&v) {
			return false
		}
		if !isGREASE(v) {
			*names = append(*names, name(v))
		}
	}
	return true
}

// isGREASE reports whether a value is one of those that clients send so that
// servers learn to ignore what they do not know (RFC 8701, section 2).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// printable returns what a client sent as text that is fit to print.
func printable(b []byte) string {
	q := strconv.QuoteToASCII(string(b))
	return q[1 : len(q)-1]
}

// versionName returns the name of a protocol version: "TLS 1.3".
func versionName(v uint16) string { return tls.VersionName(v) }
