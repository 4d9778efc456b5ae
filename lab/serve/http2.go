package serve

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

	"example.com/tlslab/lab/internal/trouble"
)

// maxStreams bounds the requests that are at work at once on one connection.
const maxStreams = 16

// grpcUnimplemented is the status of a call of a method that a gRPC server does not have.
const grpcUnimplemented = 12

// misuse is an error of a client that does not speak the service's protocol as it should.
type misuse struct{ error }

// Unwrap returns what was wrong.
func (m misuse) Unwrap() error { return m.error }

// explains reports whether an error says why a connection ended, whatever reading from it has ended
// with since: the client broke the rules, or the server broke the connection off.
func explains(err error) bool {
	_, misused := errors.AsType[misuse](err)
	_, broken := errors.AsType[brokenOff](err)
	return misused || broken || trouble.Is(err)
}

// serveHTTP2 has net/http's server speak HTTP/2 on one connection. After the first answer it
// announces that no more requests are taken (GOAWAY; RFC 9113, section 6.8), and waits a little
// for the client to leave.
func serveHTTP2(conn net.Conn, s Session) error {
	body, err := s.document()
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
	server.Protocols.SetUnencryptedHTTP2(true) // TLS has been taken off
	server.Serve(only)
	switch kind := wrong.Load(); {
	case served.Load():
		return nil
	case kind != nil:
		return misuse{fmt.Errorf("http: no request that HTTP/2 allows: %s", *kind)}
	}
	return errors.New("http: no request")
}

// answerHTTP2 answers one request. The server flushes the answer when it returns.
func answerHTTP2(w http.ResponseWriter, r *http.Request, body []byte) error {
	if _, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxRequestBody)); err != nil {
		return err
	}
	header := w.Header()
	header.Set("Connection", "close") // HTTP/2 says it by GOAWAY
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

// onlyConn is a listener with one connection, and that connection. The server that gets it may
// neither close it nor move its deadline: both are its owner's.
type onlyConn struct {
	net.Conn
	accepted bool
	ended    chan struct{} // closed when the server has done with it

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

// Close implements net.Conn and net.Listener: it ends what is being read and written, and returns
// when nothing is.
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
