package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// hunt is a set of processes to kill, by ID. Each has a file descriptor (pidfd_open(2)) that always refers to
// the same process, even if its ID is reused.
type hunt map[int]int

// stop stops the processes that are new to the hunt, so that they cannot start others. It reports whether
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
			unix.Close(fd) // the ID was reused
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

// huntTime is how long killed processes may take to end. The kernel may first have to finish something for
// them.
const huntTime = 2 * time.Second

// reap waits until all of them have ended, and reaps them if their parent is this process, or is among them,
// or has ended. It closes the file descriptors and reports whether all have ended.
//
// Children become this process's when their parent has ended, so nothing is reaped before all have ended.
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
