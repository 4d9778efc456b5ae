package serve

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// heldPort is a TCP port at which nothing listens, and at which nothing else can.
//
// A port that merely is free could be taken by any program at any time. This one is the local
// end of a connection between two sockets of ours: whoever connects to it finds no listener and
// is refused, on every system, and the kernel gives it to nobody.
type heldPort struct{ near, far *net.TCPConn }

// holdPort takes a port on an address of this machine; zero means one that is free.
func holdPort(ip net.IP, port int) (*heldPort, error) {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: ip})
	if err != nil {
		return nil, fmt.Errorf("taking a port at which nothing listens: %w", err)
	}
	defer l.Close()
	// The connection is complete before it is accepted, so that one can wait for the other.
	near, err := net.DialTCP("tcp", &net.TCPAddr{IP: ip, Port: port}, l.Addr().(*net.TCPAddr))
	if isAddrInUse(err) {
		addr := &net.TCPAddr{IP: ip, Port: port}
		return nil, fmt.Errorf("%s is taken: stop what listens there, or choose other ports with --base-port: %w",
			addr, errors.Join(syscall.EADDRINUSE, err))
	}
	if err != nil {
		return nil, fmt.Errorf("taking a port at which nothing listens: %w", err)
	}
	for {
		far, err := l.AcceptTCP()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("taking a port at which nothing listens: %w", err), near.Close())
		}
		if far.RemoteAddr().String() != near.LocalAddr().String() { // somebody else's
			far.Close()
			continue
		}
		// The end is a reset, which leaves no TIME_WAIT: the port is free at once.
		near.SetLinger(0)
		far.SetLinger(0)
		return &heldPort{near, far}, nil
	}
}

// String returns the address: host:port.
func (p *heldPort) String() string { return p.near.LocalAddr().String() }

// Close gives the port back. Closing it again does nothing.
func (p *heldPort) Close() error {
	err := errors.Join(p.near.Close(), p.far.Close())
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
