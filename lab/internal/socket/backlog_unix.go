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

// queue is an acceptor that drains its backlog without blocking: poll(2) says whether there is another client. It dials
// nothing, so it leaves no connection behind.
//
// Clients are accepted by package net, so each takes one file descriptor, and has the address that accept(2) returned.
// That is the only way to get the address of a client that has reset its connection.
type queue struct {
	*net.TCPListener
	raw syscall.RawConn

	mu       sync.Mutex // held from accepting a client until it is admitted
	changed  sync.Cond  // signals that one of the following has changed
	waiting  bool       // Next waits for a client, and does not hold mu
	emptying int        // number of running calls of Drain, during which Next must not accept
}

// acceptTime limits the wait for a client that poll has announced. Linux keeps such a client in the queue even if it
// leaves; other systems then remove it.
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
		if errors.Is(err, os.ErrDeadlineExceeded) { // Drain needs the listener
			continue
		}
		if err == nil {
			admit(c)
		}
		return err
	}
}

// wait waits for a client. It releases the lock meanwhile.
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
		q.SetDeadline(time.Unix(1, 0)) // a time in the past, which interrupts Accept
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

// ready reports whether a client is waiting to be accepted.
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
