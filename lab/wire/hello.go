package wire

import (
	"errors"
	"strconv"
	"unsafe"

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

// ClientHello is what a client offered (RFC 8446, section 4.1.2): names where
// IANA has them, four hex digits where they are not known here. GREASE values
// (RFC 8701) are left out.
type ClientHello struct {
	ServerName       string   `json:"server_name,omitempty"`
	Versions         []string `json:"versions"`
	CipherSuites     []string `json:"cipher_suites"`
	Groups           []string `json:"groups,omitempty"`
	KeyShares        []string `json:"key_shares,omitempty"`
	SignatureSchemes []string `json:"signature_schemes,omitempty"`
	Protocols        []string `json:"protocols,omitempty"`
	StatusRequest    bool     `json:"status_request,omitempty"` // asks for an OCSP staple (RFC 6066, section 8)
	// SecureRenegotiation says that the client knows RFC 5746.
	SecureRenegotiation bool `json:"secure_renegotiation,omitempty"`
	Size                int  `json:"size"` // bytes of the handshake message
}

// Sizes of what a ClientHello is made of, in bytes.
const (
	stringSize = int64(unsafe.Sizeof(""))
	helloSize  = int64(unsafe.Sizeof(ClientHello{}))
)

// Bytes returns how many bytes of memory a ClientHello takes; nil takes none. Names in lists are counted as
// if none were shared, so that it is rather too much than too little.
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

// ErrClientHello is the error for what is no ClientHello.
var ErrClientHello = errors.New("malformed ClientHello")

// ParseClientHello reads a ClientHello, given with its handshake header (RFC 8446,
// section 4.1.2; RFC 5246, section 7.4.1.2). Extensions of no interest are skipped.
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
	if body.Empty() { // no extensions, before TLS 1.2
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

// Bounds of what is kept of a ClientHello, which a client can make 64 KiB long: of each list and of that of
// protocols, and of names in bytes as they came. A DNS name has 253 bytes at most (RFC 1035, section 2.3.4).
// A protocol's may have 255 (RFC 7301, section 3.1), and the longest that is registered has fewer than 32.
const (
	maxListed        = 256
	maxProtocols     = 32
	maxNameBytes     = 255
	maxProtocolBytes = 64
)

// listed is a list that is being read, of which no more than most are kept.
type listed struct {
	names *[]string
	most  int
	more  int // left out
}

// add appends a name, or counts it.
func (l *listed) add(name func() string) {
	if len(*l.names) >= l.most {
		l.more++
		return
	}
	*l.names = append(*l.names, name())
}

// end appends how many names are left out, if any are.
func (l *listed) end() {
	if l.more > 0 && len(*l.names) == l.most {
		*l.names = append(*l.names, strconv.Itoa(l.more)+" more")
	}
}

// contains reports whether a list of numbers has that one.
func contains(list cryptobyte.String, wanted uint16) bool {
	var v uint16
	for list.ReadUint16(&v) {
		if v == wanted {
			return true
		}
	}
	return false
}

// name returns a name that a client sent, fit to print, of which no more than most bytes are kept.
func name(b []byte, most int) string {
	if len(b) <= most {
		return printable(b)
	}
	return printable(b[:most]) + "... (" + strconv.Itoa(len(b)) + " bytes)"
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

// readList reads a list of numbers and appends their names, without GREASE.
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

// isGREASE reports whether a value is one of those that clients send so that
// servers learn to ignore what they do not know (RFC 8701, section 2).
func isGREASE(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// printable returns what a client sent as text that is fit to print.
func printable(b []byte) string {
	q := strconv.QuoteToASCII(string(b))
	return q[1 : len(q)-1]
}
