package flight

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/wire"
)

// VersionSSL30 has the value of tls.VersionSSL30, which is deprecated because SSL 3.0 is broken (RFC 7568).
const VersionSSL30 = 0x0300

// Offer is a ClientHello to build. Unlike a client library's, it can offer anything.
type Offer struct {
	// Version is the highest version, and Min the lowest one. Min is not sent below TLS 1.3, which has no field for it.
	Version, Min uint16
	Suites       []uint16
	// Groups are offered in supported_groups. TLS 1.3's only key share is one of X25519, and is left out if Retry is
	// set, so that the server must say which group it wants.
	Groups []tls.CurveID
	Retry  bool
	// ServerName is sent as SNI, and Protocols in ALPN. Empty ones are not sent.
	ServerName string
	Protocols  []string
	// Size is the smallest size of the message in bytes, reached by padding (RFC 7685).
	Size int
}

// signatureSchemes are offered in signature_algorithms: what servers of any age may sign with.
var signatureSchemes = []tls.SignatureScheme{
	tls.ECDSAWithP256AndSHA256, tls.PSSWithSHA256, tls.PKCS1WithSHA256, tls.ECDSAWithP384AndSHA384, tls.PSSWithSHA384,
	tls.PKCS1WithSHA384, tls.ECDSAWithP521AndSHA512, tls.PSSWithSHA512, tls.PKCS1WithSHA512, tls.Ed25519, 0x0808,
	0x0809, 0x080A, 0x080B, tls.ECDSAWithSHA1, tls.PKCS1WithSHA1, 0x0202,
}

// maxFragment is the largest body of a record in plaintext (RFC 8446, section 5.1).
const maxFragment = 1 << 14

// Records returns the ClientHello in as many records as it needs. Random and key share are fresh.
func (o Offer) Records() ([]byte, error) {
	var random [wire.RandomLen]byte
	rand.Read(random[:])
	share, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	message := o.message(random[:], share.PublicKey().Bytes(), 0)
	const header = 4 // of the padding's extension
	if missing := o.Size - len(message) - header; missing > 0 {
		message = o.message(random[:], share.PublicKey().Bytes(), missing)
	}
	var records []byte
	for fragment := range slices.Chunk(message, maxFragment) {
		// Servers that refuse what they do not know in a record's version expect this (RFC 8446, section 5.1).
		records = wire.AppendRecord(records, wire.RecordHandshake, min(o.Version, tls.VersionTLS10), fragment)
	}
	return records, nil
}

// message returns the handshake message (RFC 8446, section 4.1.2).
func (o Offer) message(random, share []byte, padding int) []byte {
	return wire.Message(wire.MessageClientHello, func(b *cryptobyte.Builder) {
		b.AddUint16(min(o.Version, tls.VersionTLS12))
		b.AddBytes(random)
		if o.Version == tls.VersionTLS13 { // middleboxes expect a session (RFC 8446, appendix D.4)
			b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(random) })
		} else {
			b.AddUint8(0)
		}
		b.AddUint16LengthPrefixed(numbers(o.Suites))
		b.AddBytes([]byte{1, 0})       // no compression
		if o.Version <= VersionSSL30 { // which has no extensions
			return
		}
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { o.extensions(b, share, padding) })
	})
}

func (o Offer) extensions(b *cryptobyte.Builder, share []byte, padding int) {
	add := func(kind uint16, body func(*cryptobyte.Builder)) {
		b.AddUint16(kind)
		b.AddUint16LengthPrefixed(body)
	}
	raw := func(body ...byte) func(*cryptobyte.Builder) { return func(b *cryptobyte.Builder) { b.AddBytes(body) } }
	list := func(body func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddUint16LengthPrefixed(body) }
	}
	if o.ServerName != "" { // RFC 6066, section 3
		add(extServerName, list(func(b *cryptobyte.Builder) {
			b.AddUint8(0) // host_name
			b.AddUint16LengthPrefixed(raw([]byte(o.ServerName)...))
		}))
	}
	add(extExtendedMasterSecret, raw())
	add(extRenegotiationInfo, raw(0))
	if len(o.Groups) > 0 {
		add(extSupportedGroups, list(numbers(o.Groups)))
		add(extPointFormats, raw(1, 0)) // uncompressed
	}
	add(extSessionTicket, raw())
	if len(o.Protocols) > 0 {
		add(extALPN, list(func(b *cryptobyte.Builder) {
			for _, p := range o.Protocols {
				b.AddUint8LengthPrefixed(raw([]byte(p)...))
			}
		}))
	}
	add(extStatusRequest, raw(1, 0, 0, 0, 0)) // OCSP, from any responder
	if o.Version >= tls.VersionTLS12 {
		add(extSignatureAlgorithms, list(numbers(signatureSchemes)))
	}
	if o.Version == tls.VersionTLS13 {
		o.extensions13(add, share)
	}
	if padding > 0 {
		add(extPadding, raw(make([]byte, padding)...))
	}
}

// extensions13 adds the extensions of TLS 1.3.
func (o Offer) extensions13(add func(uint16, func(*cryptobyte.Builder)), share []byte) {
	add(extKeyShare, func(b *cryptobyte.Builder) {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			if !o.Retry {
				b.AddUint16(uint16(tls.X25519))
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(share) })
			}
		})
	})
	add(extPSKModes, func(b *cryptobyte.Builder) { b.AddBytes([]byte{1, 1}) }) // with (EC)DHE
	add(extSupportedVersions, func(b *cryptobyte.Builder) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) {
			for v := o.Version; v >= max(o.Min, tls.VersionTLS10); v-- {
				b.AddUint16(v)
			}
		})
	})
}

func numbers[T ~uint16](list []T) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		for _, n := range list {
			b.AddUint16(uint16(n))
		}
	}
}
