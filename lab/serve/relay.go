package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/wire"
)

// idleTime is how long a relayed connection can be idle in both directions. Database drivers keep connections open, and
// check every ten seconds whether the server is still there.
const idleTime = time.Minute

// errRelayed is the end of a connection whose client has left after encrypted data had passed. Only the two ends know
// whether the client was served.
var (
	errRelayed = errors.New("relayed")
	// errServerLeft is the same if the server closed first: either it refused the client, or it closed after it got the
	// client's close_notify.
	errServerLeft = fmt.Errorf("%w; closed by the server", errRelayed)
)

// relaying returns the behaviour of a server that relays to one that terminates TLS itself.
func relaying(to *Upstream) fault {
	if to.Addr == "" {
		return fault{open: socket.Refuse}
	}
	return fault{open: socket.Listen, behave: func(c *conn) error { return c.relay(to.Addr) }}
}

// relay copies data between client and server in both directions until both have closed.
func (c *conn) relay(addr string) error {
	up, err := net.DialTimeout("tcp", addr, c.srv.options.Timeout)
	if err != nil {
		return err
	}
	defer func() {
		up.Close()
		c.srv.relayed.Add(1)
	}()
	c.tap.out.Keep = wire.MaxServerHello

	// Each goroutine says who closed before it passes that on, because the other end may then close at once. An end to
	// which nothing can be written has closed, too.
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
	var failed error // the error of copying the server's answers
	if serverFirst {
		failed = <-answered
		err = cmp.Or(<-asked, failed)
	} else {
		err = <-asked
		up.SetReadDeadline(time.Now().Add(lingerTime)) // the server knows that the client has closed
		failed = <-answered
	}
	if both := errors.Join(err, failed); trouble.Is(both) {
		return both
	}
	return c.concludeRelay(serverFirst, err)
}

// concludeRelay fills in what the relayed records tell, and returns the error that says how the connection ended. err
// is the error of copying.
func (c *conn) concludeRelay(serverFirst bool, err error) error {
	c.complete = c.tap.in.Encrypted() || c.tap.out.Encrypted()
	c.received = c.tap.in.Encrypted()
	c.session.Hello, c.session.HelloRetry = c.tap.hello(), c.tap.out.IsHelloRetry()
	if chosen, err := wire.ParseServerHello(c.tap.out.Message); err == nil {
		c.session.Version = wire.VersionName(chosen.Version)
		c.session.CipherSuite = wire.CipherSuiteName(chosen.CipherSuite)
	}
	switch {
	case c.tap.out.Alert != nil:
		return errors.New("refused by the server")
	case c.complete && serverFirst:
		return errServerLeft
	case c.complete:
		return errRelayed
	case serverFirst && !c.tap.in.NotTLS:
		return brokenOff("closed by the server")
	}
	return cmp.Or(err, io.EOF)
}

// pass copies until either end has closed. It runs on its own goroutine, which must not panic.
func pass(to io.Writer, from io.Reader) error {
	return rescue.Do(func() error {
		_, err := io.Copy(to, from)
		return err
	})
}

// alive is a writer that extends the deadlines of both ends of a relay with every write.
type alive struct {
	io.Writer
	client, server net.Conn
	err            error // of the last write
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
