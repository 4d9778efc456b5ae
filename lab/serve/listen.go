package serve

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// portTries bounds the search for a port that is free on both loopback addresses.
const portTries = 32

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

// onLoopback listens on 127.0.0.1 and, where the machine has it, on ::1, on the same port.
func onLoopback(port int, on func(ip net.IP, port int) (net.Listener, error)) ([]net.Listener, error) {
	for try := 1; ; try++ {
		listeners, err := onBoth(port, on)
		// A port that the kernel has chosen for 127.0.0.1 may be taken on ::1.
		if port == 0 && errors.Is(err, syscall.EADDRINUSE) && try < portTries {
			continue
		}
		return listeners, err
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
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, listenError(addr, err)
	}
	return l, nil
}

// listenError says what to do if an address is taken.
func listenError(addr string, err error) error {
	if isAddrInUse(err) {
		return fmt.Errorf("%s is taken: stop what listens there, or choose other ports with --base-port: %w",
			addr, errors.Join(syscall.EADDRINUSE, err))
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

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
