// Package mongodb is the service mongodb: MongoDB's wire protocol behind the lab's own TLS, for any scenario of the
// catalogue as mongo-ID. Servers that end TLS by themselves are in lab/mongo.
//
// [Embedded] is a database in this process (FerretDB, over SQLite in memory) that speaks MongoDB's wire protocol behind
// the lab's own TLS. It needs only Go. It shows how clients react to a server's certificate, versions, cipher suites
// and staples, and to a server that does not answer.
//
// Only programs that name the service link the database:
//
//	l, err := lab.New(lab.Config{Services: []serve.Service{mongodb.Embedded()}})
//
// and in tests labtest.Start(t, "mongo-expired", mongodb.Embedded()).
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/FerretDB/FerretDB/ferretdb"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
)

// Embedded returns the service mongodb, with which every scenario of the catalogue can be served as mongo-ID.
// The database starts after the first client's handshake, is shared by all scenarios, and ends when the
// service is closed.
func Embedded() serve.Service {
	e := new(embedded)
	return behind(e.start, e.close)
}

// embedded is the database, started on first use.
type embedded struct {
	mu      sync.Mutex
	started bool
	closed  bool
	network string // where it listens
	addr    string
	dir     *pki.Dir // with its socket; nil if it has none
	err     error    // why it did not start
	cancel  context.CancelFunc
	done    chan struct{} // closed when it has ended
}

var errClosed = errors.New("mongodb: the database is closed")

// start starts the database and returns its address.
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
		e.err = fmt.Errorf("mongodb: starting the embedded database: %w", e.err)
	}
	return e.network, e.addr, e.err
}

// run starts the database behind a socket that other users of this machine cannot reach. Where such sockets
// do not exist, it uses a loopback port.
func (e *embedded) run() error {
	c := ferretdb.Config{
		Handler: "sqlite", SQLiteURL: "file:/?mode=memory",
		Logger: slog.New(slog.DiscardHandler),
	}
	if runtime.GOOS == "windows" {
		c.Listener.TCP = "127.0.0.1:0"
	} else {
		dir, err := pki.TempDir(os.TempDir(), "tlslab-mongo-") // mode 0700
		if err != nil {
			return err
		}
		e.dir = dir
		c.Listener.Unix = filepath.Join(dir.Path(), "mongodb.sock")
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

// close stops the database and removes its files.
func (e *embedded) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.cancel != nil {
		e.cancel()
		<-e.done
	}
	if e.dir == nil {
		return nil
	}
	return e.dir.Delete()
}
