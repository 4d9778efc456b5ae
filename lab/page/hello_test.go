package page

import "golang.org/x/crypto/cryptobyte"

// hello returns a ClientHello in a record, with any bytes for SNI and ALPN (RFC 8446, section 4.1.2).
func hello(serverName, protocol string) []byte {
	extension := func(b *cryptobyte.Builder, kind uint16, body func(*cryptobyte.Builder)) {
		b.AddUint16(kind)
		b.AddUint16LengthPrefixed(body)
	}
	var b cryptobyte.Builder
	b.AddBytes([]byte{22, 3, 1})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint8(1)
		b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
			b.AddUint16(0x0303)
			b.AddBytes(make([]byte, 32))
			b.AddUint8(0)
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint16(0xc02b) })
			b.AddBytes([]byte{1, 0})
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				extension(b, 0, func(b *cryptobyte.Builder) {
					b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
						b.AddUint8(0)
						b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(serverName)) })
					})
				})
				extension(b, 16, func(b *cryptobyte.Builder) {
					b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
						b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(protocol)) })
					})
				})
			})
		})
	})
	return b.BytesOrPanic()
}
