package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
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

// hold returns the listen function of a server that holds its port in the way that take does
// for one address.
func hold(take func(ip net.IP, port int) (io.Closer, int, error)) func(string, int) ([]net.Listener, error) {
	on := func(ip net.IP, wanted int) (net.Listener, error) {
		hold, port, err := take(ip, wanted)
		if err != nil {
			return nil, listenError(net.JoinHostPort(ip.String(), strconv.Itoa(wanted)), err)
		}
		return &held{addr: &net.TCPAddr{IP: ip, Port: port}, hold: hold, closed: make(chan struct{})}, nil
	}
	return func(bind string, port int) ([]net.Listener, error) {
		if bind != "" {
			ip, err := net.ResolveIPAddr("ip", bind)
			if err != nil {
				return nil, err
			}
			l, err := on(ip.IP, port)
			return []net.Listener{l}, err
		}
		return onLoopback(port, on)
	}
}

// Accept implements net.Listener: it waits for the end.
func (h *held) Accept() (net.Conn, error) {
	<-h.closed
	return nil, net.ErrClosed
}

func (h *held) next(func(net.Conn)) error {
	_, err := h.Accept()
	return err
}

func (h *held) rest(context.Context, func(net.Conn)) error { return nil }

// Close implements net.Listener.
func (h *held) Close() error {
	err := net.ErrClosed
	h.once.Do(func() {
		close(h.closed)
		err = h.hold.Close()
	})
	return err
}

// Addr implements net.Listener.
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
func sockaddr(ip net.IP, port int) (family int, addr syscall.Sockaddr) {
	if v4 := ip.To4(); v4 != nil {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: port, Addr: [4]byte(v4)}
	}
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: port, Addr: [16]byte(ip.To16())}
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
