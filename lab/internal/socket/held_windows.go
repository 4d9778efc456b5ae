package socket

import (
	"io"
	"net/netip"
	"os"
	"syscall"
)

// socket is a handle of a socket.
type socket syscall.Handle

// Close implements io.Closer.
func (s socket) Close() error {
	return os.NewSyscallError("closesocket", syscall.Closesocket(syscall.Handle(s)))
}

// reserve binds a port without listening on it.
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
