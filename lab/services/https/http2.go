package https

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab/serve"
)

// maxStreams limits the concurrent requests on one connection.
const maxStreams = 16

// grpcUnimplemented is gRPC's status for a method that the server does not have.
const grpcUnimplemented = 12

// serveHTTP2 makes net/http's server speak HTTP/2 on one connection. After the first response, that server announces
// that it accepts no further requests (GOAWAY; RFC 9113, section 6.8), and waits briefly for the client to close the
// connection.
func serveHTTP2(conn net.Conn, s serve.Session) error {
	body, err := document(s)
	if err != nil {
		return err
	}
	only := &onlyConn{Conn: conn, ended: make(chan struct{})}
	var served atomic.Bool
	var wrong atomic.Pointer[string]
	server := http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if answerHTTP2(w, r, body) == nil {
				served.Store(true)
			}
		}),
		Protocols:      new(http.Protocols),
		MaxHeaderBytes: maxRequestHeader,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			CountError:           func(kind string) { wrong.CompareAndSwap(nil, &kind) },
		},
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				close(only.ended)
			}
		},
	}
	server.Protocols.SetUnencryptedHTTP2(true) // conn has already removed the encryption
	server.Serve(only)
	switch kind := wrong.Load(); {
	case served.Load():
		return nil
	case kind != nil:
		return serve.Misuse{Err: fmt.Errorf("http: the client broke the rules of HTTP/2: %s", *kind)}
	}
	return errors.New("http: no request")
}

// answerHTTP2 answers one request. The server flushes the response when answerHTTP2 returns.
func answerHTTP2(w http.ResponseWriter, r *http.Request, body []byte) error {
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxRequestBody)); err != nil {
		return err
	}
	header := w.Header()
	header.Set("Connection", "close") // which makes the server send GOAWAY
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		header.Set("Content-Type", "application/grpc")
		header.Set("Grpc-Status", strconv.Itoa(grpcUnimplemented))
		header.Set("Grpc-Message", "tlslab has no methods; the TLS connection is good")
		return nil
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// onlyConn is a listener with a single connection, and also that connection. The HTTP server can neither close the
// underlying connection nor change its deadline; that is up to the caller of serveHTTP2.
type onlyConn struct {
	net.Conn
	accepted bool
	ended    chan struct{} // closed when the HTTP server no longer uses the connection

	reading, writing sync.Mutex
	closed           atomic.Bool
}

// Accept implements net.Listener.
func (o *onlyConn) Accept() (net.Conn, error) {
	if !o.accepted {
		o.accepted = true
		return o, nil
	}
	<-o.ended
	return nil, http.ErrServerClosed
}

// Addr implements net.Listener.
func (o *onlyConn) Addr() net.Addr { return o.LocalAddr() }

// Close implements net.Conn and net.Listener: it interrupts reads and writes, and returns when they have ended.
func (o *onlyConn) Close() error {
	if o.closed.Swap(true) {
		return nil
	}
	o.Conn.SetDeadline(time.Unix(1, 0))
	o.reading.Lock()
	defer o.reading.Unlock()
	o.writing.Lock()
	defer o.writing.Unlock()
	return nil
}

// Read implements net.Conn.
func (o *onlyConn) Read(p []byte) (int, error) {
	o.reading.Lock()
	defer o.reading.Unlock()
	if o.closed.Load() {
		return 0, net.ErrClosed
	}
	return o.Conn.Read(p)
}

// Write implements net.Conn.
func (o *onlyConn) Write(p []byte) (int, error) {
	o.writing.Lock()
	defer o.writing.Unlock()
	if o.closed.Load() {
		return 0, net.ErrClosed
	}
	return o.Conn.Write(p)
}

// SetDeadline implements net.Conn.
func (o *onlyConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (o *onlyConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (o *onlyConn) SetWriteDeadline(time.Time) error { return nil }

// HTTP/2 frames (RFC 9113, sections 4.1 and 6.1).
const (
	frameHeaderLen = 9 // length, type, flags, stream
	frameData      = 0
)

// firstData returns the start and end of the first DATA frame with a body in p, or zeros. p must consist of whole
// HTTP/2 frames.
func firstData(p []byte) (start, end int) {
	for end+frameHeaderLen <= len(p) {
		start = end
		length := int(p[start])<<16 | int(p[start+1])<<8 | int(p[start+2])
		end = min(len(p), start+frameHeaderLen+length)
		if p[start+3] == frameData && length > 0 {
			return start, end
		}
	}
	return 0, 0
}
