package page

import (
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStreamInBrowser is about browsers without shared workers, and about a lab that ends and comes back.
func TestStreamInBrowser(t *testing.T) {
	b := startBrowser(t, "en-US")
	r := bringUp(t, "good", "expired")
	t.Run("alone", func(t *testing.T) {
		own := *r
		own.T = t
		p := b.tab(t, &own, 1000, 800)
		p.do(call(cdppage.AddScriptToEvaluateOnNewDocument,
			cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: "delete window.SharedWorker"}))
		p.open("/scenario/good")
		p.do(until(`document.querySelector("#beacon.on")`))
		own.connect("good")
		p.do(until(`document.querySelectorAll("#news article").length === 1`))
		hide := func(hidden string) action {
			return script(`Object.defineProperty(document, "hidden", {configurable: true, get: () => ` + hidden +
				`}); document.dispatchEvent(new Event("visibilitychange"))`)
		}
		p.do(hide("true"))
		streams(&own, 0)
		own.connect("good")
		own.waitFor("good", ended(2))
		p.do(hide("false"), until(`document.querySelectorAll("#news article").length === 2`)) // what it has missed
		streams(&own, 1)
	})
	t.Run("comes back", func(t *testing.T) {
		own := *r
		own.T = t
		p := b.tab(t, &own, 1000, 800)
		p.open("/live")
		p.do(until(`document.querySelector("#beacon.on")`))
		port := own.page.port()
		require.NoError(t, own.page.Close())
		p.do(until(`document.querySelector("#beacon.off")`))
		p.shoot("ended")
		again, err := Start(Options{Port: port, Scenarios: own.page.options.Scenarios})
		require.NoError(t, err)
		defer again.Close()
		p.leads(script(`0`), `document.documentElement.dataset.epoch === "`+again.epoch+`" &&
		document.querySelector("#beacon.on")`)
		assert.Zero(t, count(p, "#news article"), "it is another lab")
		p.mu.Lock()
		p.faults = nil // that it could not connect was the point
		p.mu.Unlock()
		p.shut()
	})
}

// streams waits until that many streams are open.
func streams(r *running, want int) {
	r.Helper()
	require.Eventually(r, func() bool {
		r.page.hub.mu.Lock()
		defer r.page.hub.mu.Unlock()
		return r.page.hub.subscribers == want
	}, waitTime, waitTime/1000)
}
