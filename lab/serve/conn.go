package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// A client is given this much to close its side after the server has closed its
// own, so that nothing the server said is lost to a reset.
const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// conn is one connection, from accept to end.
type conn struct {
	srv   *Server
	place uint64 // in the order of start
	start time.Time
	ended chan struct{} // closed when it has been observed
	tap   tap
	*tls.Conn

	session  Session // as far as it came to that
	complete bool    // the handshake
	received bool    // the client sent application data
	failure  error   // what reading application data ended with
}

func newConn(srv *Server, raw net.Conn, place uint64) *conn {
	return &conn{srv: srv, place: place, start: time.Now(), ended: make(chan struct{}), tap: newTap(raw)}
}

// Read implements net.Conn: it reads application data.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received = c.received || n > 0
	if err != nil {
		c.failure = err
	}
	return n, err
}

// serve serves the client and records what was seen of it.
func (c *conn) serve() {
	c.tap.bound(time.Now().Add(c.srv.options.Timeout))
	c.Conn = tls.Server(&c.tap, c.srv.config)
	err := c.Handshake()
	c.complete = err == nil
	c.session = c.negotiated(err)
	if err == nil {
		err = c.srv.options.Service.Serve(c, c.session)
	}
	o := c.observe(err)
	c.srv.observed(c, o)
	c.part(o.End)
}

// part says goodbye. Closing a TCP connection with bytes unread resets it, and a
// reset can overtake the alert or the answer that the client was to read (RFC
// 9112, section 9.6): so the server closes its own side, and waits a little for
// the client to close the other.
func (c *conn) part(end End) {
	switch end {
	case EndEOF, EndReset, EndTimeout:
		return
	}
	c.tap.bound(time.Now().Add(lingerTime))
	if c.complete {
		c.CloseWrite()
	}
	if end == EndCloseNotify {
		return
	}
	if tcp, ok := c.tap.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	io.CopyN(io.Discard, c.tap.Conn, lingerBytes)
}

// negotiated returns what client and server came to know of each other in a
// handshake that ended with err.
func (c *conn) negotiated(err error) Session {
	state := c.ConnectionState()
	s := Session{
		Scenario:          c.srv.scenario.ID,
		HelloRetry:        c.tap.out.isHelloRetry(),
		Protocol:          state.NegotiatedProtocol,
		ClientCertificate: subject(state.PeerCertificates),
	}
	if hello, malformed := parseClientHello(c.tap.in.clientHello()); malformed == nil {
		s.Hello = hello
	}
	if state.Version != 0 {
		s.Version = versionName(state.Version)
	}
	if state.CipherSuite != 0 {
		s.CipherSuite = cipherSuiteName(state.CipherSuite)
	}
	if state.CurveID != 0 {
		s.Group = groupName(state.CurveID)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		s.ClientCertificate = subject(e.UnverifiedCertificates)
	}
	return s
}

// observe returns what was seen of the connection, which ended with err.
func (c *conn) observe(err error) Observation {
	o := Observation{
		Start:             c.start,
		Duration:          time.Since(c.start),
		Hello:             c.session.Hello,
		HelloRetry:        c.session.HelloRetry,
		Version:           c.session.Version,
		CipherSuite:       c.session.CipherSuite,
		Group:             c.session.Group,
		Protocol:          c.session.Protocol,
		HandshakeComplete: c.complete,
		ClientCertificate: c.session.ClientCertificate,
		ApplicationData:   c.received,
		BytesReceived:     c.tap.in.bytes,
		BytesSent:         c.tap.out.bytes,
	}
	if err == nil {
		o.End = EndServed
		return o
	}
	if c.failure != nil { // the service may have put it in other words
		err = c.failure
	}
	o.conclude(err, &c.tap)
	return o
}

// conclude says how the connection ended. The order matters: what the client sent
// in plaintext explains whatever error crypto/tls made of it.
func (o *Observation) conclude(err error, t *tap) {
	o.Error = errorText(err)
	o.AlertReceived = firstAlert(t.in.alert, remoteAlert(err))
	if o.AlertReceived != nil {
		o.End = EndAlertReceived
		return
	}
	o.AlertSent = firstAlert(t.out.alert, localAlert(err))
	switch {
	case o.AlertSent != nil:
		o.End = EndAlertSent
	case t.in.notTLS:
		o.End = EndNotTLS
	case errors.Is(err, os.ErrDeadlineExceeded):
		o.End = EndTimeout
	case isReset(err):
		o.End = EndReset
	case t.eof:
		o.End = EndEOF
	case errors.Is(err, io.EOF):
		// crypto/tls says EOF for a close_notify as well.
		o.End, o.Error = EndCloseNotify, ""
	default:
		o.End = EndError
	}
}

// firstAlert returns the first of the alerts that is not nil.
func firstAlert(alerts ...*Alert) *Alert {
	for _, a := range alerts {
		if a != nil {
			return a
		}
	}
	return nil
}

// errorText returns the text of an error without addresses and ephemeral ports, so
// that it is the same in every run.
func errorText(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Addr != nil {
		return e.Op + ": " + e.Err.Error()
	}
	return err.Error()
}

// subject returns the subject of the first certificate.
func subject(certs []*x509.Certificate) string {
	if len(certs) == 0 {
		return ""
	}
	return certs[0].Subject.String()
}
