package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"example.com/tlslab/lab/wire"
)

// resetOnAccept resets the connection when the client's first byte arrives. An earlier reset would race with the
// client's connect: curl then sometimes reports that it could not connect, and sometimes that the connection was reset.
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

// silent sends nothing, and reads until the client gives up.
func silent(c *conn) error { return c.tap.drain() }

// resetAfterCertificate lets crypto/tls's handshake pass up to the end of the Certificate, and then resets the
// connection.
func resetAfterCertificate(c *conn) error {
	return c.cutCertificate(func(start, end int) int { return end }, func() error {
		return c.reset("after the Certificate")
	})
}

// stalledCertificate lets the handshake pass up to the middle of the Certificate, and then sends nothing more.
func stalledCertificate(c *conn) error {
	return c.cutCertificate(func(start, end int) int { return start + (end-start)/2 }, c.tap.drain)
}

// cutCertificate serves the client correctly up to a point in the write that contains the server's Certificate. The
// record of that message is from start to end, and until returns the point. Then cutCertificate calls then.
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

// cut is a connection that breaks in the middle of a write.
type cut struct {
	net.Conn
	at   func(p []byte) int // returns how much of p to let pass; len(p) means that the connection goes on
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

// messageAt returns the start and end of the first record in p that begins with a handshake message of that type, or
// zeros without one. p must consist of whole records in plaintext.
func messageAt(p []byte, kind wire.MessageType) (start, end int) {
	for end+wire.RecordHeaderLen < len(p) {
		start = end
		end = min(len(p), start+wire.RecordHeaderLen+wire.RecordLen(p[start:]))
		message := wire.MessageType(p[start+wire.RecordHeaderLen])
		if wire.RecordType(p[start]) == wire.RecordHandshake && message == kind {
			return start, end
		}
	}
	return 0, 0
}

// pace is the delay of every record of a slow server.
const pace = 100 * time.Millisecond

// slow serves the client correctly, but delays every record.
func slow(c *conn) error {
	c.tap.Conn = &paced{Conn: c.raw, closed: c.srv.closed}
	defer func() { c.tap.Conn = c.raw }()
	return c.talk()
}

// paced is a connection that delays every record that is written to it.
type paced struct {
	net.Conn
	closed <-chan struct{} // ends the delay
}

// Write implements net.Conn.
func (c *paced) Write(p []byte) (written int, err error) {
	for written < len(p) {
		late := time.NewTimer(pace) // the delay is the fault itself, not a wait for something
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

// truncatedResponse lets half of the service's answer pass.
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

// half is a connection that lets half of the first answer pass.
type half struct {
	net.Conn
	of   func(p []byte) (start, end int) // returns where the answer is in p, or zeros
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
	n, err := h.Conn.Write(p[:start+(end-start)/2])
	return n, errors.Join(io.ErrShortWrite, err) // so that the service does not wait for what the client says to it
}
