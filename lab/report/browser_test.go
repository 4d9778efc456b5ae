package report_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/headless"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
)

var (
	screenshots = flag.String("screenshots", "", "directory to write pictures of the page to, for looking at")
	shown       = flag.String("shown", "",
		"file or directory of a run to show in the pictures, instead of a made-up one")
)

// browser is a headless Chromium, which finds nothing but files.
type browser struct{ ctx context.Context }

// startBrowser starts Chromium, and ends it with the test.
func startBrowser(t *testing.T) *browser {
	return &browser{headless.Start(t, "")}
}

// action is something that is done in a page.
type action = chromedp.Action[chromedp.Void]

// tab is a page of the browser.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // what it asked for but itself
	errors   []string // what its script and its policy complain of
}

// open opens the page of a run with a given width, and waits until it is drawn. Requests and errors of the page fail
// the test when it ends.
func (b *browser) open(t *testing.T, r *result.Run, hash string, width, height int64, actions ...action) *tab {
	path := filepath.Join(t.TempDir(), "matrix.html")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, report.WriteHTML(f, r))
	require.NoError(t, f.Close())
	ctx, cancel := chromedp.NewContext(b.ctx)
	require.NoError(t, chromedp.Do(ctx))
	limited, cancelTime := context.WithTimeout(ctx, 10*time.Minute) // only against a hang: busy machines are slow
	p := &tab{T: t, ctx: limited}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if asked := e.Request.URL; asked != address && !strings.HasPrefix(asked, "data:") {
				p.requests = append(p.requests, asked)
			}
		case *runtime.EventExceptionThrown:
			p.errors = append(p.errors, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		case *log.EventEntryAdded:
			p.errors = append(p.errors, e.Entry.Text)
		}
	}))
	t.Cleanup(func() {
		p.mu.Lock()
		assert.Empty(t, p.requests, "the page asks for nothing")
		assert.Empty(t, p.errors)
		p.mu.Unlock()
		cancelTime()
		cancel()
	})
	p.do(append([]action{call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}),
		call(runtime.Enable, cdp.Empty{}), chromedp.EmulateViewport(width, height)}, actions...)...)
	p.do(chromedp.Navigate(address+hash), drawn())
	return p
}

func (p *tab) do(actions ...action) {
	p.Helper()
	require.NoError(p, chromedp.Do(p.ctx, actions...))
}

// drawn waits until the table is whole.
func drawn() action {
	return until(`document.documentElement.dataset.drawn && !document.querySelector("#grid[aria-busy]")`)
}

// until waits until a script comes to something true.
func until(script string) action { return chromedp.Poll[chromedp.Void](script) }

// script runs a script.
func script(s string) action { return chromedp.Evaluate[chromedp.Void](s) }

// click clicks with the mouse, where the element is.
func click(selector string) action { return chromedp.Click(chromedp.CSS(selector)) }

// awaitVisible waits until an element is there to be seen.
func awaitVisible(selector string) action { return chromedp.WaitVisible(chromedp.CSS(selector)) }

// call sends a command of the browser's protocol.
func call[P, R any](c cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// eval returns what a script comes to.
func eval[T any](p *tab, script string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	require.NoError(p, err)
	return v
}

// filter changes the value of a control.
func (p *tab) filter(id, value string) {
	p.Helper()
	p.do(script(`(() => { const e = document.getElementById("`+id+`");
		if (e.type === "checkbox") e.checked = `+"`"+value+"`"+` === "true"; else e.value = `+"`"+value+"`"+`;
		e.dispatchEvent(new Event("input", {bubbles: true})); })()`), drawn())
}

// rows returns the scenarios that are shown, columns the clients.
func (p *tab) rows() []string {
	return eval[[]string](p, `[...document.querySelectorAll("th.scenario")].map(e => e.textContent)`)
}

func (p *tab) columns() []string {
	return eval[[]string](p, `[...document.querySelectorAll("tr.clients th span")].map(e => e.textContent)`)
}

// shoot writes a picture if pictures are wanted.
func (p *tab) shoot(name string) {
	if *screenshots == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p, err)
	require.NoError(p, os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644))
}

// scheme emulates the color scheme of the system: "dark" or "light".
func scheme(name string) action {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// press presses keys.
func press(keys ...string) action { return chromedp.KeyEvent(strings.Join(keys, "")) }

// The keys of a grid.
const (
	keyEnter = kb.Enter
	keyEsc   = kb.Escape
	keyDown  = kb.ArrowDown
	keyRight = kb.ArrowRight
	keyTab   = kb.Tab
	keyEnd   = kb.End
	keyHome  = kb.Home
)
