package page

import (
	"crypto/tls"
	"fmt"
	"net"

	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/scenarios"
)

// TestInBrowser looks at the page as people do.
func TestInBrowser(t *testing.T) {
	b := startBrowser(t, "en-US")
	var ids []string
	for _, s := range scenarios.All() {
		switch s.ID { // those that are looked at below, and a catalogue that is long enough to be searched
		case "good-rsa2048", "good-rsa4096", "good-tls12-rsa":
			continue
		}
		if s.Family == scenarios.Baseline || s.Family == scenarios.Validity || s.Family == scenarios.Names ||
			s.Family == scenarios.Chain || s.Family == scenarios.Wire ||
			s.ID == "client-certificate-missing" {
			ids = append(ids, s.ID)
		}
	}
	ids = append(ids, "mongo-good")
	r := bringUp(t, ids...)
	on := func(f func(*testing.T, *running, *browser)) func(*testing.T) {
		return func(t *testing.T) {
			own := *r
			own.T = t
			f(t, &own, b)
		}
	}
	t.Run("search", on(testSearch))
	t.Run("scenario", on(testScenario))
	t.Run("live", on(testLive))
	t.Run("open", on(testOpenConnection))
	t.Run("hostile", on(testHostile))
	t.Run("keyboard", on(testKeyboard))
	t.Run("phone", on(testPhone))
	t.Run("language", on(testLanguage))
	t.Run("explain", on(testExplain))
	t.Run("lessons", on(testLessons))
	t.Run("looks", on(testLooks))
	t.Run("tabs", on(testManyTabs))
}

func testSearch(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 900)
	p.open("/")
	all := len(r.page.options.Scenarios)
	require.Equal(t, all, count(p, "#catalogue li"))
	p.shoot("catalogue")
	search := func(text string) {
		p.do(script(`document.getElementById("q").value = ""`), chromedp.SendKeys(chromedp.CSS("#q"), text),
			until(fmt.Sprintf(`document.documentElement.dataset.searched === %q`, text)))
	}
	search("hostname-mismatch wildcard")
	shown := eval[[]string](p, `[...document.querySelectorAll("#catalogue li a code")].map(e => e.textContent)`)
	assert.Contains(t, shown, "wildcard-too-deep")
	assert.NotContains(t, shown, "expired")
	assert.Equal(t, len(shown), count(p, "#catalogue li"))
	assert.Equal(t, fmt.Sprintf("%d of %d", len(shown), all),
		eval[string](p, `document.getElementById("count").textContent`))
	p.shoot("search")
	// The same without a script, by the server.
	plain := r.get("/?q=hostname-mismatch+wildcard").body
	assert.Equal(t, len(shown), strings.Count(plain, `<span class="chip`))
	assert.Contains(t, plain, `>hostname-mismatch wildcard</textarea>`)
	// And from there on with one.
	p.open("/?q=hostname-mismatch+wildcard")
	assert.Equal(t, len(shown), count(p, "#catalogue li"))
	p.do(click("#q"), script(`
		document.getElementById("q").value = "";
		document.getElementById("q").dispatchEvent(new Event("input"))`),
		until(fmt.Sprintf(`document.querySelectorAll("#catalogue li").length === %d`, all)))
	search("<script>no zzyzx")
	assert.Zero(t, count(p, "#catalogue li"))
	assert.Equal(t, 1, count(p, "#nothing"))
	// A message, and a word that is mistyped; the same box explains.
	search("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1028)")
	assert.Equal(t, 1, count(p, `#catalogue a[href="/scenario/expired"]`))
	assert.Zero(t, count(p, `#catalogue a[href="/scenario/wrong-host"]`))
	p.shoot("message")
	p.leads(click(`button[formaction="/explain"]`), `document.querySelector("article.finding")`)
	assert.Equal(t, "expired", eval[string](p, `document.querySelector("article.finding h2 code").textContent`))
}

func testScenario(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 1500)
	p.open("/scenario/missing-intermediate")
	assert.Equal(t, 3, count(p, "svg.chain .box"))
	assert.Equal(t, 1, count(p, "svg.chain .missing"))
	assert.Equal(t, 1, count(p, "svg.chain .link.broken"))
	assert.NotEmpty(t, eval[string](p, `document.querySelector("svg.chain > title").textContent`))
	assert.Contains(t, eval[string](p, `document.querySelector("details.text").textContent`),
		"neither sent nor trusted")
	assert.Contains(t, eval[string](p, `document.getElementById("command-curl").textContent`),
		r.endpoint("missing-intermediate").URL)
	p.do(click(`[data-copy="command-curl"]`),
		until(`/Copied|Selected/.test(document.querySelector('[data-copy="command-curl"]').textContent)`))
	p.shoot("missing-intermediate")
	p.open("/scenario/untrusted-root")
	p.shoot("untrusted-root")
}

// testLive makes curl connect while a page is open, and checks that the page shows it within a second.
func testLive(t *testing.T, r *running, b *browser) {
	needs.Stack(t, "curl", have("curl"), "no curl on PATH")
	p := b.tab(t, r, 1280, 1700)
	p.open("/scenario/expired")
	p.do(until(`document.querySelector("#beacon.on")`))
	all := b.tab(t, r, 1280, 700)
	all.open("/live")
	all.do(until(`document.querySelector("#beacon.on")`))
	// The page itself records when it appears, so that the driver is not measured.
	p.do(script(`window.shown = new Promise(done => new MutationObserver(() => {
		const said = document.querySelector("#news article .says");
		if (said && said.textContent.includes("refused, as it should")) done(Date.now());
	}).observe(document.getElementById("news"), {childList: true, subtree: true, characterData: true}))`))
	e := r.endpoint("expired")
	cmd := exec.Command("curl", "-sS", "--cacert", e.CAFile, e.URL)
	out, err := cmd.CombinedOutput()
	ended := time.Now()
	require.Error(t, err)
	require.Contains(t, string(out), "certificate has expired")
	p.do(until(`window.shown.then(at => { window.at = at; }), window.at`))
	late := time.UnixMilli(eval[int64](p, `window.at`)).Sub(ended)
	t.Logf("shown %s after curl had ended", late)
	assert.Less(t, late, time.Second)
	assert.Equal(t, 1, count(p, "#news article.good"))
	steps := eval[[]string](p, `[...document.querySelectorAll("#news article .steps .what")].map(e => e.innerText)`)
	joined := strings.Join(steps, " | ")
	assert.Contains(t, joined, "ClientHello | ServerHello | ")
	assert.Contains(t, joined, "EncryptedExtensions, Certificate, CertificateVerify, Finished")
	assert.Contains(t, joined, "alert certificate_expired (45)")
	assert.Contains(t, eval[string](p, `document.querySelector("#news article").innerText`),
		"the certificate has expired or is not valid now")

	require.NoError(t, exec.Command("curl", "-sS", "-k", e.URL).Run())
	p.do(until(says("This client accepted an expired certificate")))
	assert.Equal(t, 1, count(p, "#news article.bad"))
	assert.Equal(t, 2, count(p, "#news article"))
	p.do(script(`document.getElementById("news").scrollIntoView()`))
	p.shoot("live-scenario")
	all.do(until(says("This client accepted an expired certificate")))
	all.shoot("live-all")
	all.leads(click("#news article a"), `document.querySelector("article.wide")`)
	all.shoot("connection")
}

// testOpenConnection checks that open connections are shown.
func testOpenConnection(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1000, 900)
	p.open("/scenario/silent")
	p.do(until(`document.querySelector("#beacon.on")`))
	began := time.Now()
	c, err := net.Dial("tcp", r.endpoint("silent").Connect)
	require.NoError(t, err)
	shaken := make(chan error, 1)
	go func() { shaken <- tls.Client(c, &tls.Config{ServerName: "localhost"}).Handshake() }()
	p.do(until(`[...document.querySelectorAll("#news .steps .what")].some(e => e.innerText.includes("ClientHello")) &&
		document.querySelector("#news .waiting")`))
	t.Logf("shown %s after it connected", time.Since(began))
	assert.Contains(t, eval[string](p, `document.querySelector("#news").innerText`), "Connected, and waiting")
	p.do(until(`parseInt(document.querySelector("#news .lasted").textContent) >= 1`))
	p.do(script(`document.getElementById("news").scrollIntoView()`))
	p.shoot("silent-waiting")
	require.NoError(t, c.Close())
	require.Error(t, <-shaken)
	p.do(until(says("This client gave up, as it should")))
	assert.Zero(t, count(p, "#news .waiting"))
}

// testHostile sends names that would be harmful if they were taken for HTML, or for what they look like.
func testHostile(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 900)
	p.open("/scenario/good")
	p.do(until(`document.querySelector("#beacon.on")`), script(`window.hacked = false`))
	all := b.tab(t, r, 1280, 700)
	all.open("/live")
	for _, name := range []string{
		`<script>window.hacked=true</script>`, `"><img src=x onerror=window.hacked=true>`,
		"' onmouseover='window.hacked=true", "</dl></article><h1>free", "a\x00b\x1b[31m\u202egpj.exe",
		"\u2066\u200f", "&lt;b&gt;",
	} {
		c, err := net.Dial("tcp", r.endpoint("good").Connect)
		require.NoError(t, err)
		_, err = c.Write(hellos.Hello{ServerName: name, Protocols: []string{name}}.Records())
		require.NoError(t, err)
		require.NoError(t, c.(*net.TCPConn).CloseWrite())
		buf := make([]byte, 4096)
		for err == nil {
			_, err = c.Read(buf)
		}
		c.Close()
	}
	r.waitFor("good", ended(7))
	for _, page := range []*tab{p, all} {
		page.do(until(`document.querySelectorAll("#news article:not([data-open])").length >= 7`))
		assert.False(t, eval[bool](page, `!!window.hacked`))
		assert.Zero(t, eval[int](page, `document.querySelectorAll("#news script, #news img, #news h1").length`))
		assert.Zero(t, eval[int](page, `[...document.querySelectorAll("*")].
		filter(e => [...e.attributes].some(a => a.name.startsWith("on"))).length`))
		text := eval[string](page, `document.getElementById("news").textContent`)
		assert.Contains(t, text, `<script>window.hacked=true</script>`)
		assert.Contains(t, text, `</dl></article><h1>free`)
		assert.NotContains(t, text, "\u202e")
		assert.NotContains(t, text, "\x1b")
		assert.Contains(t, text, `\u202e`)
	}
	p.do(script(`
		document.querySelectorAll("#news details").forEach(d => d.open = true);
		document.getElementById("news").scrollIntoView()`))
	p.shoot("hostile")
}

// testKeyboard goes from the catalogue to a scenario and copies a command using only the keyboard.
func testKeyboard(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 900)
	p.open("/")
	p.do(press(kb.Tab))
	assert.Equal(t, "skip", eval[string](p, `document.activeElement.className`))
	p.shoot("skip")
	p.do(press(kb.Enter), until(`document.activeElement.id === "main" || location.hash === "#main"`))
	// As keyboards do it, one event for the key and its character: chromedp's own are two, of which the
	// page can only call off the first.
	slash := input.DispatchKeyEventParams{Type: "keyDown", Key: "/", Code: "Slash", Text: "/"}
	p.do(call(input.DispatchKeyEvent, slash), until(`document.activeElement.id === "q"`))
	p.do(press("expired-root"), until(`document.querySelectorAll("#catalogue li:not([hidden])").length === 1`))
	p.do(press(kb.Enter), until(`document.activeElement.tagName === "A"`))
	assert.NotEqual(t, "none", eval[string](p, `getComputedStyle(document.activeElement).outlineStyle`),
		"where one is can be seen")
	p.shoot("focus")
	p.leads(press(kb.Enter), `location.pathname === "/scenario/expired-root"`)
	// Tab goes through all there is, and comes to an end: no traps.
	reached := map[string]bool{}
	for range 60 {
		p.do(press(kb.Tab))
		at := eval[string](p, `((e) => e.tagName + " " +
			(e.dataset.copy || e.href || e.value || e.textContent.trim().slice(0, 40)))(document.activeElement)`)
		if strings.HasPrefix(at, "BODY") {
			break
		}
		reached[at] = true
	}
	assert.Contains(t, reached, "BUTTON command-curl")
	assert.Contains(t, reached, "SUMMARY Python")
	assert.Contains(t, reached, "BUTTON zh-CN")
	assert.True(t, eval[bool](p, `document.activeElement === document.body`), "the end was reached: %v", reached)
}

// testPhone checks that every page fits the width of a phone.
func testPhone(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 360, 780)
	for _, path := range []string{"/", "/scenario/expired", "/scenario/untrusted-root",
		"/scenario/name-constraint-violation", "/scenario/good-many-sans", "/live", "/connection/1", "/nothing"} {
		p.open(path)
		if strings.HasPrefix(path, "/scenario") {
			p.do(script(`document.querySelectorAll("details").forEach(d => d.open = true)`))
		}
		assert.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), 360, path)
		p.shoot("phone" + strings.ReplaceAll(path, "/", "-"))
	}
	p.faults = nil // that there is nothing at /nothing is no fault
}

func testLanguage(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 900)
	p.open("/scenario/expired")
	assert.Equal(t, "en", eval[string](p, `document.documentElement.lang`))
	p.leads(click(`button[value="zh-CN"]`), `document.documentElement.lang === "zh-CN"`)
	assert.Equal(t, "/scenario/expired", eval[string](p, `location.pathname`), "it comes back to where it was")
	assert.True(t, eval[bool](p, says("必须拒绝")))
	p.shoot("chinese-scenario")
	p.open("/")
	assert.Equal(t, "zh-CN", eval[string](p, `document.documentElement.lang`), "it is remembered")
	p.shoot("chinese-catalogue")
	other := b.tab(t, r, 1280, 900)
	other.open("/live")
	assert.True(t, eval[bool](other, says("实时")))
	other.shoot("chinese-live")
	p.leads(click(`button[value="en"]`), `document.documentElement.lang === "en"`)
}

// testExplain pastes a message that would be harmful if it were taken for HTML.
func testExplain(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 1300)
	p.open("/")
	p.leads(click(`nav a[href="/explain"]`), `document.getElementById("message")`)
	p.do(chromedp.SendKeys(chromedp.CSS("#message"),
		"ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "+
			"certificate has expired (_ssl.c:1006) </pre><img src=x onerror=window.hacked=true>"))
	p.leads(click("form.explain button"), `document.querySelector("article.finding")`)
	assert.Equal(t, "expired", eval[string](p, `document.querySelector("article.finding h2 code").textContent`))
	assert.Zero(t, count(p, "article img"))
	assert.False(t, eval[bool](p, `!!window.hacked`))
	assert.NotZero(t, count(p, `article.finding a[href="/scenario/expired"]`))
	p.shoot("explain")
	p.leads(click(`button[value="zh-CN"]`), `document.documentElement.lang === "zh-CN"`)
	assert.Equal(t, "/explain", eval[string](p, `location.pathname`))
	p.leads(click(`button[value="en"]`), `document.documentElement.lang === "en"`)
}

func testLessons(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1280, 1300)
	p.open("/lessons")
	assert.Equal(t, len(lessons.All()), count(p, "ol.lessons li"))
	p.shoot("lessons")
	p.leads(click(`a[href="/lessons/missing-intermediate"]`), `document.querySelector("article.prose h1")`)
	p.shoot("lesson")
	assert.Equal(t, count(p, "pre.command"), count(p, ".paste > pre.command + .copy"), "every command can be copied")
	p.do(click(".copy"), until(`document.querySelector(".copy").textContent.trim() !== "Copy" &&
		document.getElementById("announce").textContent !== ""`))
	p.leads(click(`aside a[href="/scenario/missing-intermediate"]`), `document.querySelector("svg.chain")`)
	for _, l := range lessons.All() { // what the policy or the parser complains of fails the test
		p.open("/lessons/" + l.ID)
		assert.Equal(t, 1, count(p, "h1"), l.ID)
	}
	p.do(chromedp.EmulateViewport(360, 780))
	for _, path := range []string{"/lessons", "/lessons/python-upgrade", "/lessons/pymongo", "/explain"} {
		p.open(path)
		assert.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), 360, path)
	}
	p.shoot("phone-explain")
}

// testLooks takes pictures in dark mode, at a projector's size, and as printed. It checks that nothing moves for
// readers who prefer reduced motion.
func testLooks(t *testing.T, r *running, b *browser) {
	p := b.tab(t, r, 1920, 1080)
	p.do(media("prefers-color-scheme", "dark"))
	p.open("/scenario/expired")
	p.shoot("dark-scenario")
	p.open("/live")
	p.shoot("dark-live")
	p.do(media("prefers-reduced-motion", "reduce"))
	p.open("/scenario/expired")
	assert.Zero(t, eval[int](p, `document.getAnimations().length`))
	p.do(media())
}

// testManyTabs opens more tabs than a browser has connections to one server, and checks that all of them are notified.
func testManyTabs(t *testing.T, r *running, b *browser) {
	var tabs []*tab
	for range 20 {
		p := b.tab(t, r, 800, 600)
		p.open("/scenario/not-yet-valid")
		tabs = append(tabs, p)
	}
	began := time.Now()
	r.connect("not-yet-valid")
	for _, p := range tabs {
		p.do(until(`document.querySelectorAll("#news article").length === 1`))
	}
	t.Logf("20 tabs have heard within %s", time.Since(began))
	r.page.hub.mu.Lock()
	streams := r.page.hub.subscribers
	r.page.hub.mu.Unlock()
	assert.LessOrEqual(t, streams, 2, "tabs share a stream")
}
