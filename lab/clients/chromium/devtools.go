package chromium

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// devtools is a connection to a browser that speaks the Chrome DevTools Protocol over a pair of pipes
// (--remote-debugging-pipe). Nothing listens on a port. chromedp does not start the browser, because it would
// kill only the browser's first process, and because the log needs a third pipe.
type devtools struct {
	*chromedp.Browser
	pipes  *pipes
	ctx    context.Context // ends when we hang up
	hangUp context.CancelFunc

	mu      sync.Mutex
	skipped error // why an event could not be read
}

// talk connects to the browser. It takes over the pipes, and closes them when either of them ends.
func talk(r io.ReadCloser, w io.WriteCloser) (*devtools, error) {
	in := &limited{ReadCloser: r}
	d := &devtools{pipes: &pipes{PipeConn: chromedp.NewPipeConn(in, w), in: in}}
	d.ctx, d.hangUp = context.WithCancel(context.Background())
	var err error
	d.Browser, err = chromedp.NewBrowserTransport(d.ctx, d.pipes, chromedp.WithBrowserErrorf(d.complain))
	if err != nil {
		d.hangUp()
		return nil, err
	}
	return d, nil
}

// unread is the beginning of chromedp's complaint about an event that it could not read and therefore skipped.
const unread = "could not unmarshal event"

// complain receives chromedp's complaints. Only those about events matter.
func (d *devtools) complain(format string, args ...any) {
	if strings.HasPrefix(format, unread) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.skipped = fmt.Errorf(format, args...)
	}
}

// missed returns an error if an event could not be read.
func (d *devtools) missed() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.skipped
}

// ended reports whether the browser has ended by itself.
func (d *devtools) ended() bool {
	select {
	case <-d.LostConnection:
		return d.ctx.Err() == nil
	default:
		return false
	}
}

// end is the error of a browser that has ended by itself.
func (d *devtools) end() error { return fmt.Errorf("the browser has ended: %w", d.pipes.err) }

// call calls a method of the browser or of a tab, which is the session, and waits for the answer.
func call[P, R any](ctx context.Context, d *devtools, session cdp.Session, c cdp.Command[P, R], params P) (R, error) {
	result, err := cdp.Call(ctx, session, c, params)
	return result, d.explain(ctx, c.Method, err)
}

// explain returns the error of a call in our own words.
func (d *devtools) explain(ctx context.Context, method string, err error) error {
	refusal, refused := errors.AsType[*cdproto.Error](err)
	switch {
	case err == nil:
		return nil
	case refused:
		err = fmt.Errorf("the browser says: %s", refusal.Message)
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case d.ended():
		err = d.end()
	}
	return fmt.Errorf("%s: %w", method, err)
}

// attach attaches to a tab. The returned context is chromedp's context of the tab. It ends when the browser
// ends, when we hang up, or with the returned function, which detaches from the tab.
func (d *devtools) attach(ctx context.Context, id target.ID) (context.Context, context.CancelFunc, error) {
	parent, _ := chromedp.NewAllocatorContext(d.ctx, connected{d.Browser})
	tab, detach := chromedp.NewContext(parent, chromedp.WithTargetID(id))
	// The context that chromedp attaches with is the tab's, and so cannot be limited.
	stop := context.AfterFunc(ctx, d.hangUp)
	err := chromedp.Do(tab)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, nil, d.explain(ctx, target.CommandAttachToTarget, err)
	}
	return tab, detach, nil
}

// connected is the allocator of a browser that is already running.
type connected struct{ *chromedp.Browser }

// Allocate implements chromedp.Allocator.
func (c connected) Allocate(context.Context, ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	return c.Browser, nil
}

// Wait implements chromedp.Allocator. It returns at once, because nothing was allocated.
func (connected) Wait() {}

// Attaches implements chromedp.Attacher.
func (connected) Attaches() bool { return true }

// pipes are the pipes to and from a browser. They keep the reason why there are no more messages.
type pipes struct {
	*chromedp.PipeConn
	in  *limited
	err error // the reason; must be read only after the connection is lost
}

// Read implements chromedp.Transport.
func (p *pipes) Read(ctx context.Context, m *cdproto.Message) error {
	p.err = p.PipeConn.Read(ctx, m)
	if p.err != nil && p.in.err == nil {
		p.err = fmt.Errorf("it sent something that is not a message of its protocol: %w", p.err)
	}
	return p.err
}

// maxMessage is the maximum length of a message from a browser, in bytes, give or take a buffer.
const maxMessage = 8 << 20

// limited is a pipe that fails when a message gets too long. Each message is followed by a zero byte.
type limited struct {
	io.ReadCloser
	length int   // of the current message, up to now
	err    error // of the last Read
}

// Read implements io.Reader.
func (l *limited) Read(b []byte) (n int, err error) {
	n, err = l.ReadCloser.Read(b)
	if i := bytes.LastIndexByte(b[:n], 0); i >= 0 {
		l.length = n - i - 1
	} else {
		l.length += n
	}
	if l.length > maxMessage {
		err = fmt.Errorf("it sent a message of more than %d bytes", maxMessage)
	}
	l.err = err
	return n, err
}
