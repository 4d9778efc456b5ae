package serve

import (
	"errors"
	"time"
)

// shedAfter is how long a connection may be without a finished handshake while another one waits for
// its slot.
const shedAfter = time.Second

// errShed is the end of a connection that had to make room.
var errShed = errors.New("closed to make room: every connection was taken, and this was the oldest whose handshake was not finished")

// slot is a connection's place among those that are served. The server's lock guards it.
type slot struct {
	since   time.Time // since when it is served; zero as long as it waits
	settled bool      // the handshake is finished
	shed    bool      // it has been closed to make room
}

// waitSlot waits until a connection may be served, and reports whether it may: otherwise the server
// has been closed. While it waits, it has connections closed that keep their slot without finishing
// their handshake, the oldest first: clients that connect and say nothing must not keep others out.
func (srv *Server) waitSlot(c *conn) bool {
	for {
		select {
		case srv.slots <- struct{}{}:
			srv.enter(c)
			return true
		case <-srv.closed:
			srv.forget(c)
			return false
		default:
		}
		again := time.NewTimer(srv.shed(time.Now()))
		select {
		case srv.slots <- struct{}{}:
			again.Stop()
			srv.enter(c)
			return true
		case <-srv.closed:
			again.Stop()
			srv.forget(c)
			return false
		case <-again.C:
		}
	}
}

// enter notes that a connection is served from now on.
func (srv *Server) enter(c *conn) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	c.slot.since = time.Now()
}

// settle notes that a connection's handshake is finished.
func (srv *Server) settle(c *conn) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	c.slot.settled = true
}

// wasShed reports whether a connection has been closed to make room.
func (srv *Server) wasShed(c *conn) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return c.slot.shed
}

// shed closes the connection that has been served the longest without finishing its handshake, if that
// is long enough, and returns when to look again. It closes no connection that waits for the server's own
// material, and no relayed one: what is said there is not known.
func (srv *Server) shed(now time.Time) time.Duration {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if srv.loading || srv.options.Upstream != nil {
		return shedAfter
	}
	var oldest *conn
	for c := range srv.conns {
		open := !c.slot.since.IsZero() && !c.slot.settled && !c.slot.shed
		if open && (oldest == nil || c.slot.since.Before(oldest.slot.since)) {
			oldest = c
		}
	}
	if oldest == nil {
		return shedAfter
	}
	if left := shedAfter - now.Sub(oldest.slot.since); left > 0 {
		return left
	}
	oldest.slot.shed = true
	oldest.raw.Close()
	return shedAfter
}

// load notes that the server's material is being made, or is there. The clients that have waited for it
// have their time from then on.
func (srv *Server) load(busy bool) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.loading = busy
	for c := range srv.conns {
		if !busy && !c.slot.since.IsZero() {
			c.slot.since = time.Now()
		}
	}
}
