package smtp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
)

// maxLine limits a line of a client, in bytes.
const maxLine = 4 << 10

// talk is a client's connection as the library sees it. It hands over line by line, and reads nothing beyond, so that
// after STARTTLS the next byte is TLS. It answers STARTTLS itself. The library cannot close the connection or change its
// deadline.
type talk struct {
	net.Conn
	offers   bool // STARTTLS is offered
	requires bool // nothing but STARTTLS is taken
	mute     bool // the greeting is dropped

	startTLS bool  // the client asked for TLS
	refused  bool  // the client was told to use TLS
	asked    bool  // the client sent what it wants to be done
	answered bool  // a line of the client was answered
	failure  error // of reading

	rest    []byte // of a line that was read
	heard   bool   // a line was handed over
	message bool   // what follows is a message, up to a line with a dot

	closing sync.Once
	closed  chan struct{}
}

func newTalk(conn net.Conn) *talk { return &talk{Conn: conn, closed: make(chan struct{})} }

// Close implements net.Conn.
func (t *talk) Close() error {
	t.closing.Do(func() { close(t.closed) })
	return nil
}

func (t *talk) isClosed() bool {
	select {
	case <-t.closed:
		return true
	default:
		return false
	}
}

// Read implements net.Conn.
func (t *talk) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		if t.startTLS || t.isClosed() {
			return 0, io.EOF
		}
		line, err := t.line()
		if err != nil {
			t.failure = err
			return 0, err
		}
		if t.take(line) {
			t.rest, t.heard = line, true
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// line reads a line with its end.
func (t *talk) line() ([]byte, error) {
	var line []byte
	for {
		var b [1]byte
		if _, err := io.ReadFull(t.Conn, b[:]); err != nil {
			return nil, err
		}
		line = append(line, b[0])
		switch {
		case b[0] == '\n':
			return line, nil
		case len(line) == maxLine:
			return nil, errLongLine
		}
	}
}

var errLongLine = errors.New("smtp: the client sent a line that is too long")

// quiet are the commands that ask for nothing to be done.
var quiet = []string{"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT", ""}

// take reports whether the library is to see a line. Otherwise it is answered here.
func (t *talk) take(line []byte) bool {
	if t.message {
		t.message = string(bytes.TrimRight(line, "\r\n")) != "."
		return true
	}
	verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(string(line))), " ")
	switch {
	case verb == "STARTTLS" && t.offers:
		t.startTLS = true
		_, t.failure = io.WriteString(t.Conn, "220 2.0.0 Ready to start TLS\r\n")
		return false
	case slices.Contains(quiet, verb):
		return true
	case t.requires:
		t.refused = true
		_, t.failure = io.WriteString(t.Conn, "530 5.7.0 Must issue a STARTTLS command first\r\n")
		return false
	}
	t.asked = true
	return true
}

// Write implements net.Conn. The library writes a reply at once.
func (t *talk) Write(p []byte) (int, error) {
	switch {
	case t.startTLS: // the library says goodbye
		return len(p), nil
	case t.mute:
		t.mute = false
		return len(p), nil
	}
	t.message = t.message || bytes.HasPrefix(p, []byte("354"))
	n, err := t.Conn.Write(p)
	t.answered = t.answered || t.heard && err == nil
	return n, err
}

// once is a listener with one connection.
type once struct {
	conn     *talk
	accepted bool
}

var errServed = errors.New("smtp: the connection has ended")

// Accept implements net.Listener. The second time, it waits until the connection has ended.
func (o *once) Accept() (net.Conn, error) {
	if !o.accepted {
		o.accepted = true
		return o.conn, nil
	}
	<-o.conn.closed
	return nil, errServed
}

// Addr implements net.Listener.
func (o *once) Addr() net.Addr { return o.conn.LocalAddr() }

// Close implements net.Listener.
func (o *once) Close() error { return o.conn.Close() }
