// Package hellos has ClientHellos for tests: recorded and constructed ones.
package hellos

import (
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

//go:embed *.hex
var files embed.FS

// Recorded returns the first flights of real clients, by name. The comment in each file describes the client.
func Recorded() map[string][]byte {
	names, err := fs.Glob(files, "*.hex")
	if err != nil {
		panic(err)
	}
	all := make(map[string][]byte)
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		var digits strings.Builder
		for line := range strings.Lines(string(data)) {
			if !strings.HasPrefix(line, "#") {
				digits.WriteString(strings.TrimSpace(line))
			}
		}
		flight, err := hex.DecodeString(digits.String())
		if err != nil {
			panic(fmt.Sprintf("%s: %v", name, err))
		}
		all[strings.TrimSuffix(name, ".hex")] = flight
	}
	return all
}

const ecdsaAES128GCM = 0xc02b // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256

// Hello is what a constructed ClientHello of TLS 1.2 offers. The values can be anything that fits.
type Hello struct {
	ServerName               string
	CipherSuites             []uint16 // after TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	Groups, SignatureSchemes []uint16
	Protocols                []string
}

// Records returns the ClientHello (RFC 8446, section 4.1.2) in as many records as it needs. It panics if a field is too
// long for its length prefix.
func (h Hello) Records() []byte {
	var b cryptobyte.Builder
	b.AddUint8(1) // client_hello
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16(0x0303)
		b.AddBytes(make([]byte, 32)) // random
		b.AddUint8(0)                // no session
		b.AddUint16LengthPrefixed(numbers(slices.Concat([]uint16{ecdsaAES128GCM}, h.CipherSuites)))
		b.AddBytes([]byte{1, 0}) // no compression
		b.AddUint16LengthPrefixed(h.extensions)
	})
	var stream []byte
	for fragment := range slices.Chunk(b.BytesOrPanic(), 1<<14) {
		stream = append(stream, 22, 3, 1, byte(len(fragment)>>8), byte(len(fragment)))
		stream = append(stream, fragment...)
	}
	return stream
}

func (h Hello) extensions(b *cryptobyte.Builder) {
	extension := func(kind uint16, list func(*cryptobyte.Builder)) {
		b.AddUint16(kind)
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddUint16LengthPrefixed(list) })
	}
	if h.ServerName != "" {
		extension(0, func(b *cryptobyte.Builder) { // server_name
			b.AddUint8(0)
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(h.ServerName)) })
		})
	}
	if h.Groups != nil {
		extension(10, numbers(h.Groups)) // supported_groups
	}
	if h.SignatureSchemes != nil {
		extension(13, numbers(h.SignatureSchemes)) // signature_algorithms
	}
	if h.Protocols != nil {
		extension(16, func(b *cryptobyte.Builder) { // application_layer_protocol_negotiation
			for _, p := range h.Protocols {
				b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(p)) })
			}
		})
	}
}

func numbers(list []uint16) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		for _, n := range list {
			b.AddUint16(n)
		}
	}
}

// Huge returns a ClientHello of some 65,000 bytes, in records. It has either a long server name, or long lists.
func Huge(named bool) []byte {
	if named {
		return Hello{ServerName: strings.Repeat("n", 65_000)}.Records()
	}
	unknown := make([]uint16, 6000)
	for i := range unknown {
		unknown[i] = 0xd000 + uint16(i)
	}
	protocols := slices.Repeat([]string{string(make([]byte, 255))}, 110)
	return Hello{CipherSuites: unknown, Groups: unknown, SignatureSchemes: unknown, Protocols: protocols}.Records()
}
