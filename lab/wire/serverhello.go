package wire

import (
	"bytes"
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// ServerHello is what a server chose (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3).
type ServerHello struct {
	Version     uint16
	Random      []byte // 32 bytes; nil is written as zeros
	CipherSuite uint16
	// SecureRenegotiation says that the server supports RFC 5746.
	SecureRenegotiation bool
	// The rest is parsed, but not written.

	// HelloRetry says that it is a HelloRetryRequest.
	HelloRetry bool
	// Group is the group of TLS 1.3's key share, or the one that a HelloRetryRequest asks for; else zero.
	Group uint16
	// Protocol is what TLS 1.2 and below chose in ALPN (RFC 7301).
	Protocol string
}

// Lengths of a ServerHello, in bytes, including its header.
const (
	// MaxServerHello is longer than any real ServerHello.
	MaxServerHello = 4 << 10
	// ServerHelloRandom is the length up to the end of the random, which is what [Stream.IsHelloRetry] needs.
	ServerHelloRandom = MessageHeaderLen + 2 + RandomLen
)

// RandomLen is the length of the random in both hellos, in bytes.
const RandomLen = 32

// helloRetryRandom is the random of a HelloRetryRequest: the SHA-256 of "HelloRetryRequest" (RFC 8446, section 4.1.3).
var helloRetryRandom = [RandomLen]byte{
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
}

// ErrServerHello is the error of [ParseServerHello].
var ErrServerHello = errors.New("malformed ServerHello")

// ParseServerHello parses a ServerHello, including its handshake header. It ignores what follows the ServerHello. The
// result's Random points into message.
func ParseServerHello(message []byte) (ServerHello, error) {
	if len(message) < MessageHeaderLen || typeOf(message) != MessageServerHello {
		return ServerHello{}, ErrServerHello
	}
	var (
		h                   ServerHello
		session, extensions cryptobyte.String
		s                   = cryptobyte.String(message[MessageHeaderLen:])
	)
	if !s.ReadUint16(&h.Version) || !s.ReadBytes(&h.Random, RandomLen) || !s.ReadUint8LengthPrefixed(&session) ||
		!s.ReadUint16(&h.CipherSuite) || !s.Skip(1) {
		return ServerHello{}, ErrServerHello
	}
	h.HelloRetry = bytes.Equal(h.Random, helloRetryRandom[:])
	if s.Empty() { // no extensions, as older servers may send it
		return h, nil
	}
	if !s.ReadUint16LengthPrefixed(&extensions) {
		return ServerHello{}, ErrServerHello
	}
	for !extensions.Empty() {
		var kind uint16
		var body cryptobyte.String
		if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&body) {
			return ServerHello{}, ErrServerHello
		}
		switch kind {
		case extSupportedVersions: // replaces the version above (RFC 8446, section 4.2.1)
			if !body.ReadUint16(&h.Version) {
				return ServerHello{}, ErrServerHello
			}
		case extRenegotiationInfo: // RFC 5746, section 3.6
			h.SecureRenegotiation = true
		case extKeyShare: // RFC 8446, section 4.2.8
			if !body.ReadUint16(&h.Group) {
				return ServerHello{}, ErrServerHello
			}
		case extALPN: // RFC 7301, section 3.1
			var list, protocol cryptobyte.String
			if !body.ReadUint16LengthPrefixed(&list) || !list.ReadUint8LengthPrefixed(&protocol) {
				return ServerHello{}, ErrServerHello
			}
			h.Protocol = string(protocol)
		}
	}
	return h, nil
}

// Marshal returns the ServerHello as a handshake message of TLS 1.2 or older.
func (h ServerHello) Marshal() []byte {
	var random [RandomLen]byte
	copy(random[:], h.Random)
	return Message(MessageServerHello, func(b *cryptobyte.Builder) {
		b.AddUint16(h.Version)
		b.AddBytes(random[:])
		b.AddUint8(0) // no session
		b.AddUint16(h.CipherSuite)
		b.AddUint8(0) // no compression
		if h.SecureRenegotiation {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				b.AddUint16(extRenegotiationInfo)
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint8(0) })
			})
		}
	})
}
