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

// held is a port at which nobody is ever accepted.
type held struct {
	addr   *net.TCPAddr
	hold   io.Closer
	closed chan struct{}
	once   sync.Once
}

// Refuse takes a port and does not listen on it: clients that connect are refused, and nothing else can take the
// port. A port that merely is free would be taken by any program at any time, and could be the one from which a
// client connects, which then reaches itself. It is an [Opener].
func Refuse(ip netip.Addr, port int) (Acceptor, error) { return hold(ip, port, reserve) }

// DropSYN listens on a port with an accept queue that is full, so that what clients send to connect is dropped. Where
// a system cannot be made to do so for certain, the error wraps [errors.ErrUnsupported]. It is an [Opener].
func DropSYN(ip netip.Addr, port int) (Acceptor, error) { return hold(ip, port, fill) }

// hold holds a port in the way that take does.
func hold(ip netip.Addr, wanted int, take func(ip netip.Addr, port int) (io.Closer, int, error)) (Acceptor, error) {
	hold, port, err := take(ip, wanted)
	if err != nil {
		return nil, listenError(hostPort(ip, wanted), err)
	}
	addr := net.TCPAddr{IP: ip.AsSlice(), Port: port, Zone: ip.Zone()}
	return &held{addr: &addr, hold: hold, closed: make(chan struct{})}, nil
}

// Next implements Acceptor: it waits for the end.
func (h *held) Next(func(net.Conn)) error {
	<-h.closed
	return net.ErrClosed
}

// Drain implements Acceptor: there is nobody to admit.
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

// closers closes several things, the last first.
type closers []io.Closer

// Close implements io.Closer.
func (list closers) Close() error {
	var errs []error
	for i := len(list) - 1; i >= 0; i-- {
		errs = append(errs, list[i].Close())
	}
	return errors.Join(errs...)
}

// sockaddr returns an address as the system's calls want it.
func sockaddr(ip netip.Addr, port int) (family int, addr syscall.Sockaddr) {
	if ip.Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: port, Addr: ip.As4()}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: ip.As16()}
}

// portOfSocket returns the port of a socket's own address.
func portOfSocket(addr syscall.Sockaddr) int {
	switch a := addr.(type) {
	case *syscall.SockaddrInet4:
		return a.Port
	case *syscall.SockaddrInet6:
		return a.Port
	}
	return 0
}
