package serve

import (
	"errors"
	"time"
)

// shedAfter is how long a connection can keep its slot without a finished handshake while another one waits.
const shedAfter = time.Second

// errShed is the error for a connection that was closed to make room.
var errShed = errors.New("closed to make room: all slots were taken, and this was the oldest unfinished handshake")

// slot is the state of a connection among those that are served. The server's lock guards it.
type slot struct {
	since   time.Time // when it was first served; zero while it waits
	settled bool      // the handshake is finished
	shed    bool      // it was closed to make room
}

// waitSlot waits for a free slot. It returns false if the server is closed first. While it waits, it closes connections
// that keep their slot without finishing the handshake, the oldest first: clients that connect and send nothing must
// not keep others out.
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

// enter records that a connection is served from now on.
func (srv *Server) enter(c *conn) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	c.slot.since = time.Now()
}

// settle records that a connection's handshake is finished.
func (srv *Server) settle(c *conn) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	c.slot.settled = true
}

// wasShed reports whether a connection was closed to make room.
func (srv *Server) wasShed(c *conn) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return c.slot.shed
}

// shed closes the connection that has been served longest without finishing its handshake, if it has had enough time.
// It returns how long to wait before the next try. It closes no connection while the server's own material is being
// made, and no relayed one, whose handshake it cannot follow.
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

// load records that the server's material is being made, or is ready. For clients that have waited for it, the time
// until they are shed starts when it is ready.
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
