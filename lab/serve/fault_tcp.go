package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"example.com/tlslab/lab/wire"
)

// resetOnAccept resets the connection at the client's first byte. Were it reset before, the
// reset would race with the client's connect: measured, curl then says at times that it could
// not connect, and at times that it was reset.
func resetOnAccept(c *conn) error {
	var first [1]byte
	if _, err := c.tap.Read(first[:]); err != nil {
		return err
	}
	return c.reset("on accept")
}

func resetAfterHello(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	return c.reset("after the ClientHello")
}

func closeAfterHello(c *conn) error {
	if err := c.tap.await(); err != nil {
		return err
	}
	return c.finish("after the ClientHello")
}

// silent reads until the client has had enough.
func silent(c *conn) error { return c.tap.drain() }

// resetAfterCertificate lets crypto/tls's handshake pass up to the end of the Certificate.
func resetAfterCertificate(c *conn) error {
	return c.cutCertificate(func(start, end int) int { return end }, func() error {
		return c.reset("after the Certificate")
	})
}

// stalledCertificate lets it pass up to the middle of the Certificate.
func stalledCertificate(c *conn) error {
	return c.cutCertificate(func(start, end int) int { return start + (end-start)/2 }, c.tap.drain)
}

// cutCertificate serves the client as a good server does until it sends its Certificate, in
// the records from start to end of what it writes, and lets that pass as far as until says.
func (c *conn) cutCertificate(until func(start, end int) int, then func() error) error {
	cut := &cut{Conn: c.raw, at: func(p []byte) int {
		if start, end := messageAt(p, wire.MessageCertificate); end > 0 {
			return until(start, end)
		}
		return len(p)
	}}
	c.tap.Conn = cut
	err := c.talk()
	c.tap.Conn = c.raw
	if !cut.done {
		return err
	}
	return then()
}

// cut is a connection that breaks in the middle of what is written to it.
type cut struct {
	net.Conn
	at   func(p []byte) int // how much of it to let pass
	done bool
}

var errCut = errors.New("cut off on purpose")

// Write implements net.Conn.
func (c *cut) Write(p []byte) (int, error) {
	if c.done {
		return 0, errCut
	}
	n := c.at(p)
	if n == len(p) {
		return c.Conn.Write(p)
	}
	c.done = true
	n, err := c.Conn.Write(p[:n])
	return n, errors.Join(errCut, err)
}

// messageAt returns from where to where in p, which is whole records in plaintext, the record
// stands that begins with a handshake message of that type; zeros if there is none.
func messageAt(p []byte, kind wire.MessageType) (start, end int) {
	for end+wire.RecordHeaderLen < len(p) {
		start = end
		end = min(len(p), start+wire.RecordHeaderLen+wire.RecordLen(p[start:]))
		if wire.RecordType(p[start]) == wire.RecordHandshake && wire.MessageType(p[start+wire.RecordHeaderLen]) == kind {
			return start, end
		}
	}
	return 0, 0
}

// pace is how late every record of a slow server comes.
const pace = 100 * time.Millisecond

// slow serves the client as a good server does, a record at a time.
func slow(c *conn) error {
	c.tap.Conn = &paced{Conn: c.raw, closed: c.srv.closed}
	defer func() { c.tap.Conn = c.raw }()
	return c.talk()
}

// paced is a connection that writes every record late.
type paced struct {
	net.Conn
	closed <-chan struct{} // ends the waiting
}

// Write implements net.Conn.
func (c *paced) Write(p []byte) (written int, err error) {
	for written < len(p) {
		late := time.NewTimer(pace) // being late is the fault itself: there is no event to wait for
		select {
		case <-late.C:
		case <-c.closed:
			late.Stop()
			return written, net.ErrClosed
		}
		n := len(p) - written
		if n > wire.RecordHeaderLen {
			n = min(n, wire.RecordHeaderLen+wire.RecordLen(p[written:]))
		}
		n, err = c.Conn.Write(p[written : written+n])
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// truncatedResponse has the service answer, and lets half of the answer pass.
func truncatedResponse(c *conn) error {
	var whole *half
	service := c.srv.options.Service
	err := c.handshakeAndServe(tls.Server(&c.tap, c.srv.config), func(conn net.Conn, s Session) error {
		whole = &half{Conn: conn, of: func(p []byte) (start, end int) { return service.answerIn(s, p) }}
		return service.Serve(whole, s)
	})
	if whole == nil || !whole.done {
		return err
	}
	return c.finish("in the middle of the answer")
}

// half is a connection that passes half of the first answer that is written to it.
type half struct {
	net.Conn
	of   func(p []byte) (start, end int) // where the answer stands in p; zeros if it does not
	done bool
}

// Write implements net.Conn.
func (h *half) Write(p []byte) (int, error) {
	if h.done {
		return 0, io.ErrClosedPipe
	}
	start, end := h.of(p)
	if end == 0 {
		return h.Conn.Write(p)
	}
	h.done = true
	return h.Conn.Write(p[:start+(end-start)/2])
}
