package socket

import (
	"net"

	"golang.org/x/sys/unix"
)

// Acknowledge has the system acknowledge what was received at once, and not when there is something
// to send along or 40 ms have passed (tcp(7), TCP_QUICKACK): a client that leaves Nagle's algorithm on
// (RFC 1122, section 4.2.3.4) waits for that before it sends its request, and so do all who wait for it.
// The system takes it back by itself, so that it has to be asked after each read.
func Acknowledge(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return // it is closed
	}
	// An error means that the connection has ended, which its reader notices.
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
