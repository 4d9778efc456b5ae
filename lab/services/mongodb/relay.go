package mongodb

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

const (
	// idleTime is how long a client may be silent. Drivers check every ten seconds whether the server is
	// still there, and keep connections for later.
	idleTime = 10 * time.Minute
	// partTime is the time left for ending a connection.
	partTime = 10 * time.Second
)

// At returns the service mongodb with an existing MongoDB behind it, at an address:port where it listens
// without TLS. The lab's own TLS is in front of it, as with [Embedded].
func At(addr string) serve.Service {
	return behind(func() (network, address string, err error) { return "tcp", addr, nil }, nil)
}

// behind returns the service mongodb. The function start starts the database if necessary and returns its
// address.
func behind(start func() (network, addr string, err error), end func() error) serve.Service {
	return serve.Service{
		Name: scenarios.MongoDB, Scheme: "mongodb", Query: "tls=true", Close: end,
		Serve: func(conn net.Conn, _ serve.Session) error { return relay(conn, start) },
	}
}

// relay connects a client to the database. The client counts as served if it got a response.
func relay(conn net.Conn, start func() (network, addr string, err error)) error {
	// Wait for the client first: a database need not start for one that sends nothing.
	first := make([]byte, 16<<10)
	n, err := conn.Read(first)
	if err != nil {
		return err
	}
	network, addr, err := start()
	if err != nil {
		return err
	}
	db, err := net.Dial(network, addr)
	if err != nil {
		return fmt.Errorf("mongodb: reaching the database at %s: %w", addr, err)
	}
	defer db.Close()

	client := &patient{Conn: conn}
	type copied struct {
		bytes int64
		err   error
	}
	answered := make(chan copied, 1)
	go func() {
		var n int64
		err := rescue.Do(func() (err error) {
			n, err = io.Copy(client, db)
			return err
		})
		client.stop() // nothing answers any more, so reading from the client is useless
		answered <- copied{n, err}
	}()
	if _, err = db.Write(first[:n]); err == nil {
		_, err = io.Copy(db, client)
	}
	db.(interface{ CloseWrite() error }).CloseWrite()
	answers := <-answered
	conn.SetDeadline(time.Now().Add(partTime))
	if trouble.Is(answers.err) {
		return answers.err
	}
	if answers.bytes > 0 {
		return nil
	}
	return cmp.Or(answers.err, err, errNoAnswer)
}

var errNoAnswer = errors.New("mongodb: the database did not answer")

// patient is a connection that times out only after it has been idle for long.
type patient struct {
	net.Conn
	stopped atomic.Bool
}

// Read implements net.Conn.
func (p *patient) Read(b []byte) (int, error) {
	p.Conn.SetReadDeadline(time.Now().Add(idleTime))
	if p.stopped.Load() { // if so, it may just have replaced stop's deadline
		p.Conn.SetReadDeadline(time.Now())
	}
	return p.Conn.Read(b)
}

// stop ends the current Read and all later ones.
func (p *patient) stop() {
	p.stopped.Store(true)
	p.Conn.SetReadDeadline(time.Now())
}

// Write implements net.Conn.
func (p *patient) Write(b []byte) (int, error) {
	p.Conn.SetWriteDeadline(time.Now().Add(idleTime))
	return p.Conn.Write(b)
}
