package chromium

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// maxMessage is the maximum length of a message from a browser, in bytes.
const maxMessage = 8 << 20

// devtools speaks the Chrome DevTools Protocol over a pair of pipes. Messages are JSON objects, each followed
// by a zero byte (--remote-debugging-pipe). Nothing listens on a port.
type devtools struct {
	pipe io.ReadWriter
	done chan struct{} // closed when there are no more messages

	mu       sync.Mutex
	err      error // why there are no more messages
	last     int64
	waiting  map[int64]chan message
	sessions map[string]func(message)
}

// message is a message from a browser: the answer to a call, or an event of a session.
type message struct {
	ID        int64           `json:"id"`
	SessionID string          `json:"sessionId"`
	Method    string          `json:"method"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// call is a command for the browser or, if it names a session, for a page.
type call struct {
	ID        int64  `json:"id"`
	SessionID string `json:"sessionId,omitempty"`
	Method    string `json:"method"`
	Params    any    `json:"params,omitempty"`
}

// talk returns a connection to the browser and reads its messages until the pipe ends.
func talk(pipe io.ReadWriter) *devtools {
	d := &devtools{pipe: pipe, done: make(chan struct{}), waiting: map[int64]chan message{},
		sessions: map[string]func(message){}}
	go func() {
		defer close(d.done)
		err := d.read(bufio.NewReader(pipe))
		d.mu.Lock()
		defer d.mu.Unlock()
		d.err = err
	}()
	return d
}

// read dispatches messages until there are no more, and returns the reason.
func (d *devtools) read(r *bufio.Reader) error {
	for {
		data, err := readMessage(r)
		if err != nil {
			return err
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			return fmt.Errorf("it sent something that is not a message of its protocol: %w", err)
		}
		d.mu.Lock()
		answer, listener := d.waiting[m.ID], d.sessions[m.SessionID]
		delete(d.waiting, m.ID)
		d.mu.Unlock()
		switch {
		case m.Method != "" && listener != nil:
			listener(m)
		case m.Method == "" && answer != nil:
			answer <- m
		}
	}
}

// readMessage reads one message, without the zero byte at its end.
func readMessage(r *bufio.Reader) ([]byte, error) {
	var data []byte
	for {
		part, err := r.ReadSlice(0)
		data = append(data, part...)
		switch {
		case len(data) > maxMessage:
			return nil, fmt.Errorf("it sent a message of more than %d bytes", maxMessage)
		case err == nil:
			return data[:len(data)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// listen passes a session's events to f, one at a time and in order. f must not block. A nil f stops this.
func (d *devtools) listen(session string, f func(message)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f == nil {
		delete(d.sessions, session)
		return
	}
	d.sessions[session] = f
}

// call calls a method of the browser, or of a session if session is not empty, and waits for the answer.
// result may be nil.
func (d *devtools) call(ctx context.Context, session, method string, params, result any) error {
	answer := make(chan message, 1)
	d.mu.Lock()
	d.last++
	id := d.last
	d.waiting[id] = answer
	data, err := json.Marshal(call{ID: id, SessionID: session, Method: method, Params: params})
	if err == nil {
		_, err = d.pipe.Write(append(data, 0)) // under the lock, so that messages do not mix
	}
	d.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("%s: the browser says: %s", method, m.Error.Message)
		}
		if result == nil {
			return nil
		}
		if err := json.Unmarshal(m.Result, result); err != nil {
			return fmt.Errorf("%s: reading the answer: %w", method, err)
		}
		return nil
	case <-d.done:
		return fmt.Errorf("%s: the browser has ended: %w", method, d.err)
	case <-ctx.Done():
		d.mu.Lock()
		delete(d.waiting, id)
		d.mu.Unlock()
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
}
