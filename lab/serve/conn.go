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

// After the server has closed its side, a client may take this long, and send this much, before it closes its own.
// Otherwise a reset could discard what the server sent last.
const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// conn is one connection, from accept to end.
type conn struct {
	srv   *Server
	place uint64 // its number in the order of start
	start time.Time
	ended chan struct{} // closed after it has been observed
	raw   net.Conn
	tap   tap
	slot  slot
	protocol

	plaintext Plaintext // what passed before TLS

	session  Session // what was negotiated so far
	complete bool    // the handshake is complete
	received bool    // the client sent application data
	failure  error   // the error with which reading application data ended
	gone     error   // the error of writing application data, if it says that the client has gone
}

// protocol is the server's side of TLS: crypto/tls's, or the lab's own.
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

// Write implements net.Conn: it writes application data. A client that has gone may be noticed here first.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.protocol.Write(p)
	if socket.IsReset(err) {
		c.gone = err
	}
	return n, err
}

// serve serves the client and records the observation.
func (c *conn) serve() {
	c.tap.bound(time.Now().Add(c.srv.options.Timeout))
	c.tap.watch.say(Event{Kind: EventStart, At: c.start, Client: c.client()})
	err := rescue.Do(c.run)
	c.srv.troubled(err)
	o := c.observe(err)
	c.tap.watch.say(Event{Kind: EventEnd, Observation: &o})
	c.srv.observed(c, o)
	c.shutDown(o.End)
}

// run serves the client: the prologue, if the service has one, and then what comes behind it.
func (c *conn) run() error {
	startTLS, err := c.begin()
	if err != nil || !startTLS {
		return err
	}
	return c.srv.fault.behave(c)
}

// client returns the client's address. There should always be one, but if the system has lost it, this must not panic.
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

// handshakeAndServe does the handshake, and then lets a service answer.
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

// shutDown ends the connection so that the client receives everything that was sent. Closing a TCP connection with
// unread data resets it, and the reset can make the client lose an alert or an answer that it has not read yet (RFC
// 9112, section 9.6). So the server closes its own side first, and waits briefly for the client to close the other.
func (c *conn) shutDown(end End) {
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

// negotiated returns what was negotiated in a handshake that ended with err.
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

// observe returns the observation of the connection, which ended with err.
func (c *conn) observe(err error) Observation {
	if c.protocol == nil { // no handshake was attempted
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
		BytesReceived:     c.tap.in.Bytes + c.plaintext.BytesReceived,
		BytesSent:         c.tap.out.Bytes + c.plaintext.BytesSent,
		Plaintext:         c.plaintext,
	}
	if err == nil {
		o.End = EndServed
		return o
	}
	if why := cmp.Or(c.failure, c.gone); why != nil && !explains(err) { // the service may have replaced the error
		err = why
	}
	if c.srv.wasShed(c) {
		err = errShed
	}
	o.conclude(err, &c.tap)
	return o
}

// explains reports whether an error says why a connection ended, whatever errors reading from it returned since: the
// client broke the rules, the server broke the connection off, or the lab itself failed.
func explains(err error) bool {
	_, misused := errors.AsType[Misuse](err)
	_, broken := errors.AsType[brokenOff](err)
	return misused || broken || trouble.Is(err)
}

// conclude sets how the connection ended. The order matters: an alert that the client sent in plaintext explains
// whatever error crypto/tls returned for it.
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
		// crypto/tls returns EOF for a close_notify, too.
		o.End, o.Error = EndCloseNotify, ""
	default:
		o.End = EndError
	}
}

// firstAlert returns the first alert that is not nil, or nil.
func firstAlert(alerts ...*wire.Alert) *wire.Alert {
	for _, a := range alerts {
		if a != nil {
			return a
		}
	}
	return nil
}

// errorText returns the text of an error without addresses and ephemeral ports, so that it is the same in every run.
func errorText(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Addr != nil {
		return clip(e.Op + ": " + e.Err.Error())
	}
	return clip(err.Error())
}

// subject returns the subject of the first certificate, or "" if there are none.
func subject(certs []*x509.Certificate) string {
	if len(certs) == 0 {
		return ""
	}
	return clip(certs[0].Subject.String())
}

// maxText limits the length of a text that a client can influence, in bytes.
const maxText = 1 << 10

// clip cuts a text to maxText.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(strings.Clone(s[:maxText]), "") + "..." // a clone, so that s itself can be freed
}
