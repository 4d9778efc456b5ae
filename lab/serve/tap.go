package serve

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/lab/wire"
)

// tap is a connection whose records are parsed as they pass.
type tap struct {
	net.Conn
	in, out  wire.Stream
	eof      bool      // the client has closed its side of the TCP connection
	deadline time.Time // as last set by bound
	ahead    []byte    // what await has read and Read has not returned yet
	watch    *watch    // nil without Options.Watch
	greeted  bool      // the watch was told the ClientHello
	ends     bool      // this program terminates TLS: nothing is relayed

	// refused says that the client has sent an alert in plaintext where ciphertext was expected. It is atomic because
	// HTTP/2 reads and writes concurrently.
	refused atomic.Bool
}

func newTap(c net.Conn) tap {
	return tap{Conn: c, in: wire.Stream{Keep: wire.MaxClientHello}, out: wire.Stream{Keep: wire.ServerHelloRandom}}
}

// bound sets the deadline of the connection.
func (t *tap) bound(deadline time.Time) {
	t.deadline = deadline
	t.SetDeadline(deadline)
}

// maxAhead limits what await reads. It has room for the longest ClientHello and the headers of its records.
const maxAhead = 2 * wire.MaxClientHello

// await reads until the whole ClientHello, or something else, has arrived. It keeps what it read for [tap.Read].
func (t *tap) await() error {
	for !t.in.HelloComplete() {
		if len(t.ahead) > maxAhead {
			return errFlood
		}
		var buf [4 << 10]byte
		n, err := t.receive(buf[:])
		t.ahead = append(t.ahead, buf[:n]...)
		if err != nil {
			return err
		}
	}
	return nil
}

// errFlood is the error for a client that does not stop sending.
var errFlood = errors.New("the client sent more than any handshake needs")

// drain reads until the client closes its side, and then returns io.EOF.
func (t *tap) drain() error {
	t.ahead = nil
	buf := make([]byte, 4<<10)
	for left := lingerBytes; left > 0; {
		n, err := t.receive(buf)
		if err != nil {
			return err
		}
		left -= n
	}
	return errFlood
}

// hello returns the ClientHello, or nil if none has arrived completely.
func (t *tap) hello() *wire.ClientHello {
	h, err := wire.ParseClientHello(t.in.ClientHello())
	if err != nil {
		return nil
	}
	return h
}

// Read implements net.Conn.
func (t *tap) Read(p []byte) (int, error) {
	if len(t.ahead) == 0 {
		return t.receive(p)
	}
	n := copy(p, t.ahead)
	t.ahead = t.ahead[n:]
	return n, nil
}

// unread takes bytes that were read from the wire before the tap, to be read as the first ones.
func (t *tap) unread(p []byte) {
	t.in.Feed(p)
	t.ahead = append(t.ahead, p...)
	if t.watch != nil {
		t.tellIn(p)
	}
}

// receive reads the next bytes from the wire.
func (t *tap) receive(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	if n > 0 {
		socket.Acknowledge(t.Conn)
	}
	before := t.in.Alert
	t.in.Feed(p[:n])
	if t.ends && before == nil && t.in.Alert != nil && (t.in.Sealed || t.out.Encrypted()) {
		t.refused.Store(true)
	}
	t.eof = t.eof || err == io.EOF
	if t.watch != nil {
		t.tellIn(p[:n])
	}
	return n, err
}

// Write implements net.Conn. It discards what is written after the client has sent an alert in plaintext where
// ciphertext was expected: crypto/tls cannot read such an alert, and would answer with bad_record_mac. After a fatal
// alert, neither side may send anything (RFC 8446, section 6.2). Most of these clients have already left, so whether
// the answer could be sent at all would depend on timing.
func (t *tap) Write(p []byte) (int, error) {
	if t.refused.Load() {
		return len(p), nil
	}
	n, err := t.Conn.Write(p)
	t.out.Feed(p[:n])
	t.watch.feed(false, p[:n])
	return n, err
}

// refuse sends a fatal alert in plaintext.
func (t *tap) refuse(code wire.AlertCode) error {
	_, err := t.Write(wire.AppendAlert(nil, tls.VersionTLS12, code))
	return err
}

// tellIn tells the watch what the client has sent.
func (t *tap) tellIn(p []byte) {
	t.watch.feed(true, p)
	if !t.greeted && t.in.ClientHello() != nil {
		t.greeted = true
		if hello := t.hello(); hello != nil {
			t.watch.say(Event{Kind: EventHello, Hello: hello})
		}
	}
}
