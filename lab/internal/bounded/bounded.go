// Package bounded reads what a user names, which can be a file, a pipe or a device. It limits how much is read, and
// stops waiting when a context ends.
package bounded

import (
	"context"
	"fmt"
	"io"
	"os"
)

// SizeError is the error for something that is larger than the limit.
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
	return fmt.Sprintf("%s is larger than %s, the limit for such a file: use a smaller one", e.Name, size)
}

// File returns the content of a file. If it has more than limit bytes, the error is a [*SizeError].
func File(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(Limit(f, path, limit))
}

// Limit returns a reader that reads up to limit bytes from r. If there are more, it then fails with a [*SizeError] with
// that name.
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
	if int64(len(p)) > l.left+1 { // one more byte shows whether the limit is exceeded
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n - 1, l.tooLarge
	}
	return n, err
}

// Until returns the results of f, or the context's cause if the context ends first. Then f keeps running, because
// nothing can interrupt, for example, waiting for the other end of a pipe. It is for programs that are about to end.
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

// chunk is how many bytes [Reader] reads at a time.
const chunk = 32 << 10

// Reader returns a reader that reads from r, and fails with the context's cause as soon as the context ends, even while
// it waits. It reads one chunk ahead.
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
	last  part // the rest of the last chunk
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
