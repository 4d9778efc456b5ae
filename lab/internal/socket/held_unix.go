//go:build unix

package socket

import (
	"io"
	"net/netip"
	"os"
	"syscall"
)

// socket is a file descriptor of a socket.
type socket int

// Close implements io.Closer.
func (s socket) Close() error { return os.NewSyscallError("close", syscall.Close(int(s))) }

// openSocket opens a TCP socket that child processes do not inherit.
func openSocket(family int) (socket, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM, syscall.IPPROTO_TCP)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	syscall.CloseOnExec(fd)
	return socket(fd), nil
}

// bind binds a socket to an address, and returns the port. Binding an IPv6 address leaves the port free on IPv4.
func (s socket) bind(ip netip.Addr, port int) (int, error) {
	family, addr := sockaddr(ip, port)
	if family == syscall.AF_INET6 {
		if err := syscall.SetsockoptInt(int(s), syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 1); err != nil {
			return 0, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := syscall.Bind(int(s), addr); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(int(s))
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	return portOfSocket(name), nil
}

// reserve binds a port without listening on it.
func reserve(ip netip.Addr, port int) (io.Closer, int, error) {
	family, _ := sockaddr(ip, port)
	s, err := openSocket(family)
	if err != nil {
		return nil, 0, err
	}
	if port, err = s.bind(ip, port); err != nil {
		s.Close()
		return nil, 0, err
	}
	return s, port, nil
}
