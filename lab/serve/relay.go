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
		return fault{open: socket.Refuse}
	}
	return fault{open: socket.Listen, behave: func(c *conn) error { return c.relay(to.Addr) }}
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
	c.tap.out.Keep = wire.MaxServerHello

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
	if both := errors.Join(err, failed); trouble.Is(both) {
		return both
	}

	c.complete = c.tap.in.Encrypted() || c.tap.out.Encrypted()
	c.received = c.tap.in.Encrypted()
	c.session.Hello, c.session.HelloRetry = c.tap.hello(), c.tap.out.IsHelloRetry()
	if chosen, err := wire.ParseServerHello(c.tap.out.Message); err == nil {
		c.session.Version, c.session.CipherSuite = wire.VersionName(chosen.Version), wire.CipherSuiteName(chosen.CipherSuite)
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
