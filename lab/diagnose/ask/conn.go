package ask

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"example.com/tlslab/lab/diagnose/ask/flight"
	"example.com/tlslab/lab/internal/socket"
)

// Limits of what is read of one connection, in bytes.
const (
	maxHandshake = 1 << 20
	maxSent      = 256 << 10 // of what this side sends, for the flight's reader
)

// errTooMuch is the error of a server that does not stop sending.
var errTooMuch = fmt.Errorf("the server sent more than %d KiB, and no handshake needs that much", maxHandshake>>10)

// tap is a connection that keeps what passes until it is told to stop.
type tap struct {
	net.Conn
	sent, received []byte
	total          int   // bytes received
	off            bool  // nothing more is kept
	err            error // the first error of Read or Write
}

// Read implements net.Conn.
func (t *tap) Read(p []byte) (int, error) {
	if t.total >= maxHandshake {
		t.fail(errTooMuch)
		return 0, errTooMuch
	}
	n, err := t.Conn.Read(p[:min(len(p), maxHandshake-t.total)])
	t.total += n
	if !t.off {
		t.received = append(t.received, p[:n]...)
	}
	t.fail(err)
	return n, err
}

// Write implements net.Conn.
func (t *tap) Write(p []byte) (int, error) {
	if !t.off && len(t.sent)+len(p) <= maxSent {
		t.sent = append(t.sent, p...)
	}
	n, err := t.Conn.Write(p)
	if socket.IsReset(err) && t.err == nil { // what the server sent before can still be read
		return n, err
	}
	t.fail(err)
	return n, err
}

func (t *tap) fail(err error) {
	if err != nil && t.err == nil {
		t.err = err
	}
}

// shortWait is how long to wait for the rest of a flight that this side has already refused. It was sent together with
// what came, so it is here or on its way.
const shortWait = 500 * time.Millisecond

// drain feeds a reader with what still comes, until the flight has ended. It does not wait long if this side has
// refused the handshake, if what came is not TLS, or if the server chose SSL 3.0: then little more can be learned.
func (t *tap) drain(r *flight.Reader, refused bool) {
	b := make([]byte, 16<<10)
	short := false
	for t.err == nil {
		strange := len(r.First) > 0
		if r.Done && (!strange || len(r.First) == flight.MaxFirst || identified(r.First) != speaksGarbage) {
			return
		}
		if !short && (refused || strange || r.Hello != nil && r.Hello.Version == flight.VersionSSL30) {
			short = true
			t.SetReadDeadline(time.Now().Add(shortWait))
		}
		n, _ := t.Read(b)
		r.Feed(b[:n])
	}
}

// endOf returns how a connection ended, from the error of a read, a write or a dial.
func endOf(err error) End {
	if err == nil {
		return EndOpen
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return EndTimeout
	}
	for _, kind := range []struct {
		is  bool
		end End
	}{
		{errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), EndClosed},
		{errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded), EndTimeout},
		{socket.IsReset(err), EndReset},
		{socket.IsRefused(err), EndRefused},
		{socket.IsUnreachable(err), EndUnreachable},
	} {
		if kind.is {
			return kind.end
		}
	}
	return EndInvalid
}

// errSpent is the error of a connection beyond the limit.
var errSpent = errors.New("the limit of connections is reached")

// budget limits how many connections are made in all and at once.
type budget struct {
	slots chan struct{}
	mu    sync.Mutex
	made  int
	most  int
}

func newBudget(most int) *budget { return &budget{slots: make(chan struct{}, MaxAtOnce), most: most} }

// stop lets no more connections begin.
func (b *budget) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.most = min(b.most, b.made)
}

// take waits until a connection may be begun. The caller must call free when it has ended.
func (b *budget) take(ctx context.Context) error {
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made >= b.most {
		<-b.slots
		return errSpent
	}
	b.made++
	return nil
}

func (b *budget) free() { <-b.slots }

// spent returns how many connections were begun.
func (b *budget) spent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.made
}

// limited is a connection with a deadline that also ends with a context, and that frees its place in the budget.
type limited struct {
	net.Conn
	close func() error
}

// Close implements net.Conn. It can be called more than once.
func (l *limited) Close() error { return l.close() }

// dial connects to an address within the budget. The connection's deadline is the target's timeout from now on.
func (a *asker) dial(ctx context.Context, address string) (net.Conn, error) {
	if err := a.budget.take(ctx); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(a.target.timeout())
	dialing, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	var d net.Dialer
	raw, err := d.DialContext(dialing, "tcp", address)
	if err != nil {
		a.budget.free()
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok && end.Before(deadline) {
		deadline = end
	}
	raw.SetDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	return &limited{Conn: raw, close: sync.OnceValue(func() error {
		stop()
		defer a.budget.free()
		return raw.Close()
	})}, nil
}
