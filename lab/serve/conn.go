package serve

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/wire"
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
	raw   net.Conn
	tap   tap
	slot  slot
	protocol

	session  Session // as far as it came to that
	complete bool    // the handshake
	received bool    // the client sent application data
	failure  error   // what reading application data ended with
	gone     error   // what writing it ended with, if that says that the client has gone
}

// protocol is what speaks TLS with a client: crypto/tls's server, or the lab's own.
type protocol interface {
	net.Conn
	Handshake() error
	CloseWrite() error
	ConnectionState() tls.ConnectionState
}

func newConn(srv *Server, raw net.Conn, place uint64) *conn {
	c := &conn{srv: srv, place: place, start: time.Now(), ended: make(chan struct{}), raw: raw, tap: newTap(raw)}
	c.tap.watch = srv.newWatch(place, c.start)
	return c
}

// Read implements net.Conn: it reads application data.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.protocol.Read(p)
	c.received = c.received || n > 0
	if err != nil {
		c.failure = err
	}
	return n, err
}

// Write implements net.Conn: it writes application data. A client may have gone before anybody reads that it has.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.protocol.Write(p)
	if socket.IsReset(err) {
		c.gone = err
	}
	return n, err
}

// serve serves the client and records what was seen of it.
func (c *conn) serve() {
	c.tap.bound(time.Now().Add(c.srv.options.Timeout))
	c.tap.watch.say(Event{Kind: EventStart, At: c.start, Client: c.client()})
	err := rescue.Do(func() error { return c.srv.fault.behave(c) })
	c.srv.troubled(err)
	o := c.observe(err)
	c.tap.watch.say(Event{Kind: EventEnd, Observation: &o})
	c.srv.observed(c, o)
	c.part(o.End)
}

// client returns the client's address. There is always one; a system that has lost it is no reason to panic.
func (c *conn) client() string {
	if addr := c.raw.RemoteAddr(); addr != nil {
		return addr.String()
	}
	return ""
}

// talk serves the client as a good server does.
func (c *conn) talk() error {
	return c.handshakeAndServe(tls.Server(&c.tap, c.srv.config), c.srv.options.Service.Serve)
}

// handshakeAndServe has a protocol shake hands, and then a service answer.
func (c *conn) handshakeAndServe(p protocol, answer func(net.Conn, Session) error) error {
	c.protocol, c.tap.ends = p, true
	err := p.Handshake()
	c.complete = err == nil
	c.session = c.negotiated(err)
	if err != nil {
		return err
	}
	c.srv.settle(c)
	agreed := c.session
	c.tap.watch.say(Event{Kind: EventHandshake, Session: &agreed})
	return answer(c, c.session)
}

// part says goodbye. Closing a TCP connection with bytes unread resets it, and a
// reset can overtake the alert or the answer that the client was to read (RFC
// 9112, section 9.6): so the server closes its own side, and waits a little for
// the client to close the other.
func (c *conn) part(end End) {
	switch end {
	case EndEOF, EndReset, EndTimeout, EndBrokenOff, EndRelayed, EndInternal:
		return
	}
	c.tap.bound(time.Now().Add(lingerTime))
	if c.complete && c.protocol != nil {
		c.CloseWrite()
	}
	if end == EndCloseNotify {
		return
	}
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	io.CopyN(io.Discard, c.raw, lingerBytes)
}

// negotiated returns what client and server came to know of each other in a
// handshake that ended with err.
func (c *conn) negotiated(err error) Session {
	state := c.ConnectionState()
	s := Session{
		Scenario:          c.srv.scenario.ID,
		Hello:             c.tap.hello(),
		HelloRetry:        c.tap.out.IsHelloRetry(),
		Protocol:          state.NegotiatedProtocol,
		ClientCertificate: subject(state.PeerCertificates),
	}
	if state.Version != 0 {
		s.Version = wire.VersionName(state.Version)
	}
	if state.CipherSuite != 0 {
		s.CipherSuite = wire.CipherSuiteName(state.CipherSuite)
	}
	if state.CurveID != 0 {
		s.Group = wire.GroupName(state.CurveID)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		s.ClientCertificate = subject(e.UnverifiedCertificates)
	}
	return s
}

// observe returns what was seen of the connection, which ended with err.
func (c *conn) observe(err error) Observation {
	if c.protocol == nil { // it did not come to a handshake
		c.session.Hello = c.tap.hello()
	}
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
		BytesReceived:     c.tap.in.Bytes,
		BytesSent:         c.tap.out.Bytes,
	}
	if err == nil {
		o.End = EndServed
		return o
	}
	if why := cmp.Or(c.failure, c.gone); why != nil && !explains(err) { // the service may have put it in other words
		err = why
	}
	if c.srv.wasShed(c) {
		err = errShed
	}
	o.conclude(err, &c.tap)
	return o
}

// explains reports whether an error says why a connection ended, whatever reading from it has ended
// with since: the client broke the rules, or the server broke the connection off.
func explains(err error) bool {
	_, misused := errors.AsType[Misuse](err)
	_, broken := errors.AsType[brokenOff](err)
	return misused || broken || trouble.Is(err)
}

// conclude says how the connection ended. The order matters: what the client sent
// in plaintext explains whatever error crypto/tls made of it.
func (o *Observation) conclude(err error, t *tap) {
	o.Error = errorText(err)
	if trouble.Is(err) {
		o.End = EndInternal
		return
	}
	o.AlertReceived = firstAlert(t.in.Alert, remoteAlert(err))
	if o.AlertReceived != nil {
		o.End = EndAlertReceived
		return
	}
	o.AlertSent = firstAlert(t.out.Alert, localAlert(err))
	_, brokenOff := errors.AsType[brokenOff](err)
	switch {
	case errors.Is(err, errRelayed):
		o.End, o.Error = EndRelayed, ""
		if errors.Is(err, errServerLeft) {
			o.Error = "closed by the server"
		}
	case brokenOff:
		o.End = EndBrokenOff
	case o.AlertSent != nil:
		o.End = EndAlertSent
	case t.in.NotTLS:
		o.End = EndNotTLS
	case errors.Is(err, os.ErrDeadlineExceeded):
		o.End = EndTimeout
	case socket.IsReset(err):
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
func firstAlert(alerts ...*wire.Alert) *wire.Alert {
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
		return clip(e.Op + ": " + e.Err.Error())
	}
	return clip(err.Error())
}

// subject returns the subject of the first certificate.
func subject(certs []*x509.Certificate) string {
	if len(certs) == 0 {
		return ""
	}
	return clip(certs[0].Subject.String())
}

// maxText bounds a text that a client has a part in, in bytes.
const maxText = 1 << 10

// clip cuts a text to maxText.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(strings.Clone(s[:maxText]), "") + "..." // the whole of it can be collected
}
