package socket

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
)

// announced is an acceptor that drains its backlog by connecting to itself. The kernel returns connections in the order
// in which they were made, so when it accepts its own, it has accepted all earlier ones. This works on every system.
type announced struct {
	*net.TCPListener
	closed chan struct{}
	once   sync.Once

	mu        sync.Mutex
	sentinels map[*sentinel]struct{}
}

// sentinel is a connection that an acceptor has made to itself.
type sentinel struct {
	dialled chan struct{} // closed when addr is known, or dialling has failed
	addr    string        // the connection's local address
	arrived chan struct{} // closed when it has been accepted
}

func announce(l *net.TCPListener) *announced {
	return &announced{TCPListener: l, closed: make(chan struct{}), sentinels: make(map[*sentinel]struct{})}
}

// Close implements Acceptor.
func (a *announced) Close() error {
	a.once.Do(func() { close(a.closed) })
	return a.TCPListener.Close()
}

// Next implements Acceptor.
func (a *announced) Next(admit func(net.Conn)) error {
	for {
		c, err := a.Accept()
		if err != nil {
			return err
		}
		if !a.isSentinel(c.RemoteAddr().String()) {
			admit(c)
			return nil
		}
		c.Close()
	}
}

// Drain implements Acceptor.
func (a *announced) Drain(ctx context.Context, _ func(net.Conn)) error {
	s := &sentinel{dialled: make(chan struct{}), arrived: make(chan struct{})}
	a.mu.Lock()
	a.sentinels[s] = struct{}{}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.sentinels, s)
	}()

	raw, err := new(net.Dialer).DialContext(ctx, "tcp", Dialable(a.Addr()).String())
	if err != nil {
		close(s.dialled)
		return err
	}
	defer raw.Close()
	s.addr = raw.LocalAddr().String()
	close(s.dialled)
	select {
	case <-s.arrived:
		return nil
	case <-a.closed:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isSentinel reports whether the connection from addr is a sentinel's. If so, it closes the sentinel's arrived.
// Sentinels are registered before they dial, so every sentinel that can arrive is in the map.
func (a *announced) isSentinel(addr string) bool {
	a.mu.Lock()
	candidates := slices.Collect(maps.Keys(a.sentinels))
	a.mu.Unlock()
	for _, s := range candidates {
		<-s.dialled
		if s.addr == addr {
			close(s.arrived)
			return true
		}
	}
	return false
}
