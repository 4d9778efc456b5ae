package serve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// Types of records (RFC 8446, section 5.1).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
)

const (
	recordHeaderLen    = 5 // type, version, length
	handshakeHeaderLen = 4 // type, length

	// maxClientHello is the longest handshake message that crypto/tls takes.
	maxClientHello = handshakeHeaderLen + 64<<10
	// serverHelloLen is as much of a ServerHello as isHelloRetry needs: up to the
	// end of its random.
	serverHelloLen = handshakeHeaderLen + 2 + 32
)

// Types of handshake messages (RFC 8446, section 4).
const (
	typeClientHello = 1
	typeServerHello = 2

	typeCertificate       = 11
	typeServerKeyExchange = 12 // of TLS 1.2, as are those that follow (RFC 5246, section 7.4)
	typeServerHelloDone   = 14
	typeClientKeyExchange = 16
	typeFinished          = 20
)

// helloRetryRandom stands in the random of a ServerHello that is a
// HelloRetryRequest: the SHA-256 of that word (RFC 8446, section 4.1.3).
var helloRetryRandom = [32]byte{
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
}

// records reads along with one direction of a connection, however it is cut into
// segments, and keeps what is in plaintext: the first handshake message and the
// first alert that ends something. It stops at the first record of application
// data, which under TLS 1.3 is every encrypted one: the bulk costs nothing.
//
// A plaintext alert is a record of two bytes. Encrypted ones are longer, whatever
// the cipher suite.
type records struct {
	bytes int64 // seen so far, of any kind

	limit   int    // bytes of the first handshake message to keep at most
	message []byte // the first handshake message, or as much as came of it
	alert   *Alert // the first one that is no mere goodbye
	notTLS  bool   // the first bytes are no record
	sealed  bool   // ChangeCipherSpec has been said

	stopped bool // nothing more can be learnt
	begun   bool // a whole record header has been read
	header  [recordHeaderLen]byte
	have    int     // bytes of header
	left    int     // bytes of the record's body that are still to come
	fatal   [2]byte // body of an alert

	start [serverHelloLen]byte // first memory of message
}

// feed reads the next bytes of the stream, whatever part of a record they are.
func (r *records) feed(p []byte) {
	r.bytes += int64(len(p))
	for len(p) > 0 && !r.stopped {
		if r.have < recordHeaderLen {
			n := copy(r.header[r.have:], p)
			r.have += n
			p = p[n:]
			r.readHeader()
			continue
		}
		n := min(r.left, len(p))
		r.readBody(p[:n])
		r.left -= n
		p = p[n:]
		if r.left == 0 {
			r.have = 0
		}
	}
}

// readHeader looks at as much of a record's header as there is.
func (r *records) readHeader() {
	kind := r.header[0]
	known := kind >= recordChangeCipherSpec && kind <= recordApplicationData
	if !known || r.have > 1 && r.header[1] != 3 {
		r.stopped = true
		// The hello of SSL 2.0 has a header of its own; crypto/tls knows it and
		// answers with an alert.
		r.notTLS = !r.begun && kind != 0x80
		return
	}
	if r.have < recordHeaderLen {
		return
	}
	r.begun = true
	r.stopped = kind == recordApplicationData
	r.sealed = r.sealed || kind == recordChangeCipherSpec
	r.left = int(binary.BigEndian.Uint16(r.header[3:]))
	if r.left == 0 {
		r.have = 0
	}
}

// readBody reads the next bytes of a record's body.
func (r *records) readBody(p []byte) {
	switch length := int(binary.BigEndian.Uint16(r.header[3:])); {
	case r.header[0] == recordHandshake:
		r.readMessage(p)
	case r.header[0] == recordAlert && length == len(r.fatal):
		copy(r.fatal[len(r.fatal)-r.left:], p)
		if len(p) == r.left && r.alert == nil && isRefusal(r.fatal[1]) {
			a := AlertByCode(r.fatal[1])
			r.alert = &a
		}
	}
}

// readMessage collects the first handshake message, which may be spread over
// several records.
func (r *records) readMessage(p []byte) {
	if r.message == nil {
		r.message = r.start[:0]
	}
	if need := handshakeHeaderLen - len(r.message); need > 0 {
		n := min(need, len(p))
		r.message = append(r.message, p[:n]...)
		p = p[n:]
	}
	if len(p) == 0 {
		return
	}
	n := max(0, min(messageLen(r.message), r.limit)-len(r.message))
	r.message = append(r.message, p[:min(n, len(p))]...)
}

// messageLen returns the length of the handshake message that begins so, with its
// header.
func messageLen(message []byte) int {
	return handshakeHeaderLen + int(message[1])<<16 + int(message[2])<<8 + int(message[3])
}

// clientHello returns the ClientHello, with its header; nil if none came whole.
func (r *records) clientHello() []byte {
	m := r.message
	if len(m) < handshakeHeaderLen || m[0] != typeClientHello || len(m) != messageLen(m) {
		return nil
	}
	return m
}

// helloComplete reports whether all of the first handshake message has come that is kept, or
// something else has come in its place: there is nothing to wait for.
func (r *records) helloComplete() bool {
	m := r.message
	return r.stopped || r.alert != nil || len(m) == r.limit || len(m) >= handshakeHeaderLen && len(m) == messageLen(m)
}

// encrypted reports whether a record of application data has come: under TLS 1.3 that is every
// encrypted one (RFC 8446, section 5.2).
func (r *records) encrypted() bool {
	return r.begun && r.stopped && r.header[0] == recordApplicationData
}

// isHelloRetry reports whether the first handshake message is a HelloRetryRequest.
func (r *records) isHelloRetry() bool {
	m := r.message
	return len(m) >= serverHelloLen && m[0] == typeServerHello &&
		bytes.Equal(m[serverHelloLen-len(helloRetryRandom):serverHelloLen], helloRetryRandom[:])
}

// tap is a connection whose records are read along.
type tap struct {
	net.Conn
	in, out  records
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
	return tap{Conn: c, in: records{limit: maxClientHello}, out: records{limit: serverHelloLen}}
}

// bound sets the deadline of the connection.
func (t *tap) bound(deadline time.Time) {
	t.deadline = deadline
	t.SetDeadline(deadline)
}

// maxAhead bounds what is read before anybody asks for it: a ClientHello in records of its
// size and more.
const maxAhead = 2 * maxClientHello

// await reads until the whole ClientHello has come, or something else, and keeps what it read
// for [tap.Read].
func (t *tap) await() error {
	for !t.in.helloComplete() {
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
func (t *tap) hello() *ClientHello {
	h, err := parseClientHello(t.in.clientHello())
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
		acknowledge(t.Conn)
	}
	before := t.in.alert
	t.in.feed(p[:n])
	if t.ends && before == nil && t.in.alert != nil && (t.in.sealed || t.out.encrypted()) {
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
	t.out.feed(p[:n])
	if t.watch != nil {
		t.watch.feed(&t.watch.out, p[:n])
	}
	return n, err
}

// tellIn tells the watch what has come from the client.
func (t *tap) tellIn(p []byte) {
	t.watch.feed(&t.watch.in, p)
	if !t.greeted && t.in.clientHello() != nil {
		t.greeted = true
		if hello := t.hello(); hello != nil {
			t.watch.say(Event{Kind: EventHello, Hello: hello})
		}
	}
}
