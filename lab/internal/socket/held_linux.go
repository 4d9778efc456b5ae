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
	// maxFillers bounds the connections that fill an accept queue. Linux lets one in that
	// has been told to keep none.
	maxFillers = 16
	// fillerTime is how long a filler is waited for, in milliseconds: the last of them may be
	// one whose SYN has been dropped.
	fillerTime = 1000
)

// fill listens on a port with an accept queue that is full: Linux drops the SYN of everyone
// else (tcp(7), listen(2)). That it is full is not guessed from a connection that does not come
// about, but asked of the system.
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
			err = errors.New("its accept queue does not fill")
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
	// As net.Listen does: what is left of former connections is not in the way.
	if err := unix.SetsockoptInt(int(s), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	port, err := s.bind(ip, port)
	if err != nil {
		return 0, err
	}
	return port, os.NewSyscallError("listen", unix.Listen(int(s), 0))
}

// isFull asks whether the next SYN will be dropped. Of a socket that listens, TCP_INFO tells
// how many connections are in its queue, and how many may be (tcp_get_info).
func (s socket) isFull() (bool, error) {
	info, err := unix.GetsockoptTCPInfo(int(s), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return false, os.NewSyscallError("getsockopt", err)
	}
	return info.Unacked > info.Sacked, nil
}

// connectTo opens a connection and waits for it to come about, if it does.
func connectTo(ip netip.Addr, port int) (socket, error) {
	family, addr := sockaddr(ip, port)
	s, err := openSocket(family)
	if err != nil {
		return 0, err
	}
	// Closed with RST, it leaves nothing behind.
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
