package process

import (
	"io"
	"sync"
)

// keeper keeps some of what is written to it.
type keeper interface {
	io.Writer
	String() string
}

// head keeps the first limit bytes and drops the rest. Like tail, it accepts any number of writes, so that a
// program with much output is not blocked.
type head struct {
	limit int
	data  []byte
}

func (h *head) Write(p []byte) (int, error) {
	h.data = append(h.data, p[:min(len(p), h.limit-len(h.data))]...)
	return len(p), nil
}

func (h *head) String() string { return string(h.data) }

// tail keeps the last limit bytes, because a program's last output says why it ended. It may be read while it
// is written.
type tail struct {
	limit int
	mu    sync.Mutex
	data  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p[max(0, len(p)-t.limit):]...)
	if over := len(t.data) - t.limit; over > 0 {
		t.data = t.data[:copy(t.data, t.data[over:])]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.data)
}
