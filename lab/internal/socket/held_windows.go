package socket

import (
	"io"
	"net/netip"
	"os"
	"syscall"
)

// socket is a socket of the system's.
type socket syscall.Handle

// Close implements io.Closer.
func (s socket) Close() error {
	return os.NewSyscallError("closesocket", syscall.Closesocket(syscall.Handle(s)))
}

// reserve takes a port and does not listen on it.
func reserve(ip netip.Addr, port int) (io.Closer, int, error) {
	family, addr := sockaddr(ip, port)
	handle, err := syscall.Socket(family, syscall.SOCK_STREAM, syscall.IPPROTO_TCP)
	if err != nil {
		return nil, 0, os.NewSyscallError("socket", err)
	}
	if err := syscall.Bind(handle, addr); err != nil {
		syscall.Closesocket(handle)
		return nil, 0, os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(handle)
	if err != nil {
		syscall.Closesocket(handle)
		return nil, 0, os.NewSyscallError("getsockname", err)
	}
	return socket(handle), portOfSocket(name), nil
}
