// Package headless starts the browser that pages are tested with.
package headless

import (
	"context"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"example.com/tlslab/lab/internal/needs"
)

// Start starts a headless Chromium, and ends it with the test. It resolves no names but those that
// hosts lists, so that no request leaves this machine: none, or names and addresses of this one. The
// language is what it asks pages for; empty means its own. The test is skipped where there is no
// Chromium, unless it has to be there.
func Start(t testing.TB, language string, hosts ...string) context.Context {
	t.Helper()
	_, err := exec.LookPath("chromium")
	needs.Stack(t, "chromium", err == nil, "no chromium on PATH")
	rules := "MAP * ~NOTFOUND"
	for _, host := range hosts {
		rules += " , EXCLUDE " + host
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", rules))
	if language != "" {
		options = append(options, chromedp.Flag("accept-lang", language))
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits until it has ended
			t.Errorf("ending the browser: %v", err)
		}
		stop()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	return ctx
}
