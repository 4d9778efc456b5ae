package codes

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

// Protocols that begin with a length or a type mistake the first bytes of another protocol for these. The number that
// they then complain about spells these bytes: a size of 1213486160 is "HTTP", one of 369295616 the header of a TLS
// record.

// What the bytes of another protocol tell.
var (
	plainPort   = Code{Space: Bytes, Name: "plain text", Classes: []failure.Class{failure.NotTLS}, Cause: "plain-port"}
	plainClient = Code{
		Space: Bytes, Name: "TLS record", Classes: []failure.Class{failure.NotTLS}, Cause: "plain-client",
	}
	otherServer = Code{Space: Bytes, Name: "HTTP", Classes: []failure.Class{failure.NotTLS}, Cause: "other-service"}
)

// httpMethods are the first four bytes of HTTP requests.
var httpMethods = []string{"GET ", "POST", "HEAD", "PUT ", "OPTI", "CONN", "DELE", "PATC", "PRI "}

// recordTypes are the types of TLS records that begin a connection or end it early (RFC 8446, section 5.1).
const (
	recordAlert     = 0x15
	recordHandshake = 0x16
)

// tlsRecord reports whether bytes begin a TLS record: a type, the major version 3, and a minor version up to 4.
func tlsRecord(b []byte) bool {
	return len(b) >= 3 && (b[0] == recordHandshake || b[0] == recordAlert) && b[1] == 3 && b[2] <= 4
}

// plainText reports whether bytes are printable ASCII.
func plainText(b []byte) bool {
	return strings.IndexFunc(string(b), func(r rune) bool { return (r < ' ' || r > '~') && r != '\r' && r != '\n' }) < 0
}

// size reads four bytes that were taken for a length.
func size(digits string) (Code, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1<<24 || n > 1<<32-1 {
		return Code{}, false
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(n))
	switch {
	case tlsRecord(b) && b[0] == recordHandshake: // the ClientHello of a client that speaks TLS to a plain port
		return tlsToPlain, true
	case tlsRecord(b): // the alert of a TLS server
		return plainClient, true
	case slices.Contains(httpMethods, string(b)):
		return httpRequest, true
	case plainText(b):
		return otherServer, true
	}
	return Code{}, false
}

// recordLength reads two bytes, the fourth and fifth, that were taken for the length of a TLS record: those of
// "HTTP/1.1" make it 20527.
func recordLength(digits string) (Code, bool) {
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || !plainText(binary.BigEndian.AppendUint16(nil, uint16(n))) || n < 0x0a0a {
		return Code{}, false
	}
	return plainPort, true
}

// firstByte reads the first byte of an answer, as Go, Python and C write it in quotes.
func firstByte(quoted string) (Code, bool) {
	switch quoted {
	case `\x15`, `\x16`, `\u0015`, `\u0016`, `\025`, `\026`, "\x15", "\x16":
		return plainClient, true
	case "H":
		return otherServer, true
	}
	return Code{}, false
}

// undirected adapts a reader of the first group.
func undirected(read func(string) (Code, bool)) func([]string) (Code, Direction, bool) {
	return func(g []string) (Code, Direction, bool) {
		c, ok := read(g[1])
		return c, Undirected, ok
	}
}

// httpRequest is what a server of another protocol says of a client that speaks HTTP to it.
var httpRequest = Code{
	Space: Bytes, Name: "HTTP request", Classes: []failure.Class{failure.NotTLS}, Cause: "other-service",
}

// FromServer reports whether the code shows that a server wrote the message: only servers read a ClientHello or an HTTP
// request.
func (c Code) FromServer() bool {
	return c.Space == Bytes && (c.Name == httpRequest.Name || c.Name == tlsToPlain.Name && c.Cause == tlsToPlain.Cause)
}

// tlsToPlain is what a plain server logs of a client that speaks TLS to it.
var tlsToPlain = Code{Space: Bytes, Name: "TLS record", Classes: []failure.Class{failure.NotTLS}, Cause: "plain-port"}

// byteFinders returns the finders of bytes of another protocol.
func byteFinders() []finder {
	return []finder{
		{any: []string{"nvalid receive", "rame size", "rame length", "rame of length", "essage size", "essage length",
			"size exceeds", "length exceeds", "oo large"},
			expr: lazyregexp.New(`(?i)(?:size|length|frame|large)[^\n0-9]{0,24}\b(\d{8,10})\b`),
			code: undirected(size)},
		{any: []string{"oversized record", "record overflow", "record too l"},
			expr: lazyregexp.New(`(?:oversized record received with length|record too l\w+\D{0,20}) ?(\d{4,5})\b`),
			code: undirected(recordLength)},
		{any: []string{"as reply type byte", "got \"", "reply type"},
			expr: lazyregexp.New(`got "([^"]{1,6})" as (?:reply type|initial reply) byte`),
			code: undirected(firstByte)},
		// A plain server logs the first bytes of a TLS client's ClientHello. A plain client reports the alert of a TLS
		// server.
		{any: []string{`\x16\x03`, `\u0016\u0003`}, expr: lazyregexp.New(`\\(?:x|u00)16\\(?:x|u00)03`),
			code: func([]string) (Code, Direction, bool) { return tlsToPlain, Undirected, true }},
		{any: []string{`\x15\x03`, `\u0015\u0003`}, expr: lazyregexp.New(`\\(?:x|u00)15\\(?:x|u00)03`),
			code: func([]string) (Code, Direction, bool) { return plainClient, Undirected, true }},
	}
}
