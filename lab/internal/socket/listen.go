package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strconv"
	"syscall"
)

// Listen listens on a port. It is an [Opener].
func Listen(ip netip.Addr, port int) (Acceptor, error) {
	l, err := ListenTCP(ip, port)
	if err != nil {
		return nil, err
	}
	a, err := newAcceptor(l)
	if err != nil {
		l.Close()
		return nil, err
	}
	return a, nil
}

// ListenTCP listens on a port, for programs that accept clients themselves.
func ListenTCP(ip netip.Addr, port int) (*net.TCPListener, error) {
	network := "tcp"
	if ip.Is4() {
		network = "tcp4" // with "tcp", 0.0.0.0 would include ::
	}
	addr := hostPort(ip, port)
	var config net.ListenConfig
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), network, addr)
	if err != nil {
		return nil, listenError(addr, err)
	}
	return l.(*net.TCPListener), nil
}

func hostPort(ip netip.Addr, port int) string {
	return net.JoinHostPort(ip.String(), strconv.Itoa(port))
}

// listenError adds what to do if an address is in use, if a port is reserved, or if no file descriptors are left.
func listenError(addr string, err error) error {
	const (
		isTaken   = "%s is taken: stop the program that listens there, or choose other ports with --base-port: %w"
		forbidden = "cannot listen on %s: ports below 1024, and some others, are reserved for the administrator: " +
			"choose others with --base-port, for example 10000: %w"
		outOfFiles = "cannot listen on %s: this process has no file descriptors left: " +
			"raise the limit (ulimit -n 8192), or serve fewer scenarios: %w"
	)
	switch {
	case isAddrInUse(err):
		return taken{fmt.Errorf(isTaken, addr, err)}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf(forbidden, addr, err)
	case IsOutOfFiles(err):
		return fmt.Errorf(outOfFiles, addr, err)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

// taken is the error for an address that is in use. On every system, it matches [syscall.EADDRINUSE].
type taken struct{ error }

func (t taken) Unwrap() error { return t.error }

// Is makes it match with [errors.Is].
func (taken) Is(target error) bool { return target == syscall.EADDRINUSE }
