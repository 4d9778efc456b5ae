package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"example.com/tlslab/lab/internal/rescue"
)

// idleTime is how long a relayed connection may pass nothing in either direction: drivers of
// databases keep theirs, and ask every ten seconds whether the server is still there.
const idleTime = time.Minute

// errRelayed is the end of a connection whose client has left after something encrypted had
// passed: whether it was served is between the two ends.
var (
	errRelayed = errors.New("relayed")
	// errServerLeft is the same where the server was the first to close: it may have refused the
	// client, or have answered its goodbye before it was gone.
	errServerLeft = fmt.Errorf("%w; closed by the server", errRelayed)
)

// relaying is how a server behaves that relays to one that ends TLS by itself.
func relaying(to *Upstream) fault {
	if to.Addr == "" {
		return fault{listen: hold(reserve)}
	}
	return fault{listen: listen, behave: func(c *conn) error { return c.relay(to.Addr) }}
}

// relay passes what client and server say to each other until both are done.
func (c *conn) relay(addr string) error {
	up, err := net.DialTimeout("tcp", addr, c.srv.options.Timeout)
	if err != nil {
		return err
	}
	defer func() {
		up.Close()
		c.srv.relayed.Add(1)
	}()
	c.tap.out.limit = maxServerHello

	// Who was the first to leave is noted before the other is told, who may then leave at once. One
	// that cannot be written to has left as well.
	serverLeft := make(chan bool, 2)
	answered := make(chan error, 1)
	go func() {
		to := &alive{Writer: &c.tap, client: c.raw, server: up}
		err := pass(to, up)
		serverLeft <- to.err == nil
		if tcp, ok := c.raw.(*net.TCPConn); ok {
			tcp.CloseWrite()
		}
		answered <- err
	}()
	asked := make(chan error, 1)
	go func() {
		to := &alive{Writer: up, client: c.raw, server: up}
		err := pass(to, &c.tap)
		serverLeft <- to.err != nil
		if tcp, ok := up.(*net.TCPConn); ok {
			tcp.CloseWrite()
		}
		asked <- err
	}()
	serverFirst := <-serverLeft
	var failed error // of the answers
	if serverFirst {
		failed = <-answered
		err = cmp.Or(<-asked, failed)
	} else {
		err = <-asked
		up.SetReadDeadline(time.Now().Add(lingerTime)) // it has been told
		failed = <-answered
	}
	if both := errors.Join(err, failed); IsTrouble(both) {
		return both
	}

	c.complete = c.tap.in.encrypted() || c.tap.out.encrypted()
	c.received = c.tap.in.encrypted()
	c.session.Hello, c.session.HelloRetry = c.tap.hello(), c.tap.out.isHelloRetry()
	if version, suite, ok := parseServerHello(c.tap.out.message); ok {
		c.session.Version, c.session.CipherSuite = versionName(version), cipherSuiteName(suite)
	}
	switch {
	case c.tap.out.alert != nil:
		return errors.New("refused by the server")
	case c.complete && serverFirst:
		return errServerLeft
	case c.complete:
		return errRelayed
	case serverFirst && !c.tap.in.notTLS:
		return brokenOff("closed by the server")
	}
	return cmp.Or(err, io.EOF)
}

// pass copies until either end is done. It runs on a goroutine of its own, which must not panic.
func pass(to io.Writer, from io.Reader) error {
	return rescue.Do(func() error {
		_, err := io.Copy(to, from)
		return err
	})
}

// alive is a writer that gives both ends of a relay more time whenever something passes.
type alive struct {
	io.Writer
	client, server net.Conn
	err            error // of writing
}

// Write implements io.Writer.
func (a *alive) Write(p []byte) (int, error) {
	deadline := time.Now().Add(idleTime)
	a.client.SetDeadline(deadline)
	a.server.SetDeadline(deadline)
	var n int
	n, a.err = a.Writer.Write(p)
	return n, a.err
}

// maxServerHello bounds what is kept of a server's first message: no ServerHello is longer.
const maxServerHello = 4 << 10

// extensionSupportedVersions says in a ServerHello that the version is not where it once was (RFC
// 8446, section 4.2.1).
const extensionSupportedVersions = 43

// parseServerHello returns what a server chose (RFC 8446, section 4.1.3; RFC 5246, section
// 7.4.1.3), given its first handshake message with the header.
func parseServerHello(message []byte) (version, suite uint16, ok bool) {
	if len(message) < handshakeHeaderLen || message[0] != typeServerHello {
		return 0, 0, false
	}
	var session, extensions cryptobyte.String
	s := cryptobyte.String(message[handshakeHeaderLen:])
	if !s.ReadUint16(&version) || !s.Skip(32) || !s.ReadUint8LengthPrefixed(&session) || !s.ReadUint16(&suite) || !s.Skip(1) {
		return 0, 0, false
	}
	if s.Empty() { // as servers of TLS 1.1 and before may end it
		return version, suite, true
	}
	if !s.ReadUint16LengthPrefixed(&extensions) {
		return 0, 0, false
	}
	for !extensions.Empty() {
		var kind uint16
		var body cryptobyte.String
		if !extensions.ReadUint16(&kind) || !extensions.ReadUint16LengthPrefixed(&body) {
			return 0, 0, false
		}
		if kind == extensionSupportedVersions && !body.ReadUint16(&version) {
			return 0, 0, false
		}
	}
	return version, suite, true
}
