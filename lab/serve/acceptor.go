package serve

import (
	"context"
	"maps"
	"net"
	"slices"
	"sync"
)

// acceptor is where clients come in: a listener that can tell who had come already.
type acceptor interface {
	Addr() net.Addr
	Close() error
	// next waits for a client and admits it.
	next(admit func(net.Conn)) error
	// rest has those admitted who had connected before it was called, but for the one that next
	// has admitted and not come back from. It returns an error if ctx ends first, or the acceptor
	// is closed.
	rest(ctx context.Context, admit func(net.Conn)) error
}

// newAcceptors returns the acceptors that listeners are. If it fails, all are closed.
func newAcceptors(listeners []net.Listener) ([]acceptor, error) {
	var list []acceptor
	for n, l := range listeners {
		in, err := enter(l)
		if err != nil {
			for _, l := range listeners[n:] {
				l.Close()
			}
			for _, in := range list {
				in.Close()
			}
			return nil, err
		}
		list = append(list, in)
	}
	return list, nil
}

func enter(l net.Listener) (acceptor, error) {
	if h, ok := l.(*held); ok {
		return h, nil
	}
	return newTCPAcceptor(l.(*net.TCPListener))
}

// announced is an acceptor to which the lab sends somebody of its own, who comes after all that
// came before: the kernel hands connections over in the order in which they were made. It works
// wherever there are sockets.
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
	addr    string        // its own address
	arrived chan struct{} // closed when it has been accepted
}

func announce(l *net.TCPListener) *announced {
	return &announced{TCPListener: l, closed: make(chan struct{}), sentinels: make(map[*sentinel]struct{})}
}

// Close implements acceptor.
func (a *announced) Close() error {
	a.once.Do(func() { close(a.closed) })
	return a.TCPListener.Close()
}

func (a *announced) next(admit func(net.Conn)) error {
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

func (a *announced) rest(ctx context.Context, _ func(net.Conn)) error {
	s := &sentinel{dialled: make(chan struct{}), arrived: make(chan struct{})}
	a.mu.Lock()
	a.sentinels[s] = struct{}{}
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.sentinels, s)
	}()

	to := a.Addr().(*net.TCPAddr)
	addr := net.TCPAddr{IP: dialable(to.IP), Port: to.Port, Zone: to.Zone}
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", addr.String())
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

// isSentinel reports whether the connection from addr is a sentinel's, and if so tells it that it
// has arrived. It is among those that are under way: a sentinel is registered before it dials.
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
