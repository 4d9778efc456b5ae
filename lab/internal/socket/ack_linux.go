package socket

import (
	"net"

	"golang.org/x/sys/unix"
)

// Acknowledge makes the system acknowledge received data at once (tcp(7), TCP_QUICKACK). Otherwise, it would wait until
// there is data to send, or until 40 ms have passed. A client that uses Nagle's algorithm (RFC 1122, section 4.2.3.4)
// waits for the acknowledgement before it sends its request. The system resets the option by itself, so Acknowledge
// must be called after each read.
func Acknowledge(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return // the connection is closed
	}
	// An error means that the connection has ended, which the reader will notice.
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
