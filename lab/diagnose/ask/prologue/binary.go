package prologue

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// xmpp asks for TLS in a stream of XML (RFC 6120, section 5.4).
func xmpp(c *conn, host string) error {
	var to bytes.Buffer
	if err := xml.EscapeText(&to, []byte(host)); err != nil {
		return err
	}
	open := "<?xml version='1.0'?><stream:stream to='" + to.String() + "' xmlns='jabber:client' " +
		"xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
	if err := c.send(open); err != nil {
		return err
	}
	const streamEnd = "</stream:stream>"
	features, err := c.until("</stream:features>", "<stream:features/>", streamEnd, "\n\n")
	switch {
	case err != nil:
		return err
	case !strings.Contains(features, "<stream:stream"):
		return unexpected(features)
	case !strings.Contains(features, "urn:ietf:params:xml:ns:xmpp-tls"):
		return fmt.Errorf("%w: its features have no <starttls/>", ErrNotOffered)
	}
	if err := c.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"); err != nil {
		return err
	}
	answer, err := c.until(">")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(answer, "<proceed") {
		return notOffered(answer)
	}
	if !strings.HasSuffix(answer, "/>") {
		_, err = c.until("</proceed>")
	}
	return err
}

// startTLS is the name of the extended operation (RFC 4511, section 4.14.1).
const startTLS = "1.3.6.1.4.1.1466.20037"

// Tags of LDAP messages (RFC 4511, section 4.12).
const (
	extendedRequest  = asn1.Tag(0x77) // [APPLICATION 23], constructed
	extendedResponse = asn1.Tag(0x78) // [APPLICATION 24], constructed
	requestName      = asn1.Tag(0x80) // [0]
)

// ldap asks for TLS by an extended operation (RFC 4511, section 4.14).
func ldap(c *conn, _ string) error {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1) // messageID
		b.AddASN1(extendedRequest, func(b *cryptobyte.Builder) {
			b.AddASN1(requestName, func(b *cryptobyte.Builder) { b.AddBytes([]byte(startTLS)) })
		})
	})
	if err := c.send(string(b.BytesOrPanic())); err != nil {
		return err
	}
	message, err := c.berElement()
	if err != nil {
		return err
	}
	s := cryptobyte.String(message)
	var id int64
	if !s.ReadASN1Integer(&id) {
		return unexpected(string(message))
	}
	// The response is in BER, so lengths can have more bytes than DER allows: only the result code is read.
	code, ok := resultCode(s)
	switch {
	case !ok:
		return unexpected(string(message))
	case code != 0:
		return fmt.Errorf("%w: LDAP result code %d", ErrNotOffered, code)
	}
	return nil
}

// berElement reads a SEQUENCE in BER and returns its content.
func (c *conn) berElement() ([]byte, error) {
	head, err := c.read(2)
	if err != nil {
		return nil, err
	}
	if head[0] != byte(asn1.SEQUENCE) {
		return nil, unexpected(string(c.got))
	}
	n := int(head[1])
	if n >= 0x80 {
		size, err := c.read(n & 0x7f)
		if err != nil {
			return nil, err
		}
		if n = 0; len(size) > 4 {
			return nil, unexpected(string(c.got))
		}
		for _, b := range size {
			n = n<<8 | int(b)
		}
	}
	return c.read(n)
}

// resultCode returns the result code of an ExtendedResponse in BER.
func resultCode(s []byte) (int, bool) {
	if len(s) < 2 || asn1.Tag(s[0]) != extendedResponse {
		return 0, false
	}
	s = s[1:]
	skip := 1
	if s[0] >= 0x80 {
		skip += int(s[0] & 0x7f)
	}
	if len(s) < skip+3 || asn1.Tag(s[skip]) != asn1.ENUM || s[skip+1] != 1 {
		return 0, false
	}
	return int(s[skip+2]), true
}

// postgres asks for TLS with an SSLRequest (PostgreSQL, "Frontend/Backend Protocol", SSL Session Encryption).
func postgres(c *conn, _ string) error {
	const length, code = 8, 80877103
	request := binary.BigEndian.AppendUint32(nil, length)
	if err := c.send(string(binary.BigEndian.AppendUint32(request, code))); err != nil {
		return err
	}
	answer, err := c.read(1)
	if err != nil {
		return err
	}
	switch answer[0] {
	case 'S':
		return nil
	case 'N', 'E': // E: an old server's error
		return notOffered(string(answer))
	}
	return unexpected(string(answer))
}

// MySQL's capabilities ("MySQL Internals", Capabilities Flags).
const (
	clientProtocol41       = 0x0000_0200
	clientSSL              = 0x0000_0800
	clientSecureConnection = 0x0000_8000
	clientPluginAuth       = 0x0008_0000
)

// mysql reads the server's greeting, and asks for TLS with an SSLRequest packet ("MySQL Internals", Connection Phase).
func mysql(c *conn, _ string) error {
	head, err := c.read(4)
	if err != nil {
		return err
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if head[3] != 0 || n < 4 {
		return unexpected(string(c.got))
	}
	packet, err := c.read(n)
	if err != nil {
		return err
	}
	const version, failed = 10, 0xff
	if packet[0] == failed {
		return notOffered(string(packet[3:]))
	}
	_, rest, ok := bytes.Cut(packet, []byte{0})                   // the protocol's version and the server's
	if packet[0] != version || !ok || len(rest) < 4+8+1+2+1+2+2 { // … up to the upper capabilities
		return unexpected(string(packet))
	}
	if binary.LittleEndian.Uint16(rest[4+8+1:])&clientSSL == 0 {
		return fmt.Errorf("%w: its greeting has no CLIENT_SSL", ErrNotOffered)
	}
	const size, sequence, maxPacket, utf8mb4 = 32, 1, 1 << 24, 45
	b := []byte{size, 0, 0, sequence}
	b = binary.LittleEndian.AppendUint32(b, clientProtocol41|clientSSL|clientSecureConnection|clientPluginAuth)
	b = binary.LittleEndian.AppendUint32(b, maxPacket)
	b = append(b, utf8mb4)
	return c.send(string(append(b, make([]byte, 4+size-len(b))...)))
}
