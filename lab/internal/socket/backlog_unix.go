//go:build unix

package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// queue is an acceptor whose clients can be taken out without waiting for more: poll(2) says whether
// there is another one. Nothing is dialled for that, and no connection is left behind.
//
// Clients are accepted by package net, so that each takes one file descriptor, and has the address
// that accept(2) returned with it: a client that has reset its connection has no other.
type queue struct {
	*net.TCPListener
	raw syscall.RawConn

	mu       sync.Mutex // held from taking a client out until it is admitted
	changed  sync.Cond  // of what follows
	waiting  bool       // Next waits for a client, and does not hold mu
	emptying int        // calls of Drain under way, which Next leaves the listener to
}

// acceptTime bounds the wait for a client that poll has announced. Linux keeps it in the queue, whatever
// becomes of it; other systems drop it if it breaks off.
const acceptTime = 100 * time.Millisecond

func newAcceptor(l *net.TCPListener) (Acceptor, error) {
	raw, err := l.SyscallConn()
	if err != nil {
		return nil, err
	}
	q := &queue{TCPListener: l, raw: raw}
	q.changed.L = &q.mu
	return q, nil
}

// Next implements Acceptor.
func (q *queue) Next(admit func(net.Conn)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		for q.emptying > 0 {
			q.changed.Wait()
		}
		c, err := q.wait()
		if errors.Is(err, os.ErrDeadlineExceeded) { // Drain wants the listener
			continue
		}
		if err == nil {
			admit(c)
		}
		return err
	}
}

// wait waits for a client, and gives the lock up meanwhile.
func (q *queue) wait() (net.Conn, error) {
	q.waiting = true
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		q.waiting = false
		q.changed.Broadcast()
	}()
	return q.Accept()
}

// Drain implements Acceptor.
func (q *queue) Drain(_ context.Context, admit func(net.Conn)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.emptying++
	defer func() {
		q.emptying--
		q.SetDeadline(time.Time{})
		q.changed.Broadcast()
	}()
	for q.waiting {
		q.SetDeadline(time.Unix(1, 0)) // long past: what waits in Accept comes back
		q.changed.Wait()
	}
	for {
		more, err := q.ready()
		if err != nil || !more {
			return err
		}
		q.SetDeadline(time.Now().Add(acceptTime))
		c, err := q.Accept()
		switch {
		case err == nil:
			admit(c)
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		}
	}
}

// ready reports whether a client waits to be accepted.
func (q *queue) ready() (bool, error) {
	var failed error
	var n int
	err := q.raw.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for n, failed = unix.Poll(poll, 0); errors.Is(failed, unix.EINTR); {
			n, failed = unix.Poll(poll, 0)
		}
	})
	return n > 0, errors.Join(err, os.NewSyscallError("poll", failed))
}
