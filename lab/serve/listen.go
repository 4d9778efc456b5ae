package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
)

// portTries bounds the search for a port that is free on both loopback addresses.
const portTries = 1024

// Servers that may listen anywhere take turns at the odd ports of the dynamic range (RFC 6335,
// section 6). The kernel is not asked: its search keeps away from each port of the last minute
// (TIME_WAIT; RFC 9293, section 3.6), so that it takes longer with every server that there was, and
// in the end finds none. Odd, since Linux gives even ones to clients as long as it has some
// (__inet_hash_connect).
const (
	firstPort    = 49153
	dynamicPorts = (1<<16 - firstPort + 1) / 2
)

// portTurn is how many ports were given out, from a place that is another one in each process.
var portTurn atomic.Uint64

func init() { portTurn.Store(rand.Uint64N(dynamicPorts)) }

// nextPort returns the port whose turn it is. It comes again when all others have had theirs.
func nextPort() int { return firstPort + 2*int(portTurn.Add(1)%dynamicPorts) }

// listen opens the listeners of a server, the one to be dialled first.
func listen(bind string, port int) ([]net.Listener, error) {
	if bind != "" {
		l, err := listenOn("tcp", bind, port)
		return []net.Listener{l}, err
	}
	return onLoopback(port, func(ip net.IP, port int) (net.Listener, error) {
		network := "tcp6"
		if ip.To4() != nil {
			network = "tcp4"
		}
		return listenOn(network, ip.String(), port)
	})
}

// onLoopback listens on 127.0.0.1 and, where the machine has it, on ::1, on the same port. Zero is
// one that is free on both.
func onLoopback(port int, on func(ip net.IP, port int) (net.Listener, error)) ([]net.Listener, error) {
	if port != 0 {
		return onBoth(port, on)
	}
	for try := 1; ; try++ {
		listeners, err := onBoth(nextPort(), on)
		// Windows forbids the ports that it has set aside.
		taken := errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, fs.ErrPermission)
		if !taken || try == portTries {
			return listeners, err
		}
	}
}

func onBoth(port int, on func(ip net.IP, port int) (net.Listener, error)) ([]net.Listener, error) {
	v4, err := on(net.IPv4(127, 0, 0, 1), port)
	if err != nil {
		return nil, err
	}
	v6, err := on(net.IPv6loopback, v4.Addr().(*net.TCPAddr).Port)
	switch {
	case err == nil:
		return []net.Listener{v4, v6}, nil
	case errors.Is(err, syscall.EADDRINUSE):
		v4.Close()
		return nil, err
	default: // no IPv6 on this machine
		return []net.Listener{v4}, nil
	}
}

// listenOn listens on one address, and says what to do if it is taken.
func listenOn(network, host string, port int) (net.Listener, error) {
	addr := net.JoinHostPort(host, strconv.Itoa(port))
	if ip := net.ParseIP(host); ip.To4() != nil {
		network = "tcp4" // or 0.0.0.0 would mean :: as well
	}
	var config net.ListenConfig
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), network, addr)
	if err != nil {
		return nil, listenError(addr, err)
	}
	return l, nil
}

// listenError says what to do if an address is taken, or if there are no file descriptors left.
func listenError(addr string, err error) error {
	if isAddrInUse(err) {
		return taken{fmt.Errorf("%s is taken: stop what listens there, or choose other ports with --base-port: %w", addr, err)}
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("cannot listen on %s: systems keep ports below 1024, and some others, for the administrator: choose others with --base-port, for example 10000: %w", addr, err)
	}
	if isOutOfFiles(err) {
		return fmt.Errorf("cannot listen on %s: this process may have no more file descriptors: raise the limit (ulimit -n 8192), or serve fewer scenarios: %w", addr, err)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

// taken is the error for an address that is in use: [syscall.EADDRINUSE] on every system.
type taken struct{ error }

func (t taken) Unwrap() error { return t.error }

// Is implements what [errors.Is] asks for.
func (taken) Is(target error) bool { return target == syscall.EADDRINUSE }

// dialable returns an address at which a listener bound to ip is reached from
// this machine.
func dialable(ip net.IP) net.IP {
	switch {
	case !ip.IsUnspecified():
		return ip
	case ip.To4() != nil:
		return net.IPv4(127, 0, 0, 1)
	default:
		return net.IPv6loopback
	}
}
