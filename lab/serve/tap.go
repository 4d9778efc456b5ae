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

// tap is a connection whose records are read along.
type tap struct {
	net.Conn
	in, out  wire.Stream
	eof      bool      // the client has closed its side of the TCP connection
	deadline time.Time // the last that bound set
	ahead    []byte    // read and fed, and not yet asked for
	watch    *watch    // nil unless somebody wants to be told
	greeted  bool      // the watch knows the ClientHello
	ends     bool      // the server's end of TLS is this program's: nothing is relayed

	// refused says that the client has refused in plaintext what it should have refused in ciphertext.
	// HTTP/2 reads and writes at once.
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

// maxAhead bounds what is read before anybody asks for it: a ClientHello in records of its
// size and more.
const maxAhead = 2 * wire.MaxClientHello

// await reads until the whole ClientHello has come, or something else, and keeps what it read
// for [tap.Read].
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

// errFlood is the end of a client that goes on and on.
var errFlood = errors.New("the client sent more than any handshake needs")

// drain reads until the client closes its side, and returns io.EOF then.
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

// hello returns the client's hello; nil if none came whole.
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

// receive reads the next bytes off the wire.
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

// Write implements net.Conn. Nothing is written to a client that has refused in plaintext where TLS
// expects ciphertext: TLS cannot read that, and would answer with a bad_record_mac. After a fatal
// alert neither side may say more (RFC 8446, section 6.2). Most such clients have left by then, so
// that it depended on the moment whether the answer was sent at all.
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

// tellIn tells the watch what has come from the client.
func (t *tap) tellIn(p []byte) {
	t.watch.feed(true, p)
	if !t.greeted && t.in.ClientHello() != nil {
		t.greeted = true
		if hello := t.hello(); hello != nil {
			t.watch.say(Event{Kind: EventHello, Hello: hello})
		}
	}
}
