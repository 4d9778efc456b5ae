// Package bounded reads what a user names: a file, a pipe, a device. It reads so much and no more, and
// waits no longer than a context lasts.
package bounded

import (
	"context"
	"fmt"
	"io"
	"os"
)

// A SizeError says that something is larger than what is read of it.
type SizeError struct {
	Name  string
	Limit int64 // bytes
}

// Error implements error.
func (e *SizeError) Error() string {
	size := fmt.Sprintf("%d bytes", e.Limit)
	switch {
	case e.Limit >= 1<<20:
		size = fmt.Sprintf("%d MiB", e.Limit>>20)
	case e.Limit >= 1<<10:
		size = fmt.Sprintf("%d KiB", e.Limit>>10)
	}
	return fmt.Sprintf("%s is larger than %s, and no more is read of such a file: name another", e.Name, size)
}

// File returns the content of a file. One of more than limit bytes is a [*SizeError].
func File(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(Limit(f, path, limit))
}

// Limit returns a reader of what r holds. After limit bytes it fails with a [*SizeError] unless that
// was all; name says there what it is.
func Limit(r io.Reader, name string, limit int64) io.Reader {
	return &limited{r: r, left: limit, tooLarge: &SizeError{name, limit}}
}

type limited struct {
	r        io.Reader
	left     int64
	tooLarge *SizeError
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, l.tooLarge
	}
	if int64(len(p)) > l.left+1 { // one more tells whether that was all
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, l.tooLarge
	}
	return n, err
}

// Until returns what f returns, or the context's error if that ends first. Nothing can interrupt what f
// waits for, as for somebody to open the other end of a pipe: it is left to itself, for a program that is
// about to end.
func Until[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// chunk is how much [Reader] reads at a time, in bytes.
const chunk = 32 << 10

// Reader returns a reader of what r holds that fails with the context's error as soon as that ends, also
// while it waits. It reads ahead by one chunk.
func Reader(ctx context.Context, r io.Reader) io.Reader {
	c := &cancelled{ctx: ctx, parts: make(chan part)}
	go func() {
		for {
			b := make([]byte, chunk)
			n, err := r.Read(b)
			select {
			case c.parts <- part{b[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return c
}

type part struct {
	data []byte
	err  error
}

type cancelled struct {
	ctx   context.Context
	parts chan part
	last  part // what is left of it has not been read
}

func (c *cancelled) Read(p []byte) (int, error) {
	for len(c.last.data) == 0 {
		if c.ctx.Err() != nil {
			return 0, context.Cause(c.ctx)
		}
		if c.last.err != nil {
			return 0, c.last.err
		}
		select {
		case c.last = <-c.parts:
		case <-c.ctx.Done():
		}
	}
	n := copy(p, c.last.data)
	c.last.data = c.last.data[n:]
	return n, nil
}
