// Package headless starts the browser for tests of web pages.
package headless

import (
	"context"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"example.com/tlslab/lab/internal/needs"
)

// Start starts a headless Chromium, and ends it when the test ends. The browser resolves only the names in hosts, which
// must be names or addresses of this machine, so that no request leaves the machine. It requests pages in the language;
// empty means its default. If there is no Chromium, the test is skipped, or fails if Chromium is required: see package
// needs.
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
