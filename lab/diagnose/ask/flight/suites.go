package flight

import (
	"crypto/tls"
	"slices"
	"strings"

	"example.com/tlslab/lab/wire"
)

// Suites are the cipher suites of TLS 1.2 and below to offer, the better ones first (IANA TLS Cipher Suites).
var Suites = []uint16{
	0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, // ECDHE, AEAD
	0x009E, 0x009F, 0xCCAA, 0x00A2, 0x00A3, // DHE, AEAD
	0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF, 0xC09E, 0xC09F, 0xC05C, 0xC05D, 0xC060, 0xC061, 0xC052, 0xC053, // CCM, ARIA
	0xC023, 0xC027, 0xC024, 0xC028, 0xC009, 0xC013, 0xC00A, 0xC014, 0xC072, 0xC076, 0xC073, 0xC077, // ECDHE, CBC
	0x0067, 0x006B, 0x0033, 0x0039, 0x0040, 0x006A, 0x0032, 0x0038, 0x0045, 0x0088, 0x00BE, 0x00C4, // DHE, CBC
	0x009C, 0x009D, 0xC09C, 0xC09D, 0xC0A0, 0xC0A1, 0xC050, 0xC051, // RSA, AEAD
	0x003C, 0x003D, 0x002F, 0x0035, 0x0041, 0x0084, 0x00BA, 0x00C0, // RSA, CBC
	0xC004, 0xC005, 0xC00E, 0xC00F, // static ECDH
	0xC008, 0xC012, 0x0016, 0x0013, 0x000A, 0xC007, 0xC011, 0x0005, 0x0004, // 3DES, RC4
	0x0015, 0x0009, 0x0014, 0x0008, 0x0003, // DES, export
	0xC018, 0xC019, 0x00A6, 0x0034, 0x003A, 0x001B, 0x0018, // anonymous
	0xC006, 0xC010, 0x003B, 0x0002, 0x0001, // no encryption
}

// Suites13 are the cipher suites of TLS 1.3.
var Suites13 = []uint16{
	tls.TLS_AES_128_GCM_SHA256, tls.TLS_AES_256_GCM_SHA384, tls.TLS_CHACHA20_POLY1305_SHA256, 0x1304, 0x1305,
}

// Groups are the groups that can be offered without a key share.
var Groups = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521, 30, 256, 257, 258}

// Kind is a kind of cipher suite of TLS 1.2 and below.
type Kind string

// The kinds that matter to a diagnosis.
const (
	KindRSA    Kind = "rsa-key-exchange" // no forward secrecy (RFC 9325, section 4.1)
	KindDHE    Kind = "dhe"
	KindBroken Kind = "broken" // RC4, DES, 3DES, export, anonymous, or without encryption (RFC 9325, section 4.1)
)

// broken are the parts of the names of broken suites.
var broken = []string{"_RC4_", "_DES_", "3DES", "_DES40_", "_EXPORT_", "_anon_", "_NULL_"}

// Is reports whether a cipher suite is of a kind.
func (k Kind) Is(suite uint16) bool {
	name := wire.CipherSuiteName(suite)
	isBroken := slices.ContainsFunc(broken, func(part string) bool { return strings.Contains(name, part) })
	switch k {
	case KindRSA:
		return !isBroken && strings.HasPrefix(name, "TLS_RSA_")
	case KindDHE:
		return !isBroken && strings.HasPrefix(name, "TLS_DHE_")
	}
	return isBroken
}

// Of returns the suites of a kind.
func (k Kind) Of(suites []uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(suites), func(s uint16) bool { return !k.Is(s) })
}
