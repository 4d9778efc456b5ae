package serve

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"
	"strings"

	"example.com/tlslab/lab/wire"
)

// answers returns the behaviour of a server that reads the ClientHello, writes something in plaintext, and waits until
// the client closes the connection.
func answers(with func() []byte) func(*conn) error {
	return func(c *conn) error {
		if err := c.tap.await(); err != nil {
			return err
		}
		if _, err := c.tap.Write(with()); err != nil {
			return err
		}
		return c.tap.drain()
	}
}

// speaksFirst returns the behaviour of a server that writes before the client has sent anything, and waits until the
// client closes the connection.
func speaksFirst(with func() []byte) func(*conn) error {
	return func(c *conn) error {
		if _, err := c.tap.Write(with()); err != nil {
			return err
		}
		return c.tap.drain()
	}
}

// plainHTTP returns a web server's answer to a request that it cannot parse (RFC 9112, section 9.6; RFC 9110, section
// 15.5.1).
func plainHTTP() []byte {
	const body = "400 Bad Request\n"
	var b strings.Builder
	io.WriteString(&b, "HTTP/1.1 400 "+http.StatusText(http.StatusBadRequest)+"\r\n")
	io.WriteString(&b, "Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n")
	io.WriteString(&b, "Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	return []byte(b.String())
}

// bannerSSH returns an SSH server's identification (RFC 4253, section 4.2).
func bannerSSH() []byte { return []byte("SSH-2.0-OpenSSH_9.2p1\r\n") }

// bannerMySQL returns a MySQL server's first packet: protocol 10, the version, a connection number, and a nonce that
// the client must combine with its password.
func bannerMySQL() []byte {
	const (
		capabilities = 0xdfff_f7ff // without CLIENT_SSL: it does no TLS
		utf8mb4      = 0xff
		autocommit   = 0x0002
	)
	nonce := garbage()[:20]
	for i := range nonce {
		nonce[i] = nonce[i]%94 + '!' // never NUL, which would end the nonce
	}
	b := []byte("\x0a8.0.36\x00")
	b = binary.LittleEndian.AppendUint32(b, 8) // connection number
	b = append(append(b, nonce[:8]...), 0)
	b = binary.LittleEndian.AppendUint16(b, capabilities&0xffff)
	b = append(b, utf8mb4)
	b = binary.LittleEndian.AppendUint16(b, autocommit)
	b = binary.LittleEndian.AppendUint16(b, capabilities>>16)
	b = append(b, byte(len(nonce)+1))
	b = append(b, make([]byte, 10)...)
	b = append(append(b, nonce[8:]...), 0)
	b = append(b, "caching_sha2_password\x00"...)
	return append([]byte{byte(len(b)), byte(len(b) >> 8), byte(len(b) >> 16), 0}, b...)
}

// garbage returns 256 meaningless bytes, always the same.
func garbage() []byte {
	var b []byte
	for i := range byte(256 / sha256.Size) {
		sum := sha256.Sum256([]byte{'g', 'a', 'r', 'b', 'a', 'g', 'e', i})
		b = append(b, sum[:]...)
	}
	return b
}

// oversizedRecord returns a handshake record of 65,535 bytes.
func oversizedRecord() []byte {
	const size = 1<<16 - 1
	return wire.AppendRecord(nil, wire.RecordHandshake, tls.VersionTLS12, make([]byte, size))
}

// shortRecord sends half of a handshake record's body and closes the connection.
func shortRecord(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	body := garbage()
	record := wire.AppendRecord(nil, wire.RecordHandshake, tls.VersionTLS12, body)
	if _, err := c.tap.Write(record[:len(record)-len(body)/2]); err != nil {
		return err
	}
	return c.finish("in the middle of a record")
}
