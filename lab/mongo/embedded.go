// Package mongo is what MongoDB clients are tested against: the services mongodb and mongod.
//
// [Embedded] is a database in this process (FerretDB, over SQLite in memory) that speaks MongoDB's
// wire protocol behind the lab's own TLS. It needs nothing but Go, and shows what clients make of a
// server's certificate, versions, suites, staples and silence.
//
// Programs that want it name it, so that others need not carry it:
//
//	l, err := lab.New(lab.Config{Services: []serve.Service{mongo.Embedded()}})
//
// and in tests labtest.Start(t, "mongo-expired", mongo.Embedded()).
package mongo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Embedded returns the service mongodb: any scenario of the catalogue can be served with it, as
// mongo-ID. The database starts when the first client has shaken hands, is shared by all scenarios,
// and is gone when the service is closed.
func Embedded() serve.Service {
	e := new(embedded)
	return serve.Service{Name: scenarios.MongoDB, Scheme: "mongodb", Query: "tls=true", Serve: e.serve, Close: e.close}
}

// embedded is the database, once it has been asked for.
type embedded struct {
	mu      sync.Mutex
	started bool
	closed  bool
	network string // where it listens
	addr    string
	dir     string // of its socket; empty where it has none
	err     error  // why it did not start
	cancel  context.CancelFunc
	done    chan struct{} // closed when it has ended
}

var errClosed = errors.New("mongo: the database is closed")

// start starts the database, and returns where it is.
func (e *embedded) start() (network, addr string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return "", "", errClosed
	case e.started:
		return e.network, e.addr, e.err
	}
	e.started = true
	if e.err = e.run(); e.err != nil {
		e.err = fmt.Errorf("mongo: starting the embedded database: %w", e.err)
	}
	return e.network, e.addr, e.err
}

// run starts the database behind a socket that nobody else on this machine can reach, or, where
// there are none of the kind, on a loopback port.
func (e *embedded) run() error {
	c := ferretdb.Config{
		Handler: "sqlite", SQLiteURL: "file:/?mode=memory",
		Logger: slog.New(slog.DiscardHandler),
	}
	if runtime.GOOS == "windows" {
		c.Listener.TCP = "127.0.0.1:0"
	} else {
		dir, err := os.MkdirTemp("", "tlslab-mongo-") // 0700
		if err != nil {
			return err
		}
		e.dir = dir
		c.Listener.Unix = filepath.Join(dir, "mongodb.sock")
	}
	db, err := ferretdb.New(&c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.cancel, e.done = cancel, make(chan struct{})
	go func() {
		defer close(e.done)
		db.Run(ctx)
	}()
	if e.network, e.addr = "unix", c.Listener.Unix; runtime.GOOS == "windows" {
		u, err := url.Parse(db.MongoDBURI()) // waits until it listens
		if err != nil {
			return err
		}
		e.network, e.addr = "tcp", u.Host
	}
	return nil
}

// close ends the database, and removes what it made.
func (e *embedded) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.cancel != nil {
		e.cancel()
		<-e.done
	}
	if e.dir == "" {
		return nil
	}
	return os.RemoveAll(e.dir)
}

const (
	// idleTime is how long a client may say nothing: drivers ask every ten seconds whether the
	// server is still there, and keep connections for later.
	idleTime = 10 * time.Minute
	// partTime is what is left for the end of a connection.
	partTime = 10 * time.Second
)

// serve relays a client to the database. A client is served if it got an answer.
func (e *embedded) serve(conn net.Conn, _ serve.Session) error {
	// The client first: one that asks nothing is no reason to start a database.
	first := make([]byte, 16<<10)
	n, err := conn.Read(first)
	if err != nil {
		return err
	}
	network, addr, err := e.start()
	if err != nil {
		return err
	}
	db, err := net.Dial(network, addr)
	if err != nil {
		return fmt.Errorf("mongo: reaching the embedded database: %w", err)
	}
	defer db.Close()

	client := &patient{Conn: conn}
	type copied struct {
		bytes int64
		err   error
	}
	answered := make(chan copied, 1)
	go func() {
		n, err := io.Copy(client, db)
		client.stop() // nobody answers any more: no use to listen
		answered <- copied{n, err}
	}()
	if _, err = db.Write(first[:n]); err == nil {
		_, err = io.Copy(db, client)
	}
	db.(interface{ CloseWrite() error }).CloseWrite()
	answers := <-answered
	conn.SetDeadline(time.Now().Add(partTime))
	if answers.bytes > 0 {
		return nil
	}
	return cmp.Or(answers.err, err, errNoAnswer)
}

var errNoAnswer = errors.New("mongo: the embedded database did not answer")

// patient is a connection that ends only after it has been idle for long.
type patient struct {
	net.Conn
	stopped atomic.Bool
}

// Read implements net.Conn.
func (p *patient) Read(b []byte) (int, error) {
	p.Conn.SetReadDeadline(time.Now().Add(idleTime))
	if p.stopped.Load() { // meanwhile, so that stop's deadline may be gone
		p.Conn.SetReadDeadline(time.Now())
	}
	return p.Conn.Read(b)
}

// stop ends the Read under way and those to come.
func (p *patient) stop() {
	p.stopped.Store(true)
	p.Conn.SetReadDeadline(time.Now())
}

// Write implements net.Conn.
func (p *patient) Write(b []byte) (int, error) {
	p.Conn.SetWriteDeadline(time.Now().Add(idleTime))
	return p.Conn.Write(b)
}
