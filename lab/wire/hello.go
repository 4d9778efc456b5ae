package wire

import (
	"errors"
	"strconv"
	"unsafe"

	"golang.org/x/crypto/cryptobyte"
)

// The extensions that are parsed (IANA TLS ExtensionType Values).
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

// suiteRenegotiationInfo, in the list of cipher suites, means the same as the extension renegotiation_info (RFC 5746,
// section 3.3).
const suiteRenegotiationInfo = 0x00ff

// ClientHello is what a client offered (RFC 8446, section 4.1.2). Values have IANA's names, or are four hex digits if
// this package does not know the name. GREASE values (RFC 8701) are omitted.
type ClientHello struct {
	ServerName       string   `json:"server_name,omitempty"`
	Versions         []string `json:"versions"`
	CipherSuites     []string `json:"cipher_suites"`
	Groups           []string `json:"groups,omitempty"`
	KeyShares        []string `json:"key_shares,omitempty"`
	SignatureSchemes []string `json:"signature_schemes,omitempty"`
	Protocols        []string `json:"protocols,omitempty"`
	StatusRequest    bool     `json:"status_request,omitempty"` // asks for an OCSP staple (RFC 6066, section 8)
	// SecureRenegotiation says that the client supports RFC 5746.
	SecureRenegotiation bool `json:"secure_renegotiation,omitempty"`
	Size                int  `json:"size"` // bytes of the handshake message
}

// Sizes in memory, in bytes.
const (
	stringSize = int64(unsafe.Sizeof(""))
	helloSize  = int64(unsafe.Sizeof(ClientHello{}))
)

// Bytes returns how many bytes of memory a ClientHello takes; nil takes none. It counts names in lists as if none were
// shared, so the result can be too high, but not too low.
func (h *ClientHello) Bytes() int64 {
	if h == nil {
		return 0
	}
	n := helloSize + int64(len(h.ServerName))
	for _, list := range h.lists() {
		n += int64(cap(*list)) * stringSize
		for _, s := range *list {
			n += int64(len(s))
		}
	}
	return n
}

// lists returns the lists of a ClientHello.
func (h *ClientHello) lists() []*[]string {
	return []*[]string{&h.Versions, &h.CipherSuites, &h.Groups, &h.KeyShares, &h.SignatureSchemes, &h.Protocols}
}

// ErrClientHello is the error of [ParseClientHello].
var ErrClientHello = errors.New("malformed ClientHello")

// ParseClientHello parses a ClientHello, including its handshake header (RFC 8446, section 4.1.2; RFC 5246, section
// 7.4.1.2). It skips extensions that [ClientHello] has no field for.
func ParseClientHello(message []byte) (*ClientHello, error) {
	var (
		s                               = cryptobyte.String(message)
		kind                            uint8
		version                         uint16
		body, session, suites, compress cryptobyte.String
		extensions, extension           cryptobyte.String
		h                               = &ClientHello{Size: len(message)}
		extensionType                   uint16
	)
	if !s.ReadUint8(&kind) || MessageType(kind) != MessageClientHello ||
		!s.ReadUint24LengthPrefixed(&body) || !s.Empty() ||
		!body.ReadUint16(&version) || !body.Skip(RandomLen) ||
		!body.ReadUint8LengthPrefixed(&session) ||
		!body.ReadUint16LengthPrefixed(&suites) ||
		!body.ReadUint8LengthPrefixed(&compress) {
		return nil, ErrClientHello
	}
	h.SecureRenegotiation = contains(suites, suiteRenegotiationInfo)
	if !readList(&suites, &h.CipherSuites, CipherSuiteName) {
		return nil, ErrClientHello
	}
	h.Versions = []string{VersionName(version)}
	if body.Empty() { // no extensions, as older clients may send it
		return h, nil
	}
	if !body.ReadUint16LengthPrefixed(&extensions) || !body.Empty() {
		return nil, ErrClientHello
	}
	for !extensions.Empty() {
		if !extensions.ReadUint16(&extensionType) ||
			!extensions.ReadUint16LengthPrefixed(&extension) ||
			!h.readExtension(extensionType, extension) {
			return nil, ErrClientHello
		}
	}
	return h, nil
}

// Limits of what is kept of a ClientHello, which a client can make 64 KiB long. A DNS name has at most 253 bytes (RFC
// 1035, section 2.3.4). A protocol's name can have 255 (RFC 7301, section 3.1), but the longest registered one has
// fewer than 32.
const (
	maxListed        = 256 // elements of a list
	maxProtocols     = 32  // elements of the list of protocols
	maxNameBytes     = 255 // bytes of the server name, before escaping
	maxProtocolBytes = 64  // bytes of a protocol's name, before escaping
)

// listed is a list that is being parsed. At most most elements are kept.
type listed struct {
	names *[]string
	most  int
	more  int // elements that were not kept
}

// add appends a name if there is room, and counts it otherwise.
func (l *listed) add(name func() string) {
	if len(*l.names) >= l.most {
		l.more++
		return
	}
	*l.names = append(*l.names, name())
}

// end appends how many names were not kept, if any.
func (l *listed) end() {
	if l.more > 0 && len(*l.names) == l.most {
		*l.names = append(*l.names, strconv.Itoa(l.more)+" more")
	}
}

// contains reports whether a list of numbers contains the wanted one.
func contains(list cryptobyte.String, wanted uint16) bool {
	var v uint16
	for list.ReadUint16(&v) {
		if v == wanted {
			return true
		}
	}
	return false
}

// name returns a name that a client sent in printable form. Only the first most bytes are kept.
func name(b []byte, most int) string {
	if len(b) <= most {
		return printable(b)
	}
	return printable(b[:most]) + "... (" + strconv.Itoa(len(b)) + " bytes)"
}

// readExtension parses one extension, and returns false if it is malformed.
func (h *ClientHello) readExtension(kind uint16, e cryptobyte.String) bool {
	var list cryptobyte.String
	switch kind {
	case extServerName: // RFC 6066, section 3
		return e.ReadUint16LengthPrefixed(&list) && h.readServerNames(list)
	case extStatusRequest: // RFC 6066, section 8
		h.StatusRequest = true
		return true
	case extSupportedGroups: // RFC 8446, section 4.2.7
		return e.ReadUint16LengthPrefixed(&list) && readList(&list, &h.Groups, GroupName[uint16])
	case extSignatureAlgorithms: // RFC 8446, section 4.2.3
		return e.ReadUint16LengthPrefixed(&list) && readList(&list, &h.SignatureSchemes, SignatureSchemeName[uint16])
	case extALPN: // RFC 7301, section 3.1
		return e.ReadUint16LengthPrefixed(&list) && h.readProtocols(list)
	case extSupportedVersions: // RFC 8446, section 4.2.1
		h.Versions = nil
		return e.ReadUint8LengthPrefixed(&list) && readList(&list, &h.Versions, VersionName)
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
		var host cryptobyte.String
		if !list.ReadUint8(&kind) || !list.ReadUint16LengthPrefixed(&host) {
			return false
		}
		if kind == 0 { // host_name
			h.ServerName = name(host, maxNameBytes)
		}
	}
	return true
}

func (h *ClientHello) readProtocols(list cryptobyte.String) bool {
	kept := listed{names: &h.Protocols, most: maxProtocols}
	defer kept.end()
	for !list.Empty() {
		var id cryptobyte.String
		if !list.ReadUint8LengthPrefixed(&id) {
			return false
		}
		if len(id) != 2 || !isGREASE(uint16(id[0])<<8|uint16(id[1])) {
			kept.add(func() string { return name(id, maxProtocolBytes) })
		}
	}
	return true
}

func (h *ClientHello) readKeyShares(list cryptobyte.String) bool {
	kept := listed{names: &h.KeyShares, most: maxListed}
	defer kept.end()
	for !list.Empty() {
		var group uint16
		var share cryptobyte.String
		if !list.ReadUint16(&group) || !list.ReadUint16LengthPrefixed(&share) {
			return false
		}
		if !isGREASE(group) {
			kept.add(func() string { return GroupName(group) })
		}
	}
	return true
}

// readList parses a list of numbers and appends their names, without GREASE.
func readList(list *cryptobyte.String, names *[]string, name func(uint16) string) bool {
	if *names == nil {
		*names = make([]string, 0, min(len(*list)/2, maxListed+1))
	}
	kept := listed{names: names, most: maxListed}
	defer kept.end()
	for !list.Empty() {
		var v uint16
		if !list.ReadUint16(&v) {
			return false
		}
		if !isGREASE(v) {
			kept.add(func() string { return name(v) })
		}
	}
	return true
}

// isGREASE reports whether a value is reserved for GREASE: clients send such values to check that servers ignore what
// they do not know (RFC 8701, section 2).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// printable returns bytes in printable form, escaped as in a Go string.
func printable(b []byte) string {
	q := strconv.QuoteToASCII(string(b))
	return q[1 : len(q)-1]
}
