package socket

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// maxFillers limits the connections that fill an accept queue. With a backlog of zero, Linux still accepts one.
	maxFillers = 16
	// fillerTime is how long to wait for a filler's connection, in milliseconds. The SYN of the last one may have been
	// dropped.
	fillerTime = 1000
)

// fill listens on a port with a full accept queue, so that Linux drops the SYNs of all clients (tcp(7), listen(2)). It
// does not infer that the queue is full from a connection that fails, but asks the system.
func fill(ip netip.Addr, port int) (io.Closer, int, error) {
	family, _ := sockaddr(ip, port)
	l, err := openSocket(family)
	if err != nil {
		return nil, 0, err
	}
	all := closers{l}
	port, err = l.listenWithoutQueue(ip, port)
	for n := 0; err == nil; n++ {
		var full bool
		if full, err = l.isFull(); full || err != nil {
			break
		}
		if n == maxFillers {
			err = errors.New("cannot fill the accept queue")
			break
		}
		var filler socket
		if filler, err = connectTo(ip, port); err == nil {
			all = append(all, filler)
		}
	}
	if err != nil {
		all.Close()
		return nil, 0, err
	}
	return all, port, nil
}

func (s socket) listenWithoutQueue(ip netip.Addr, port int) (int, error) {
	// As in net.Listen: remains of earlier connections must not block the port.
	if err := unix.SetsockoptInt(int(s), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	port, err := s.bind(ip, port)
	if err != nil {
		return 0, err
	}
	return port, os.NewSyscallError("listen", unix.Listen(int(s), 0))
}

// isFull reports whether the next SYN will be dropped. For a listening socket, TCP_INFO has the number of connections
// in the queue, and the maximum (tcp_get_info).
func (s socket) isFull() (bool, error) {
	info, err := unix.GetsockoptTCPInfo(int(s), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return false, os.NewSyscallError("getsockopt", err)
	}
	return info.Unacked > info.Sacked, nil
}

// connectTo starts to connect, and waits for fillerTime at most until the connection is established.
func connectTo(ip netip.Addr, port int) (socket, error) {
	family, addr := sockaddr(ip, port)
	s, err := openSocket(family)
	if err != nil {
		return 0, err
	}
	// With a linger time of zero, it is closed with RST and leaves nothing behind.
	err = errors.Join(
		os.NewSyscallError("setsockopt",
			unix.SetsockoptLinger(int(s), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})),
		os.NewSyscallError("setnonblock", unix.SetNonblock(int(s), true)))
	if err == nil {
		if err = syscall.Connect(int(s), addr); errors.Is(err, unix.EINPROGRESS) {
			err = s.waitWritable()
		}
	}
	if err != nil {
		s.Close()
		return 0, err
	}
	return s, nil
}

func (s socket) waitWritable() error {
	poll := []unix.PollFd{{Fd: int32(s), Events: unix.POLLOUT}}
	_, err := unix.Poll(poll, fillerTime)
	for errors.Is(err, unix.EINTR) {
		_, err = unix.Poll(poll, fillerTime)
	}
	return os.NewSyscallError("poll", err)
}
