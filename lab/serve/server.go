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

// Options say how a scenario is served. All but Service can be left out.
type Options struct {
	// Bind is the address to listen on. Empty means loopback: 127.0.0.1 and, where
	// the machine has it, ::1 on the same port.
	Bind string
	// Port is the TCP port. Zero means one that is free.
	Port int
	// Timeout bounds a connection: handshake and service together. Zero means 10 s.
	Timeout time.Duration
	// MaxConns bounds the connections served at once; others wait. Zero means 256.
	MaxConns int
	// Service answers behind TLS. It is needed unless there is an Upstream.
	Service Service
	// Upstream, if set, is a server that ends TLS by itself: the lab relays to it what clients
	// say, and what it answers, and reads the records along. The server closes it.
	Upstream *Upstream
	// Memory bounds what is remembered of connections, together with all other servers that are given the
	// same. Nil means one of the server's own.
	Memory *Memory
	// OnObservation, if set, is called with every observation when its connection
	// has ended, from the connection's goroutine: calls can overlap.
	OnObservation func(Observation)
	// Trouble, if set, is told of failures of the lab itself, which say nothing of a client: of a panic,
	// and of a shortage of file descriptors (see [ErrOutOfFiles]) for as long as it lasts. Calls can
	// overlap.
	Trouble func(error)
	// Watch, if set, is told what happens on every connection, as it happens: of one connection
	// in order and one after the other, of several at once. The connection waits meanwhile, so
	// that it must not take long.
	Watch func(Event)
}

// Server serves one scenario.
type Server struct {
	scenario  *scenarios.Scenario
	options   Options
	config    *tls.Config
	fault     fault
	acceptors []socket.Acceptor

	slots   chan struct{} // one element a connection: MaxConns
	closed  chan struct{}
	closing sync.Once
	running sync.WaitGroup

	relayed atomic.Int64 // connections that were relayed, and have ended

	mu       sync.Mutex
	accepted uint64 // connections so far
	conns    map[*conn]struct{}
	loading  bool  // the material is being made
	trouble  error // the first

	record remembered
}

// Start listens for clients of a scenario and serves them until [Server.Close].
//
// If the address is taken the error wraps [syscall.EADDRINUSE] and names it. If this system
// cannot be made to do what the scenario wants, it wraps [errors.ErrUnsupported].
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

var errNoService = errors.New("there is no service to answer: see Options.Service")

// Pauses after an error of accept: the first one, and the longest.
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
			// What can fail here passes: a client that has gone again, or a process
			// out of file descriptors, which the pause keeps from spinning.
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
		if srv.waitSlot(c) { // here, so that who has to wait waits outside
			srv.running.Go(func() { srv.attend(c) })
		}
	}
}

// register takes note of a connection that has been accepted.
func (srv *Server) register(raw net.Conn) *conn {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.accepted++
	c := newConn(srv, raw, srv.accepted)
	srv.conns[c] = struct{}{}
	select {
	case <-srv.closed: // meanwhile
		raw.Close()
	default:
	}
	return c
}

// attend serves a connection, and leaves its slot to another. If serving it panics, the connection is
// over, and has its observation all the same.
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
		srv.record.add(c.place, Observation{Start: c.start, Duration: time.Since(c.start), End: EndInternal, Error: errorText(err)})
		close(c.ended)
	}
}

// forget closes a connection and takes it off the list.
func (srv *Server) forget(c *conn) {
	c.raw.Close()
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.conns, c)
}

// observed records the observation of a connection that has ended. The connection counts as over when all have been
// told of it.
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

// Addr returns the address to dial, with the port: 127.0.0.1 unless told
// otherwise by [Options].Bind.
func (srv *Server) Addr() string { return socket.Dialable(srv.acceptors[0].Addr()).String() }

// Port returns the TCP port.
func (srv *Server) Port() int { return srv.acceptors[0].Addr().(*net.TCPAddr).Port }

// Observations returns what was seen of the connections that have ended, in the
// order in which they were accepted; of very many, the last two thousand, or as many
// as fit its memory ([Server.Forgotten] says how many are missing). Use
// [Server.Drain] to wait for those that are still open. What the observations
// point to is shared and must not be changed.
func (srv *Server) Observations() []Observation { return srv.record.all() }

// Forgotten returns how many observations were dropped because there were too many, or because they
// took too much memory: see [Memory].
func (srv *Server) Forgotten() uint64 { return srv.record.lost() }

// Close stops listening, ends the connections that are open, and returns when
// nothing of the server runs any more. A source that is at work is waited for. It
// may be called more than once.
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

// Log returns what a server that ends TLS by itself has logged, a line each: see [Upstream].Log.
// It waits until that server has told of the end of every connection that was relayed to it and
// that has ended, or until ctx ends.
func (srv *Server) Log(ctx context.Context) []string {
	if up := srv.options.Upstream; up != nil && up.Log != nil {
		return up.Log(ctx, int(srv.relayed.Load()))
	}
	return nil
}

// Fault says why a server that ends TLS by itself refused a client for what is no client's doing: see [Upstream].Fault.
// It is to be asked after Log.
func (srv *Server) Fault() error {
	if up := srv.options.Upstream; up != nil && up.Fault != nil {
		return up.Fault()
	}
	return nil
}

// Done is closed when a server that ends TLS by itself has ended; nil, which never is, for all
// others. [Server.Err] says whether it was to end.
func (srv *Server) Done() <-chan struct{} {
	if up := srv.options.Upstream; up != nil {
		return up.Done
	}
	return nil
}

// Err says why a server that ends TLS by itself has ended though nobody closed it; nil as long as
// it runs, and for all other servers.
func (srv *Server) Err() error {
	if up := srv.options.Upstream; up != nil && up.Err != nil {
		return up.Err()
	}
	return nil
}
