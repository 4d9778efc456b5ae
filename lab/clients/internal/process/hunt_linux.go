package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// hunt is processes that are to end, by number, each with a file descriptor (pidfd_open(2)) that stays that
// process's, whatever takes its number later.
type hunt map[int]int

// stop stops those processes that are new to the hunt: what is stopped starts nothing more. It reports whether
// there were any.
func (h hunt) stop(pids []int) bool {
	found := false
	for _, pid := range pids {
		if _, known := h[pid]; known {
			continue
		}
		before, ok := readState(pid)
		if !ok || before.zombie {
			continue
		}
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		if now, ok := readState(pid); !ok || now.started != before.started {
			unix.Close(fd) // another process
			continue
		}
		h[pid] = fd
		found = true
		unix.PidfdSendSignal(fd, unix.SIGSTOP, nil, 0)
	}
	return found
}

// signal sends a signal to all of them.
func (h hunt) signal(s unix.Signal) {
	for _, fd := range h {
		unix.PidfdSendSignal(fd, s, nil, 0)
	}
}

// huntTime is how long processes may take to end that were killed: what the kernel is busy with for them
// comes first.
const huntTime = 2 * time.Second

// reap waits until all of them have ended, and takes note of it: their parents are among them, or have ended,
// or are this process. It closes the file descriptors, and reports whether they have.
//
// Children come to this process when their parent has ended, so that nothing is reaped before all have.
func (h hunt) reap() bool {
	deadline := time.Now().Add(huntTime)
	all := true
	for _, fd := range h {
		all = all && await(fd, deadline)
		unix.Close(fd)
	}
	for pid := range h {
		reap(pid)
	}
	return all
}

// await waits until the process of a file descriptor has ended, and reports whether it has.
func await(fd int, deadline time.Time) bool {
	for {
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if n > 0 {
			return true
		}
		if err != nil && err != unix.EINTR {
			return false
		}
	}
}
