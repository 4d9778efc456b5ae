package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"

	"example.com/tlslab/lab/internal/rescue"
)

// handshakeTime is the time limit for a client's first byte and its handshake.
const handshakeTime = 30 * time.Second

// typeHandshake is the first byte of a record that contains a ClientHello (RFC 8446, section 5.1).
const typeHandshake = 22

// startDatabase starts the database behind a socket. The returned function stops it.
func startDatabase(socket string) (stop func(), err error) {
	db, err := ferretdb.New(&ferretdb.Config{
		Handler: "sqlite", SQLiteURL: "file:/?mode=memory", Logger: slog.New(slog.DiscardHandler),
		Listener: ferretdb.ListenerConfig{Unix: socket},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		db.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	ready := make(chan struct{})
	go func() {
		db.MongoDBURI() // returns once it listens
		close(ready)
	}()
	select {
	case <-ready:
		return stop, nil
	case <-time.After(startTime):
		cancel()
		return nil, fmt.Errorf("the database did not start within %s", startTime)
	}
}

// front accepts clients and terminates their TLS.
type front struct {
	mode     string
	security *security
	database string // its socket
	log      *logger

	mu      sync.Mutex
	closed  bool
	conns   map[net.Conn]struct{}
	number  int
	running sync.WaitGroup
}

func (f *front) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(5 * time.Millisecond) // out of file descriptors, which is temporary
			continue
		}
		f.mu.Lock()
		if f.closed {
			f.mu.Unlock()
			conn.Close()
			return
		}
		f.number++
		id := f.number
		f.conns[conn] = struct{}{}
		count := len(f.conns)
		f.running.Add(1)
		f.mu.Unlock()
		remote := conn.RemoteAddr().String()
		f.log.line("I", "NETWORK", 22943, "listener", "Connection accepted",
			attr{"remote": remote, "connectionId": id, "connectionCount": count})
		go func() {
			defer f.running.Done()
			err := rescue.Do(func() error {
				f.serve(conn, id)
				return nil
			})
			if err != nil {
				f.log.line("E", "NETWORK", 22988, name(id),
					"Error receiving request from client. Ending connection from remote", attr{"error": err.Error()})
			}
			conn.Close()
			f.mu.Lock()
			delete(f.conns, conn)
			count := len(f.conns)
			f.mu.Unlock()
			f.log.line("I", "NETWORK", 22944, name(id), "Connection ended",
				attr{"remote": remote, "connectionId": id, "connectionCount": count})
		}()
	}
}

func name(id int) string { return fmt.Sprintf("conn%d", id) }

// close drops the remaining clients and waits for their goroutines.
func (f *front) close() {
	f.mu.Lock()
	f.closed = true
	for conn := range f.conns {
		conn.Close()
	}
	f.mu.Unlock()
	f.running.Wait()
}

// serve serves one client.
func (f *front) serve(conn net.Conn, id int) {
	conn.SetDeadline(time.Now().Add(handshakeTime))
	client, err := f.greet(conn, id)
	if err != nil {
		if failed, ok := errors.AsType[*status](err); ok { // mongod does not log failed handshakes
			f.log.line("I", "NETWORK", 22988, name(id),
				"Error receiving request from client. Ending connection from remote",
				attr{"error": failed, "remote": conn.RemoteAddr().String(), "connectionId": id})
		}
		return
	}
	conn.SetDeadline(time.Time{})
	db, err := net.Dial("unix", f.database)
	if err != nil {
		f.log.line("E", "NETWORK", 22988, name(id),
			"Error receiving request from client. Ending connection from remote", attr{"error": err.Error()})
		return
	}
	defer db.Close()
	var answering sync.WaitGroup
	answering.Go(func() {
		io.Copy(client, db)
		conn.Close() // nothing answers any more
	})
	io.Copy(db, client)
	db.Close()
	answering.Wait()
}

// buffered is a connection whose first bytes have been read ahead.
type buffered struct {
	net.Conn
	r *bufio.Reader
	// held collects writes until the next read from the client; if nil, writes are immediate. The last write
	// of crypto/tls in a failed handshake is an alert, which mongod does not send.
	held *bytes.Buffer
}

func (b *buffered) Read(p []byte) (int, error) {
	if err := b.flush(); err != nil {
		return 0, err
	}
	return b.r.Read(p)
}

func (b *buffered) Write(p []byte) (int, error) {
	if b.held != nil {
		return b.held.Write(p)
	}
	return b.Conn.Write(p)
}

func (b *buffered) flush() error {
	if b.held == nil {
		return nil
	}
	_, err := b.held.WriteTo(b.Conn)
	return err
}

// greet returns the connection to use: the client's own, or the one inside its TLS. An error means that the
// connection must be dropped without sending anything.
func (f *front) greet(conn net.Conn, id int) (net.Conn, error) {
	b := &buffered{Conn: conn, r: bufio.NewReader(conn)}
	first, err := b.r.Peek(1)
	if err != nil {
		return nil, err
	}
	if first[0] != typeHandshake {
		if f.mode == modeRequire {
			return nil, handshakeFailed("The server is configured to only allow SSL connections")
		}
		return b, nil
	}
	if f.mode == modeDisabled {
		return nil, handshakeFailed("SSL handshake received but server is started without SSL support")
	}
	if f.security.max == 0 {
		return nil, errAllDisabled
	}
	client := tls.Server(b, f.security.config())
	b.held = new(bytes.Buffer)
	if err := client.Handshake(); err != nil {
		return nil, err
	}
	if err := b.flush(); err != nil {
		return nil, err
	}
	b.held = nil
	state := client.ConnectionState()
	err = f.security.judge(state.PeerCertificates, time.Now())
	switch {
	case errors.Is(err, errNoCertificate):
		f.log.line("E", "NETWORK", 23255, name(id), "No SSL certificate provided by peer; connection rejected", nil)
		return nil, handshakeFailed(errNoCertificate.Error())
	case err != nil:
		f.log.line("E", "NETWORK", 23256, name(id), "SSL peer certificate validation failed",
			attr{"reason": said(err)})
		return nil, handshakeFailed("SSL peer certificate validation failed: " + said(err))
	}
	peer := attr{}
	if len(state.PeerCertificates) > 0 {
		peer["peerSubject"] = state.PeerCertificates[0].Subject.String()
	}
	f.log.line("I", "NETWORK", 6723801, name(id), "Accepted TLS connection from peer", peer)
	return client, nil
}

// said translates crypto/x509's error into OpenSSL's words, where both have the error.
func said(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		switch e.Reason {
		case x509.Expired:
			return "certificate has expired"
		case x509.IncompatibleUsage:
			return "unsuitable certificate purpose"
		}
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "unable to get local issuer certificate"
	}
	return err.Error()
}
