package socket

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// held is a port on which no client is ever accepted.
type held struct {
	addr   *net.TCPAddr
	hold   io.Closer
	closed chan struct{}
	once   sync.Once
}

// Refuse binds a port without listening on it: clients are refused, and no other program can use the port. If the port
// were merely free, any program could take it at any time. It could even become a client's own port, and the client
// would then connect to itself. Refuse is an [Opener].
func Refuse(ip netip.Addr, port int) (Acceptor, error) { return hold(ip, port, reserve) }

// DropSYN listens on a port with a full accept queue, so that the system drops the SYNs of clients. If the system
// cannot reliably do that, the error wraps [errors.ErrUnsupported]. DropSYN is an [Opener].
func DropSYN(ip netip.Addr, port int) (Acceptor, error) { return hold(ip, port, fill) }

// hold returns an acceptor for a port that take has opened.
func hold(ip netip.Addr, wanted int, take func(ip netip.Addr, port int) (io.Closer, int, error)) (Acceptor, error) {
	hold, port, err := take(ip, wanted)
	if err != nil {
		return nil, listenError(hostPort(ip, wanted), err)
	}
	addr := net.TCPAddr{IP: ip.AsSlice(), Port: port, Zone: ip.Zone()}
	return &held{addr: &addr, hold: hold, closed: make(chan struct{})}, nil
}

// Next implements Acceptor. It waits until the acceptor is closed.
func (h *held) Next(func(net.Conn)) error {
	<-h.closed
	return net.ErrClosed
}

// Drain implements Acceptor. There are no clients to admit.
func (h *held) Drain(context.Context, func(net.Conn)) error { return nil }

// Close implements Acceptor. Closing it again does nothing.
func (h *held) Close() (err error) {
	h.once.Do(func() {
		close(h.closed)
		err = h.hold.Close()
	})
	return err
}

// Addr implements Acceptor.
func (h *held) Addr() net.Addr { return h.addr }

// closers closes several things in reverse order.
type closers []io.Closer

// Close implements io.Closer.
func (list closers) Close() error {
	var errs []error
	for i := len(list) - 1; i >= 0; i-- {
		errs = append(errs, list[i].Close())
	}
	return errors.Join(errs...)
}

// sockaddr returns an address in the form for system calls.
func sockaddr(ip netip.Addr, port int) (family int, addr syscall.Sockaddr) {
	if ip.Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: port, Addr: ip.As4()}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: ip.As16()}
}

// portOfSocket returns the port in a socket's address.
func portOfSocket(addr syscall.Sockaddr) int {
	switch a := addr.(type) {
	case *syscall.SockaddrInet4:
		return a.Port
	case *syscall.SockaddrInet6:
		return a.Port
	}
	return 0
}
