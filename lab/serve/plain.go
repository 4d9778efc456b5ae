package serve

import (
	"errors"
	"fmt"
	"io"
	"net"

	"example.com/tlslab/scenarios"
)

// Plain says how a server treats clients that have not begun TLS. The zero value offers TLS and serves clients without
// it too, as most servers do until they are told otherwise.
type Plain struct {
	// NoTLS says that the server does not offer TLS.
	NoTLS bool
	// RequireTLS says that the server serves no client without TLS. It answers with its protocol's own error.
	RequireTLS bool
}

// Plaintext is what passed between client and server before TLS, or instead of it.
type Plaintext struct {
	BytesReceived int64 `json:"bytes_received"`
	BytesSent     int64 `json:"bytes_sent"`
	// TLS says that the client asked for TLS, and the server agreed.
	TLS bool `json:"starttls"`
}

// maxPlaintext limits what a client may send in plaintext, in bytes.
const maxPlaintext = 64 << 10

// handshakeRecord is the first byte of a TLS connection: the type of a record with a handshake message (RFC 8446,
// section 5.1). No prologue begins with it.
const handshakeRecord = 0x16

// errNoPrologue is the error for a fault in a prologue, of a service that has none.
var errNoPrologue = fmt.Errorf("its service begins TLS at once, so it cannot offer TLS or leave it out: "+
	"choose a service such as postgres or smtp: %w", errors.ErrUnsupported)

// begin has the exchange in plaintext that comes before TLS. It returns true when the next byte from the client is to
// be TLS, and false if the client was served without TLS.
func (c *conn) begin() (startTLS bool, err error) {
	service, f := c.srv.options.Service, c.srv.fault
	if service.Prologue == nil || f.early || f.atOnce {
		return true, nil
	}
	p := &plain{Conn: c.raw, conn: c}
	if service.Direct && !f.noDirect {
		direct, err := p.peek()
		if direct || err != nil {
			return direct, err
		}
	}
	startTLS, err = service.Prologue(p, c.plainSession(), f.plain)
	if err == nil && !startTLS {
		c.received = true
	}
	c.plaintext.TLS = startTLS
	return startTLS, err
}

// plainSession is the session of a client without TLS.
func (c *conn) plainSession() Session { return Session{Scenario: c.srv.scenario.ID} }

// plain is a connection before TLS, or without it. What passes is counted, and is not read as records.
type plain struct {
	net.Conn
	conn  *conn
	first []byte // what peek has read
}

// peek reads the first byte, and reports whether it begins a TLS connection. It is then left for TLS.
func (p *plain) peek() (isTLS bool, err error) {
	var first [1]byte
	if _, err := p.Read(first[:]); err != nil {
		return false, err
	}
	if first[0] != handshakeRecord {
		p.first = first[:]
		return false, nil
	}
	p.conn.plaintext = Plaintext{}
	p.conn.tap.unread(first[:])
	return true, nil
}

// Read implements net.Conn.
func (p *plain) Read(b []byte) (int, error) {
	if len(p.first) > 0 {
		n := copy(b, p.first)
		p.first = p.first[n:]
		return n, nil
	}
	c := p.conn
	left := maxPlaintext - c.plaintext.BytesReceived
	if left <= 0 {
		return 0, errFlood
	}
	n, err := p.Conn.Read(b[:min(int64(len(b)), left)])
	c.plaintext.BytesReceived += int64(n)
	if err != nil {
		c.failure = err
	}
	c.tap.eof = c.tap.eof || err == io.EOF
	return n, err
}

// Write implements net.Conn.
func (p *plain) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	p.conn.plaintext.BytesSent += int64(n)
	return n, err
}

// errSpeaksTLS is the error for a client that was answered in plaintext and speaks TLS.
var errSpeaksTLS = errors.New("the client speaks TLS, and the port does not")

// plainService answers on a port without TLS, in the protocol of a service whose clients begin TLS at once.
func plainService(c *conn) error {
	err := c.srv.options.Service.Serve(&c.tap, c.plainSession())
	if err == nil && c.tap.in.NotTLS {
		c.received = true
		return nil
	}
	if err == nil {
		err = errSpeaksTLS
	}
	if _, isNet := errors.AsType[net.Error](err); isNet || c.tap.in.NotTLS || c.tap.in.Bytes == 0 || c.tap.eof {
		return err
	}
	if err := c.tap.await(); err != nil { // the rest of a ClientHello that the service could not read
		return err
	}
	return c.finish("on a ClientHello, in plaintext")
}

// checkPlain returns an error if a fault needs a prologue and the service has none.
func checkPlain(name scenarios.Fault, f fault, s Service) error {
	if (f.plain != Plain{} || f.atOnce || f.noDirect) && s.Prologue == nil {
		return fmt.Errorf("fault %s: %w", name, errNoPrologue)
	}
	return nil
}
