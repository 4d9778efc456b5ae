// Package socket opens the ports of the lab's servers: ports that listen, that refuse, and that drop what comes. It
// says what to do if a port cannot be opened, and hides how systems differ.
package socket

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
)

// Acceptor is where clients come in: a listener that can tell which clients had connected already.
type Acceptor interface {
	// Addr returns its address, which is a [*net.TCPAddr].
	Addr() net.Addr
	// Close stops listening. Calls of the other methods return an error then.
	Close() error
	// Next waits for a client and admits it.
	Next(admit func(net.Conn)) error
	// Drain admits the clients that had connected before it was called, except the one that Next is
	// admitting. It returns an error if ctx ends first, or the acceptor is closed.
	Drain(ctx context.Context, admit func(net.Conn)) error
}

// Opener opens a port on an address of this machine; port zero is one that is free. The functions of this package
// that are one are [Listen], [Refuse] and [DropSYN].
//
// If the port is taken the error wraps [syscall.EADDRINUSE] and names it.
type Opener func(ip netip.Addr, port int) (Acceptor, error)

// Open opens the ports of a server, the one to be dialled first. An empty bind means loopback: 127.0.0.1 and, where
// the machine has it, ::1, on the same port. Zero is a port that is free.
func Open(bind string, port int, open Opener) ([]Acceptor, error) {
	if bind == "" {
		return onLoopback(port, open)
	}
	ip, err := Resolve(bind)
	if err != nil {
		return nil, err
	}
	a, err := open(ip, port)
	if err != nil {
		return nil, err
	}
	return []Acceptor{a}, nil
}

// Resolve returns the address that a name or an address to listen on stands for.
func Resolve(bind string) (netip.Addr, error) {
	found, err := net.ResolveIPAddr("ip", bind)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("cannot listen on %s: %w", bind, err)
	}
	ip, _ := netip.AddrFromSlice(found.IP) // 4 or 16 bytes
	return ip.Unmap().WithZone(found.Zone), nil
}

// Dialable returns an address at which a listener that is bound to addr is reached from this machine.
func Dialable(addr net.Addr) *net.TCPAddr {
	to := *addr.(*net.TCPAddr)
	switch {
	case !to.IP.IsUnspecified():
	case to.IP.To4() != nil:
		to.IP = net.IPv4(127, 0, 0, 1)
	default:
		to.IP = net.IPv6loopback
	}
	return &to
}

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

// portTurn is how many ports this process has given out, from a place that is another one in each process. It is
// the process's, as ports are.
var portTurn = randomTurn()

func randomTurn() *atomic.Uint64 {
	var n atomic.Uint64
	n.Store(rand.Uint64N(dynamicPorts))
	return &n
}

// nextPort returns the port whose turn it is. It comes again when all others have had theirs.
func nextPort() int { return firstPort + 2*int(portTurn.Add(1)%dynamicPorts) }

// onLoopback opens a port on 127.0.0.1 and, where the machine has it, on ::1. Zero is one that is free on both.
func onLoopback(port int, open Opener) ([]Acceptor, error) {
	if port != 0 {
		return onBoth(port, open)
	}
	for try := 1; ; try++ {
		list, err := onBoth(nextPort(), open)
		// Windows forbids the ports that it has set aside.
		taken := errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, fs.ErrPermission)
		if !taken || try == portTries {
			return list, err
		}
	}
}

func onBoth(port int, open Opener) ([]Acceptor, error) {
	v4, err := open(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	if err != nil {
		return nil, err
	}
	v6, err := open(netip.IPv6Loopback(), v4.Addr().(*net.TCPAddr).Port)
	switch {
	case err == nil:
		return []Acceptor{v4, v6}, nil
	case errors.Is(err, syscall.EADDRINUSE):
		v4.Close()
		return nil, err
	default: // no IPv6 on this machine
		return []Acceptor{v4}, nil
	}
}
