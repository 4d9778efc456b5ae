package page

import (
	"context"
	"flag"
	"fmt"
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
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/headless"
)

var screenshots = flag.String("screenshots", "", "directory to write pictures of the page to, for looking at")

// browser is a headless Chromium that reaches this machine and nothing else.
type browser struct{ ctx context.Context }

func startBrowser(t *testing.T, language string) *browser {
	return &browser{headless.Start(t, language, "localhost", "127.0.0.1")}
}

type action = chromedp.Action[chromedp.Void]

// tab is a page in the browser. Requests to anything but the lab, and errors of its scripts or its policy, fail the
// test.
type tab struct {
	*testing.T
	ctx  context.Context
	base string
	shut func()

	mu     sync.Mutex
	faults []string
}

func (b *browser) tab(t *testing.T, r *running, width, height int64) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	require.NoError(t, chromedp.Do(ctx))
	limited, stop := context.WithTimeout(ctx, 10*time.Minute) // only against a hang: busy machines are slow
	p := &tab{T: t, ctx: limited, base: strings.TrimSuffix(r.page.URL(), "/")}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, p.base+"/") {
				p.faults = append(p.faults, "asked for "+e.Request.URL)
			}
		case *runtime.EventExceptionThrown:
			p.faults = append(p.faults, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
		case *log.EventEntryAdded:
			p.faults = append(p.faults, e.Entry.Text+" "+e.Entry.URL)
		}
	}))
	p.shut = sync.OnceFunc(func() { stop(); cancel() })
	t.Cleanup(func() {
		p.mu.Lock()
		assert.Empty(t, p.faults)
		p.mu.Unlock()
		p.shut()
	})
	p.do(call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}), call(runtime.Enable, cdp.Empty{}),
		chromedp.EmulateViewport(width, height))
	return p
}

func (p *tab) do(actions ...action) {
	p.Helper()
	require.NoError(p, chromedp.Do(p.ctx, actions...))
}

// open goes to a path of the page, and waits until its script has run.
func (p *tab) open(path string) {
	p.Helper()
	p.leads(chromedp.Navigate(p.base+path), `true`)
}

func until(script string) action   { return chromedp.Poll[chromedp.Void](script) }
func script(s string) action       { return chromedp.Evaluate[chromedp.Void](s) }
func click(selector string) action { return chromedp.Click(chromedp.CSS(selector)) }
func press(keys ...string) action  { return chromedp.KeyEvent(strings.Join(keys, "")) }
func says(what string) string      { return fmt.Sprintf(`document.body.innerText.includes(%q)`, what) }
func count(p *tab, selector string) int {
	return eval[int](p, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility()).length`,
		selector))
}

// call sends a command of the browser's protocol.
func call[P, R any](c cdp.Command[P, R], params P) action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// eval returns the value of a script.
func eval[T any](p *tab, script string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script))
	require.NoError(p, err)
	return v
}

// leads does something that leads to another page, and waits until that page is ready and a condition holds on it.
func (p *tab) leads(to action, holds string) {
	p.Helper()
	p.do(to)
	for {
		err := chromedp.Do(p.ctx, until(holds+` && document.documentElement.dataset.ready`))
		if err != nil && p.ctx.Err() == nil && (strings.Contains(err.Error(), "context") ||
			strings.Contains(err.Error(), "navigated")) {
			continue // the context was that of the previous page
		}
		require.NoError(p, err)
		return
	}
}

// shoot writes a picture if pictures are wanted.
func (p *tab) shoot(name string) {
	p.Helper()
	if *screenshots == "" {
		return
	}
	p.do(script(`document.querySelectorAll(".fresh").forEach(e => e.classList.remove("fresh"))`))
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p, err)
	require.NoError(p, os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o644))
}

// media emulates preferences of the user's system.
func media(features ...string) action {
	var list []*emulation.MediaFeature
	for i := 0; i < len(features); i += 2 {
		list = append(list, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: list})
}
