package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/internal/socket"
	"example.com/tlslab/scenarios"
)

// Options are the options of [Start]. Only Service is required.
type Options struct {
	// Bind is the address to listen on. Empty means loopback: 127.0.0.1 and, if the machine has IPv6, ::1 on the same
	// port.
	Bind string
	// Port is the TCP port. Zero means any free port.
	Port int
	// Timeout limits how long a connection may take, handshake and service together. Zero means 10 s.
	Timeout time.Duration
	// MaxConns limits how many connections are served at once; others wait. Zero means 256.
	MaxConns int
	// Service answers behind TLS. It is required unless Upstream is set.
	Service Service
	// Upstream, if set, is a server that terminates TLS itself: the lab relays between clients and this server, and
	// parses the records that pass. [Server.Close] closes it.
	Upstream *Upstream
	// Memory limits how much memory the observations take. Servers can share one. Nil means that the server has its
	// own.
	Memory *Memory
	// OnObservation, if set, is called with every observation after its connection has ended. It is called from the
	// connection's goroutine, so calls can overlap.
	OnObservation func(Observation)
	// Trouble, if set, is called when the lab itself fails, which says nothing about a client: after a panic, and
	// repeatedly while file descriptors are short (see [ErrOutOfFiles]). Calls can overlap.
	Trouble func(error)
	// Watch, if set, is called with every event of every connection as it happens. The events of one connection come
	// in order and one at a time; those of different connections can overlap. The connection waits until it returns,
	// so it must be fast.
	Watch func(Event)
}

// Server serves one scenario.
type Server struct {
	scenario  *scenarios.Scenario
	options   Options
	config    *tls.Config
	fault     fault
	acceptors []socket.Acceptor

	slots   chan struct{} // one element per connection served; its capacity is MaxConns
	closed  chan struct{}
	closing sync.Once
	running sync.WaitGroup

	relayed atomic.Int64 // relayed connections that have ended

	mu       sync.Mutex
	accepted uint64 // connections so far
	conns    map[*conn]struct{}
	loading  bool  // the source is making the material
	trouble  error // the lab's first failure, or nil

	record remembered
}

// Start listens for clients of a scenario and serves them until [Server.Close].
//
// If the address is in use, the error wraps [syscall.EADDRINUSE] and names the address. If this system cannot do what
// the scenario demands, the error wraps [errors.ErrUnsupported].
func Start(s *scenarios.Scenario, source Source, o Options) (*Server, error) {
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.MaxConns = cmp.Or(o.MaxConns, 256)
	fault, err := behaviour(s.Server.Fault)
	if o.Upstream != nil {
		fault = relaying(o.Upstream)
	}
	if err == nil && o.Upstream == nil && o.Service.Serve == nil {
		err = errNoService
	}
	if err == nil && o.Upstream == nil {
		err = checkPlain(s.Server.Fault, fault, o.Service)
	}
	if err != nil {
		return nil, fmt.Errorf("serve: scenario %s: %w", s.ID, err)
	}
	acceptors, err := socket.Open(o.Bind, o.Port, fault.open)
	if err != nil {
		return nil, fmt.Errorf("serve: scenario %s: %w", s.ID, err)
	}
	srv := &Server{
		scenario:  s,
		options:   o,
		fault:     fault,
		acceptors: acceptors,
		slots:     make(chan struct{}, o.MaxConns),
		closed:    make(chan struct{}),
		conns:     make(map[*conn]struct{}),
		record:    remembered{memory: cmp.Or(o.Memory, NewMemory(0))},
	}
	srv.config = srv.lazyConfig(source)
	for _, in := range acceptors {
		srv.running.Go(func() { srv.accept(in) })
	}
	return srv, nil
}

var errNoService = errors.New("no service to answer clients: set Options.Service")

// The first and the longest pause after accept has failed.
const (
	shortPause = 5 * time.Millisecond
	longPause  = 100 * time.Millisecond
)

// accept serves the clients of one acceptor until the server is closed.
func (srv *Server) accept(in socket.Acceptor) {
	pause := shortPause
	for {
		var c *conn
		err := rescue.Do(func() error {
			return in.Next(func(raw net.Conn) { c = srv.register(raw) })
		})
		if err != nil {
			// These errors are temporary: the client has already left, or the process is out of file descriptors. The
			// pause keeps the loop from spinning.
			srv.troubled(err)
			select {
			case <-time.After(pause):
				pause = min(2*pause, longPause)
				continue
			case <-srv.closed:
				return
			}
		}
		pause = shortPause
		if srv.waitSlot(c) { // here, so that further clients stay in the accept queue
			srv.running.Go(func() { srv.attend(c) })
		}
	}
}

// register adds an accepted connection to the list.
func (srv *Server) register(raw net.Conn) *conn {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.accepted++
	c := newConn(srv, raw, srv.accepted)
	srv.conns[c] = struct{}{}
	select {
	case <-srv.closed: // in the meantime
		raw.Close()
	default:
	}
	return c
}

// attend serves a connection and then frees its slot. If serving it panics, the connection ends and is still observed.
func (srv *Server) attend(c *conn) {
	defer func() { <-srv.slots }()
	defer srv.forget(c)
	err := rescue.Do(func() error {
		c.serve()
		return nil
	})
	if err == nil {
		return
	}
	srv.troubled(err)
	select {
	case <-c.ended:
	default: // it panicked before it was observed
		srv.record.add(c.place, Observation{
			Start: c.start, Duration: time.Since(c.start), End: EndInternal, Error: errorText(err),
		})
		close(c.ended)
	}
}

// forget closes a connection and removes it from the list.
func (srv *Server) forget(c *conn) {
	c.raw.Close()
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.conns, c)
}

// observed records the observation of a connection that has ended. The connection counts as over only after
// OnObservation has returned.
func (srv *Server) observed(c *conn, o Observation) {
	defer close(c.ended)
	srv.record.add(c.place, o)
	if hook := srv.options.OnObservation; hook != nil {
		srv.troubled(rescue.Do(func() error {
			hook(o)
			return nil
		}))
	}
}

// Addr returns the address to dial, with the port. The address is 127.0.0.1 unless [Options].Bind says otherwise.
func (srv *Server) Addr() string { return socket.Dialable(srv.acceptors[0].Addr()).String() }

// Port returns the TCP port.
func (srv *Server) Port() int { return srv.acceptors[0].Addr().(*net.TCPAddr).Port }

// Observations returns what was seen of the connections that have ended, in the order in which they were accepted. If
// there were many, it returns the last two thousand, or as many as fit in the memory; [Server.Forgotten] says how many
// are missing. Use [Server.Drain] to wait for connections that are still open. What the observations point to is
// shared and must not be modified.
func (srv *Server) Observations() []Observation { return srv.record.all() }

// Forgotten returns how many observations were dropped because there were too many, or because they took too much
// memory: see [Memory].
func (srv *Server) Forgotten() uint64 { return srv.record.lost() }

// Close stops listening, closes the open connections, and returns when all of the server's goroutines have ended. It
// waits for a source that is still running. It can be called more than once.
func (srv *Server) Close() error {
	srv.closing.Do(func() {
		srv.mu.Lock()
		close(srv.closed)
		for c := range srv.conns {
			c.raw.Close()
		}
		srv.mu.Unlock()
		for _, in := range srv.acceptors {
			in.Close()
		}
	})
	srv.running.Wait()
	srv.record.end()
	if up := srv.options.Upstream; up != nil && up.Close != nil {
		return up.Close()
	}
	return nil
}

// Log returns the log lines of a server that terminates TLS itself: see [Upstream].Log. It waits until the log has the
// end of every relayed connection that has ended, or until ctx ends.
func (srv *Server) Log(ctx context.Context) []string {
	if up := srv.options.Upstream; up != nil && up.Log != nil {
		return up.Log(ctx, int(srv.relayed.Load()))
	}
	return nil
}

// Fault returns the reason if a server that terminates TLS itself refused a client that did nothing wrong: see
// [Upstream].Fault. Call it after Log.
func (srv *Server) Fault() error {
	if up := srv.options.Upstream; up != nil && up.Fault != nil {
		return up.Fault()
	}
	return nil
}

// Done returns a channel that is closed when a server that terminates TLS itself has ended. For other servers it
// returns nil. [Server.Err] says whether that server ended without being closed.
func (srv *Server) Done() <-chan struct{} {
	if up := srv.options.Upstream; up != nil {
		return up.Done
	}
	return nil
}

// Err returns the reason if a server that terminates TLS itself has ended without being closed. It returns nil while
// that server runs, and for other servers.
func (srv *Server) Err() error {
	if up := srv.options.Upstream; up != nil && up.Err != nil {
		return up.Err()
	}
	return nil
}
