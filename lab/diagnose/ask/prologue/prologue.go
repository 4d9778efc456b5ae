// Package prologue has the client's side of the short exchanges in plaintext after which TLS begins: STARTTLS of mail,
// directories and chat, and its counterparts in databases. Each is one entry in a table.
//
// Nothing is sent but what asks for TLS. What a server sends is bounded; the caller must set deadlines.
package prologue

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Errors of [Run]. Other errors are those of the connection.
var (
	// ErrNotOffered says that the server speaks the protocol, and does not do TLS on this port.
	ErrNotOffered = errors.New("the server does not offer TLS here")
	// ErrUnexpected says that the server does not speak the protocol.
	ErrUnexpected = errors.New("the server does not speak this protocol")
)

// MaxGreeting limits how much is read, in bytes.
const MaxGreeting = 64 << 10

// exchange is one protocol's way to begin TLS.
type exchange func(c *conn, host string) error

// exchanges are the known prologues, by name.
var exchanges = map[string]exchange{
	"smtp": lines{ // RFC 3207
		{expect: "2", until: lastReply},
		{send: "EHLO tlslab.invalid\r\n", expect: "250", until: lastReply, offers: "STARTTLS"},
		{send: "STARTTLS\r\n", expect: "220", until: lastReply, refusal: true},
	}.run,
	"imap": lines{ // RFC 3501, section 6.2.1
		{expect: "* OK"},
		{send: "a CAPABILITY\r\n", expect: "a OK", until: tagged("a "), offers: "STARTTLS"},
		{send: "b STARTTLS\r\n", expect: "b OK", until: tagged("b "), refusal: true},
	}.run,
	"pop3": lines{ // RFC 2595, section 4
		{expect: "+OK"},
		{send: "STLS\r\n", expect: "+OK", refusal: true},
	}.run,
	"ftp": lines{ // RFC 4217, section 4
		{expect: "2", until: lastReply},
		{send: "AUTH TLS\r\n", expect: "234", until: lastReply, refusal: true},
	}.run,
	"nntp": lines{ // RFC 4642, section 2.2
		{expect: "20"},
		{send: "STARTTLS\r\n", expect: "382", refusal: true},
	}.run,
	"sieve": lines{ // RFC 5804, section 2.2
		{expect: "OK", until: sieveReply, offers: "\"STARTTLS\""},
		{send: "STARTTLS\r\n", expect: "OK", until: sieveReply, refusal: true},
	}.run,
	"xmpp":     xmpp,
	"ldap":     ldap,
	"postgres": postgres,
	"mysql":    mysql,
}

// Names returns the names of all prologues, sorted.
func Names() []string { return slices.Sorted(maps.Keys(exchanges)) }

// Known reports whether there is a prologue with that name.
func Known(name string) bool { return exchanges[name] != nil }

// Run asks a server to begin TLS. host is the server's name, which XMPP sends. It returns what the server sent in
// plaintext, at most [MaxGreeting] bytes, also if it fails. It reads nothing beyond the prologue, so that the next byte
// is TLS.
func Run(rw io.ReadWriter, name, host string) (greeting []byte, err error) {
	exchange := exchanges[name]
	if exchange == nil {
		return nil, fmt.Errorf("there is no prologue %q: write one of %s", name, strings.Join(Names(), ", "))
	}
	c := &conn{rw: rw}
	err = exchange(c, host)
	if errors.Is(err, io.EOF) && len(c.got) > 0 {
		err = fmt.Errorf("%w: it closed the connection after %d bytes", ErrUnexpected, len(c.got))
	}
	return c.got, err
}

// conn reads byte by byte: what follows the last byte of a prologue is TLS and must stay unread.
type conn struct {
	rw  io.ReadWriter
	got []byte
}

func (c *conn) send(s string) error {
	_, err := io.WriteString(c.rw, s)
	return err
}

// read returns the next n bytes.
func (c *conn) read(n int) ([]byte, error) {
	if n < 0 || n > MaxGreeting-len(c.got) {
		return nil, fmt.Errorf("%w: it sent more than %d bytes", ErrUnexpected, MaxGreeting)
	}
	start := len(c.got)
	c.got = append(c.got, make([]byte, n)...)
	m, err := io.ReadFull(c.rw, c.got[start:])
	c.got = c.got[:start+m]
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return c.got[start:], err
}

// line returns the next line, without its end.
func (c *conn) line() (string, error) { return c.until("\n") }

// until reads up to and including any of the given ends, and returns what it read without white space around it.
func (c *conn) until(ends ...string) (string, error) {
	start := len(c.got)
	for {
		if _, err := c.read(1); err != nil {
			return string(c.got[start:]), err
		}
		for _, end := range ends {
			if bytes.HasSuffix(c.got[start:], []byte(end)) {
				return strings.TrimSpace(string(c.got[start:])), nil
			}
		}
	}
}

// unexpected returns an error that quotes what a server sent.
func unexpected(got string) error {
	const most = 80
	return fmt.Errorf("%w: it sent %q", ErrUnexpected, got[:min(len(got), most)])
}

// notOffered returns an error that quotes how a server refused TLS.
func notOffered(got string) error {
	const most = 80
	return fmt.Errorf("%w: it sent %q", ErrNotOffered, got[:min(len(got), most)])
}
