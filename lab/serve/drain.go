package serve

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
)

// Drain waits until every connection made before the call has been accepted and has ended. [Server.Observations] then
// has them, and [Options].OnObservation has been called for them. If ctx ends first, Drain returns an error. On a
// closed server it returns nil at once.
func (srv *Server) Drain(ctx context.Context) error {
	if !srv.enlist() {
		return nil
	}
	defer srv.running.Done()
	if err := srv.drainBacklog(ctx); err != nil {
		return fmt.Errorf("serve: draining scenario %s: %w", srv.scenario.ID, err)
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

// drainBacklog accepts every client that has connected. The caller must be enlisted, or be sure that Close is not
// called before drainBacklog returns.
func (srv *Server) drainBacklog(ctx context.Context) error {
	for _, in := range srv.acceptors {
		err := in.Drain(ctx, func(raw net.Conn) {
			c := srv.register(raw)
			srv.running.Go(func() {
				if srv.waitSlot(c) {
					srv.attend(c)
				}
			})
		})
		srv.troubled(err)
		if err != nil && !srv.isClosed() {
			return err
		}
	}
	return nil
}

// enlist makes Close wait until the caller has called running.Done. It returns false, and does nothing, if the server
// is closed.
func (srv *Server) enlist() bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.isClosed() {
		return false
	}
	srv.running.Add(1)
	return true
}

// isClosed reports whether Close has been called.
func (srv *Server) isClosed() bool {
	select {
	case <-srv.closed:
		return true
	default:
		return false
	}
}
