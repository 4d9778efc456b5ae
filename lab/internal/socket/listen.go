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

// ListenTCP listens on a port as [Listen] does, for programs that accept clients by themselves.
func ListenTCP(ip netip.Addr, port int) (*net.TCPListener, error) {
	network := "tcp"
	if ip.Is4() {
		network = "tcp4" // or 0.0.0.0 would mean :: as well
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

// listenError says what to do if an address is taken, or if there are no file descriptors left.
func listenError(addr string, err error) error {
	const (
		isTaken   = "%s is taken: stop what listens there, or choose other ports with --base-port: %w"
		forbidden = "cannot listen on %s: systems keep ports below 1024, and some others, for the administrator: " +
			"choose others with --base-port, for example 10000: %w"
		outOfFiles = "cannot listen on %s: this process may have no more file descriptors: " +
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

// taken is the error for an address that is in use: [syscall.EADDRINUSE] on every system.
type taken struct{ error }

func (t taken) Unwrap() error { return t.error }

// Is implements what [errors.Is] asks for.
func (taken) Is(target error) bool { return target == syscall.EADDRINUSE }
