//go:build unix

package serve

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// queue is an entrance whose clients can be taken out without waiting for more: it asks the kernel
// for the next connection, and is told when there is none. Nothing is dialled for that, and no
// connection is left behind.
type queue struct {
	addr net.Addr
	file *os.File
	raw  syscall.RawConn // file's

	mu sync.Mutex // from taking a connection out until it is admitted
}

func enterTCP(l *net.TCPListener) (entrance, error) {
	file, err := l.File() // the same socket once more: a listener gives none of its own away
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &queue{addr: l.Addr(), file: file, raw: raw}, nil
}

// Addr implements entrance.
func (q *queue) Addr() net.Addr { return q.addr }

// Close implements entrance.
func (q *queue) Close() error { return q.file.Close() }

func (q *queue) next(admit func(net.Conn)) error {
	var failed error
	err := q.raw.Read(func(fd uintptr) bool {
		failed = q.take(fd, admit)
		return !errors.Is(failed, syscall.EAGAIN)
	})
	return errors.Join(err, failed)
}

func (q *queue) rest(_ context.Context, admit func(net.Conn)) error {
	var failed error
	err := q.raw.Control(func(fd uintptr) {
		for failed == nil || gone(failed) {
			failed = q.take(fd, admit)
		}
	})
	if errors.Is(failed, syscall.EAGAIN) {
		return err
	}
	return errors.Join(err, failed)
}

// take takes a connection out and admits it. If there is none the error is EAGAIN.
func (q *queue) take(fd uintptr, admit func(net.Conn)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, err := acceptOn(int(fd))
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(s), "")
	c, err := net.FileConn(file) // a copy
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	admit(c)
	return nil
}

// acceptOn accepts a connection that child processes do not get.
func acceptOn(fd int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	s, _, err := syscall.Accept(fd)
	if err != nil {
		return 0, os.NewSyscallError("accept", err)
	}
	syscall.CloseOnExec(s)
	return s, nil
}

// gone reports whether the client whose turn it was has broken off meanwhile, or a signal came
// between.
func gone(err error) bool {
	return errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EINTR)
}
