package serve

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
)

// sentinel is a connection that Drain makes to a listener of its own server. The
// kernel hands connections over in the order in which they were made, so that all
// earlier ones have been accepted when this one arrives.
type sentinel struct {
	dialled chan struct{} // closed when addr is known, or dialling has failed
	addr    string        // its own address
	arrived chan struct{} // closed when it has been accepted
}

// Drain returns when every connection that a client had made before the call has
// been accepted and has ended, so that [Server.Observations] and
// [Options].OnObservation have it. It returns early, with an error, if ctx ends
// first. A server that is closed has nothing to drain.
func (srv *Server) Drain(ctx context.Context) error {
	for _, l := range srv.listeners {
		if _, held := l.(*held); held {
			continue // nobody arrives there
		}
		if err := srv.arrive(ctx, l.Addr().(*net.TCPAddr)); err != nil {
			return fmt.Errorf("serve: draining scenario %s: %w", srv.scenario.ID, err)
		}
	}
	srv.mu.Lock()
	open := slices.Collect(maps.Keys(srv.conns))
	srv.mu.Unlock()
	for _, c := range open {
		select {
		case <-c.ended:
		case <-srv.closed:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("serve: draining scenario %s: a connection is still open: %w", srv.scenario.ID, ctx.Err())
		}
	}
	return nil
}

// arrive sends a sentinel to a listener and returns when it has been accepted, or
// the server has been closed.
func (srv *Server) arrive(ctx context.Context, to *net.TCPAddr) error {
	s := &sentinel{dialled: make(chan struct{}), arrived: make(chan struct{})}
	srv.mu.Lock()
	srv.sentinels[s] = struct{}{}
	srv.mu.Unlock()

	addr := net.TCPAddr{IP: dialable(to.IP), Port: to.Port, Zone: to.Zone}
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		srv.recall(s)
		close(s.dialled)
		select {
		case <-srv.closed:
			return nil
		default:
			return err
		}
	}
	defer raw.Close()
	s.addr = raw.LocalAddr().String()
	close(s.dialled)
	select {
	case <-s.arrived:
		return nil
	case <-srv.closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isSentinel reports whether the connection from addr is a sentinel's, and if so
// tells it that it has arrived. Candidates are the sentinels that were under way
// when the connection was accepted: a sentinel is registered before it dials, so
// that it is always among them.
func (srv *Server) isSentinel(addr net.Addr, candidates []*sentinel) bool {
	for _, s := range candidates {
		<-s.dialled
		if s.addr == addr.String() {
			srv.recall(s)
			close(s.arrived)
			return true
		}
	}
	return false
}

// recall takes a sentinel off the list.
func (srv *Server) recall(s *sentinel) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.sentinels, s)
}
