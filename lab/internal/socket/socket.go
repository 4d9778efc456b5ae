// Package socket opens the ports of the lab's servers: ports that accept connections, that refuse them, and that drop
// them. It hides the differences between systems. Its errors say what to do if a port cannot be opened.
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

// Acceptor is a listener that can also accept exactly the clients that have already connected.
type Acceptor interface {
	// Addr returns its address, which is a [*net.TCPAddr].
	Addr() net.Addr
	// Close stops listening. The other methods then return an error.
	Close() error
	// Next waits for a client and passes it to admit.
	Next(admit func(net.Conn)) error
	// Drain waits until all clients that had connected before the call are admitted, by itself or by a concurrent Next.
	// It returns an error if ctx ends first, or if the acceptor is closed.
	Drain(ctx context.Context, admit func(net.Conn)) error
}

// Opener opens a port on an address of this machine. Port zero means any free port. [Listen], [Refuse] and [DropSYN]
// are Openers.
//
// If the port is in use, the error wraps [syscall.EADDRINUSE] and names the address.
type Opener func(ip netip.Addr, port int) (Acceptor, error)

// Open opens the ports of a server. The first one is the one to dial. An empty bind means loopback: 127.0.0.1 and, if
// the machine has IPv6, ::1 on the same port. Port zero means any free port.
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

// Resolve returns the IP address for a name or address to listen on.
func Resolve(bind string) (netip.Addr, error) {
	found, err := net.ResolveIPAddr("ip", bind)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("cannot listen on %s: %w", bind, err)
	}
	ip, _ := netip.AddrFromSlice(found.IP) // 4 or 16 bytes
	return ip.Unmap().WithZone(found.Zone), nil
}

// Dialable returns the address at which this machine can reach a listener that is bound to addr.
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

// portTries limits the search for a port that is free on both loopback addresses.
const portTries = 1024

// Servers that can listen on any port use the odd ports of the dynamic range (RFC 6335, section 6) in turn. The kernel
// is not asked for a free port: its search avoids all ports that were used in the last minute (TIME_WAIT; RFC 9293,
// section 3.6), so it takes longer with every server, and finally finds none. The ports are odd because Linux prefers
// even ones for outgoing connections (__inet_hash_connect).
const (
	firstPort    = 49153
	dynamicPorts = (1<<16 - firstPort + 1) / 2
)

// portTurn counts the ports that this process has used. It starts at a random number, which differs between processes.
// It is global because ports belong to the process.
var portTurn = randomTurn()

func randomTurn() *atomic.Uint64 {
	var n atomic.Uint64
	n.Store(rand.Uint64N(dynamicPorts))
	return &n
}

// nextPort returns the next port in turn. It returns a port again only after all others.
func nextPort() int { return firstPort + 2*int(portTurn.Add(1)%dynamicPorts) }

// onLoopback opens a port on 127.0.0.1 and, if the machine has IPv6, on ::1. Zero means a port that is free on both.
func onLoopback(port int, open Opener) ([]Acceptor, error) {
	if port != 0 {
		return onBoth(port, open)
	}
	for try := 1; ; try++ {
		list, err := onBoth(nextPort(), open)
		// Windows returns a permission error for ports that it has reserved.
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
