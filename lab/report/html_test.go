package report_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// mixed is a run with each judgement there is, documented and not.
func mixed() *result.Run {
	infos := append(python("default", "3.8", "3.9", "3.13"), python("insecure", "3.8", "3.9", "3.13")...)
	infos = append(infos, clients.Info{Stack: "curl", Version: "8.1", Variant: "default", Library: "OpenSSL 3.0.19",
		About: "curl --cacert FILE"})
	return run(infos, many, func(id string, c clients.Info) result.Cell {
		judged := func(cell result.Cell, kind verdict.Kind, documented bool) result.Cell {
			cell.Kind, cell.Documented, cell.Why = kind, documented, lang.Plain("for the reason "+string(kind))
			return cell
		}
		switch {
		case id == "expired" && c.Version == "3.13" && c.Variant == "default":
			cell := judged(accepted("", false), verdict.Insecure, false)
			cell.Control = clients.Accepted
			return cell
		case id == "wrong-host" && c.Stack == "curl":
			return judged(rejected(failure.Untrusted, "curl: (60) hard to say"), verdict.WrongReason, true)
		case id == "self-signed" && c.Stack == "curl":
			return judged(result.Cell{Outcome: clients.Unsupported}, verdict.Unsupported, true)
		case id == "good-ip" && c.Stack == "curl":
			return judged(rejected(failure.HostnameMismatch, hostile+strings.Repeat("x", 500)), verdict.Broken, false)
		case strings.HasPrefix(id, "good"):
			return accepted(verdict.OK, true)
		case c.Variant == "insecure":
			return judged(accepted("", true), verdict.Insecure, true)
		}
		cell := good(id, c)
		cell.Control = clients.Accepted
		cell.Observed[0].Hello = &wire.ClientHello{ServerName: "localhost", Versions: []string{"TLS 1.3", "TLS 1.2"}}
		return cell
	})
}

func TestPageInBrowser(t *testing.T) {
	b := startBrowser(t)
	r := mixed()
	t.Run("filter", func(t *testing.T) { testFilter(b.open(t, r, "", 1200, 900)) })
	t.Run("sort", func(t *testing.T) { testSort(b.open(t, r, "", 1200, 900)) })
	t.Run("mouse", func(t *testing.T) { testMouse(b.open(t, r, "", 1200, 900)) })
	t.Run("keyboard", func(t *testing.T) { testKeyboard(b.open(t, r, "", 1200, 900)) })
	t.Run("hash", func(t *testing.T) {
		p := b.open(t, r, "#expired/python-3.13%2Fdefault", 1200, 900)
		p.do(awaitVisible("dialog[open]"))
		assert.Equal(t, "expired × python default 3.13", eval[string](p,
			`document.querySelector("dialog h2").textContent`))
	})
	t.Run("hostile", func(t *testing.T) { testHostile(b.open(t, r, "", 1200, 900)) })
	t.Run("theme", func(t *testing.T) { testTheme(t, b, r) })
	t.Run("contrast", func(t *testing.T) { testContrast(t, b, r) })
	t.Run("phone", func(t *testing.T) { testPhone(b.open(t, big(), "", 360, 700), b.open(t, r, "", 360, 700)) })
	t.Run("big", func(t *testing.T) { testBig(t, b) })
	t.Run("pictures", func(t *testing.T) { pictures(t, b) })
}

func testFilter(p *tab) {
	assert.Equal(p, many, p.rows())
	assert.Equal(p, []string{"default 3.8–3.9", "default 3.13", "insecure 3.8–3.13", "curl default 8.1"}, p.columns())
	assert.Contains(p, eval[string](p, `document.getElementById("summary").textContent`),
		"8 scenarios × 7 clients, 56 cells in 2 s on 2026-11-22: 2 not as documented")
	for _, f := range []struct {
		control, value string
		rows, columns  int
	}{
		{"text", "expired", 7, 4}, // in names, classes, messages, and what the server saw
		{"text", "hard to say", 1, 4},
		{"text", "no such words", 0, 4},
		{"client", "python 3.13", 8, 2},
		{"client", "curl-8.1/default", 8, 1},
		{"family", "chain", 2, 4},
		{"judgement", "!", 2, 4},
		{"judgement", "*", 7, 4},
		{"judgement", "wrong-reason", 1, 4},
		{"fold", "false", 8, 7},
	} {
		p.filter(f.control, f.value)
		assert.Len(p, p.rows(), f.rows, f.value)
		assert.Len(p, p.columns(), f.columns, f.value)
		status := eval[string](p, `document.getElementById("status").textContent`)
		assert.Contains(p, status, fmt.Sprintf("%d of 8 scenarios", f.rows))
		p.do(click(`#controls button[type="reset"]`))
		p.do(until(`document.querySelectorAll("th.scenario").length === 8 && document.querySelectorAll("tr.clients `+
			`th span").length === 4`), drawn())
	}
	p.filter("judgement", "!")
	assert.Equal(p, 2, eval[int](p, `document.querySelectorAll("td:not(.dim)").length`), "what does not fit is dimmed")
}

func testSort(p *tab) {
	p.filter("rows", "name")
	assert.Equal(p, []string{"expired", "good", "good-ip", "not-yet-valid", "plain-http", "self-signed",
		"untrusted-root", "wrong-host"}, p.rows())
	p.filter("rows", "bad")
	assert.Equal(p, []string{"expired", "good-ip"}, p.rows()[:2])
	p.filter("columns", "bad")
	assert.Equal(p, "insecure 3.8–3.13", p.columns()[2])
	assert.NotEqual(p, "default 3.8–3.9", p.columns()[0])
	// A click on a client sorts by it, and another does no more.
	p.do(click(`tr.clients th[title^="curl"]`), drawn())
	assert.Equal(p, []string{"good-ip", "wrong-host", "self-signed"}, p.rows()[:3])
	assert.Equal(p, "descending", eval[string](p, `document.querySelector('tr.clients th[title^="curl"]').ariaSort`))
	p.do(click(`tr.clients th[title^="curl"]`), drawn())
	assert.Equal(p, []string{"expired", "good-ip"}, p.rows()[:2])
}

// cellAt is a script that finds the cell of a scenario in a column, from 1.
func cellAt(scenario string, column int) string {
	return fmt.Sprintf(`[...document.querySelectorAll("th.scenario")].find(e => e.textContent === `+
		`%q).parentElement.children[%d]`, scenario, column)
}

func testMouse(p *tab) {
	p.do(script(cellAt("expired", 2)+`.setAttribute("data-test", "")`), click("[data-test]"),
		awaitVisible("dialog[open]"))
	dialog := eval[string](p, `document.querySelector("dialog").innerText`)
	for _, want := range []string{
		"expired × python default 3.13", "insecure!", "not as documented", "accepted; on good: accepted",
		"for the reason insecure", "TLS 1.3 a request, which it answered",
		"tlslab run expired --client python-3.13/default --seed 'it'\\''s a seed' --at 2026-11-22T00:00:00Z",
		"The leaf's notAfter is a day in the past",
	} {
		assert.Contains(p, dialog, want)
	}
	assert.Equal(p, "#expired/python-3.13%2Fdefault", eval[string](p, `location.hash`))
	p.do(click(`dialog button[aria-label="Close"]`))
	assert.False(p, eval[bool](p, `document.querySelector("dialog").open`))
	// A group shows each version with a different message.
	p.do(script(cellAt("expired", 1) + `.click()`))
	assert.Contains(p, eval[string](p, `document.querySelector("dialog").innerText`),
		"certificate has expired (_ssl.c:1129)")
	assert.Contains(p, eval[string](p, `document.querySelector("dialog").textContent`),
		"offered versionsTLS 1.3 TLS 1.2")
}

func testKeyboard(p *tab) {
	focused := func() string {
		return eval[string](p, `(e => e.closest("#grid") ? (e.ariaLabel ?? e.textContent) : e.id || `+
			`e.tagName)(document.activeElement)`)
	}
	assert.Equal(p, 1, eval[int](p, `document.querySelectorAll('#grid [tabindex="0"]').length`),
		"one cell is in the order of Tab")
	p.do(chromedp.Focus(chromedp.CSS("#fold")), press(keyTab, keyTab)) // past the reset button
	assert.Equal(p, "default 3.8–3.9", focused())
	p.do(press(keyDown, keyDown, keyDown))
	assert.Equal(p, "ok, expired", focused())
	p.do(press(keyRight))
	assert.Equal(p, "insecure, not as documented", focused())
	p.do(press(keyEnter), awaitVisible("dialog[open]"))
	assert.Equal(p, "expired × python default 3.13", eval[string](p, `document.querySelector("dialog h2").textContent`))
	p.do(press(keyEsc))
	assert.False(p, eval[bool](p, `document.querySelector("dialog").open`))
	assert.Equal(p, "insecure, not as documented", focused(), "the focus comes back")
	p.do(press(keyHome))
	assert.Equal(p, "expired", focused())
	p.do(press(keyEnter), awaitVisible("dialog[open]"))
	assert.Equal(p, "expired", eval[string](p, `document.querySelector("dialog h2").textContent`))
	p.do(press(keyEsc), press(keyEnd))
	assert.Equal(p, "ok, expired", focused())
	p.do(press(keyTab))
	assert.NotContains(p, focused(), "expired", "Tab leaves the grid")
	// On a client's name Enter sorts, and keeps the focus.
	p.do(script(`document.querySelector('tr.clients th[title^="curl"]').focus()`), press(keyEnter), drawn())
	assert.Equal(p, "good-ip", p.rows()[0])
	assert.Equal(p, "curl default 8.1", focused())
}

func testHostile(p *tab) {
	before := eval[int](p, `document.querySelectorAll("*").length`)
	assert.Less(p, before, 400, "nothing of a message became an element")
	p.do(script(cellAt("good-ip", 4)+`.click()`), awaitVisible("dialog[open]"))
	message := eval[string](p, `document.querySelector("dialog pre").textContent`)
	assert.Equal(p, `</script><img src=x onerror=alert(1)><!-- ]]> "quoted" 'single' `+
		"`code` a|b "+`\x00\x1b[31mred\x07 \u202etxet\u202c \u2028 \xff\xfe & end`+strings.Repeat("x", 500), message)
	assert.Zero(p, eval[int](p, `document.querySelectorAll("img").length`))
	assert.Equal(p, "isolate", eval[string](p, `getComputedStyle(document.querySelector("dialog pre")).unicodeBidi`))
}

// TestPageHostile checks that nothing in a message can end the script in the page's source or be read as markup,
// whatever part of a run it is in.
func TestPageHostile(t *testing.T) {
	r := mixed()
	clean := len(page(t, r))
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		s.Title, s.Fix, s.Story.What = hostile, hostile, hostile
		for j := range s.Cells {
			c := &s.Cells[j]
			c.Message, c.Why, c.Disagreement, c.Class = hostile, lang.Plain(hostile), lang.Plain(hostile),
				failure.Class(hostile)
			c.ServerLog = []string{hostile, hostile}
			c.Observed = []serve.Observation{{Error: hostile, ClientCertificate: hostile,
				Hello: &wire.ClientHello{ServerName: hostile, Protocols: []string{hostile}}}}
		}
	}
	r.Clients[0].About, r.Seed = hostile, hostile
	r.Missing = []clients.Missing{{Stack: hostile, Reason: lang.Plain(hostile)}}
	source := page(t, r)
	assert.NotEqual(t, clean, len(source))
	assert.Equal(t, 2, strings.Count(source, "</script"))
	for _, c := range []string{"<img", "<!--", "\x00", "\x1b", "\u202e", "\u2028", "\xff"} {
		assert.NotContains(t, source, c)
	}
	assert.NotContains(t, source, "http://")
	assert.NotContains(t, source, "https://")
	assert.NotContains(t, source, "ZgotmplZ") // html/template's mark of what it would not write
}

func page(t *testing.T, r *result.Run) string {
	var out bytes.Buffer
	require.NoError(t, report.WriteHTML(&out, r))
	return out.String()
}

func testTheme(t *testing.T, b *browser, r *result.Run) {
	const ground = `getComputedStyle(document.body).backgroundColor`
	p := b.open(t, r, "", 1200, 900, scheme("light"))
	assert.Equal(t, "rgb(255, 255, 255)", eval[string](p, ground))
	for _, want := range []string{"theme: light", "theme: dark"} { // the switch goes round
		p.do(click("#theme"))
		assert.Equal(t, want, eval[string](p, `document.getElementById("theme").textContent`))
	}
	assert.Equal(t, "rgb(19, 19, 22)", eval[string](p, ground))
	p.do(click("#theme"), scheme("dark"))
	assert.Equal(t, "rgb(19, 19, 22)", eval[string](p, ground), "and follows the system")
	p.do(click("#theme"))
	assert.Equal(t, "rgb(255, 255, 255)", eval[string](p, ground))
	p.do(script(`localStorage.clear()`))
}

// contrast computes the least contrast of text in the table (WCAG 2.2, 1.4.3), and which element has it.
const contrast = `(() => {
	const light = c => {
		const [r, g, b] = c.match(/[\d.]+/g).map(v => v / 255)
			.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	let least = [99, ""];
	for (const e of document.querySelectorAll("#grid td[class], #legend .mark, #status, #summary, th.scenario")) {
		let ground = e;
		while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
		const colors = [getComputedStyle(e).color, getComputedStyle(ground).backgroundColor];
		const [a, b] = colors.map(light).sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < least[0]) least = [ratio, e.className || e.id];
	}
	return least;
})()`

func testContrast(t *testing.T, b *browser, r *result.Run) {
	ids := append(slices.Clone(many), "silent")
	every := run(python("default", "1", "2"), ids, func(id string, c clients.Info) result.Cell {
		return accepted(verdict.Kinds()[slices.Index(ids, id)], c.Version == "1")
	})
	for _, name := range []string{"light", "dark"} {
		p := b.open(t, every, "", 1200, 900, scheme(name))
		got := eval[[]any](p, contrast)
		assert.GreaterOrEqual(t, got[0].(float64), 4.5, "%s: %v", name, got[1])
		t.Logf("%s: least contrast %.2f, of %v", name, got[0], got[1])
		// Without colors, each judgement has its own letter, and what is not as documented has a mark.
		letters := eval[[]string](p, `[...document.querySelectorAll("td")].map(e => e.textContent)`)
		assert.Equal(t, []string{"✓", "✓", "X", "X!", "L", "L!", "W", "W!", "?", "?!", "B", "B!", "V", "V!", "U", "U!",
			"E", "E!"}, letters)
		p.shoot("judgements-" + name)
	}
}

func testPhone(wide, p *tab) {
	const overflow = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
	assert.Zero(wide, eval[int](wide, overflow), "the page does not scroll sideways")
	assert.Positive(wide, eval[int](wide, `(e => e.scrollWidth - e.clientWidth)(document.getElementById("frame"))`),
		"the table does")
	assert.Zero(p, eval[int](p, overflow))
	p.do(click("#controls summary"))
	assert.True(p, eval[bool](p, `document.getElementById("controls").open`))
	assert.Zero(p, eval[int](p, overflow), "nor with its controls open")
	p.do(script(cellAt("good-ip", 4)+`.click()`), awaitVisible("dialog[open]"))
	assert.Zero(p, eval[int](p, overflow), "nor with a message that is one long word")
	assert.Zero(p, eval[int](p, `(e => e.scrollWidth - e.clientWidth)(document.querySelector("dialog"))`))
}

// big is a run as large as the largest that is to be expected: the catalogue and some more, and ninety
// clients of which no two did the same.
func big() *result.Run {
	var ids []string
	for _, s := range scenarios.All() {
		ids = append(ids, s.ID)
	}
	for _, s := range scenarios.Behind(scenarios.MongoDB) {
		if len(ids) < 200 {
			ids = append(ids, s.ID)
		}
	}
	var versions []string
	for i := range 90 {
		versions = append(versions, fmt.Sprintf("3.%d.%d", i/10, i%10))
	}
	random := rand.New(rand.NewPCG(1, 2))
	return run(python("default", versions...), ids, func(id string, c clients.Info) result.Cell {
		n := random.IntN(3000)
		if n%7 == 0 {
			cell := accepted(verdict.Insecure, n%21 == 0)
			cell.Why = lang.Plain(fmt.Sprintf("for reason %d", n%50))
			return cell
		}
		return rejected(failure.Expired, fmt.Sprintf("urllib.error.URLError: <urlopen error [SSL: "+
			"CERTIFICATE_VERIFY_FAILED] message %d>", n))
	})
}

func testBig(t *testing.T, b *browser) {
	r := big()
	start := time.Now()
	size := len(page(t, r))
	written := time.Since(start)
	p := b.open(t, r, "", 1200, 900)
	paint := eval[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`)
	whole := eval[float64](p, `Number(document.documentElement.dataset.drawn)`)
	assert.Equal(t, 18000, eval[int](p, `document.querySelectorAll("td").length`))
	again := eval[float64](p, `(() => { const start = performance.now(), e = document.getElementById("text"); `+
		`e.value = "reason 7"; e.dispatchEvent(new Event("input", {bubbles: true})); return performance.now() - `+
		`start; })()`)
	p.do(drawn())
	t.Logf("18,000 cells: %.1f MB, written in %s; first paint after %.0f ms, all drawn after %.0f ms; a key in the "+
		"filter keeps the page busy for %.0f ms", float64(size)/1e6, written.Round(time.Millisecond), paint, whole,
		again)
	assert.Less(t, size, 4_000_000)
	// How long it takes depends on the machine's load; that people see something before all of it is drawn does not.
	assert.Less(t, paint, 0.9*whole)
}

// pictures writes screenshots to look at.
func pictures(t *testing.T, b *browser) {
	if *screenshots == "" {
		t.Skip("no -screenshots DIR")
	}
	r := mixed()
	if *shown != "" {
		var err error
		r, err = result.Open(*shown)
		require.NoError(t, err)
	}
	p := b.open(t, r, "", 1200, 900, scheme("light"))
	p.do(script(`(() => { // to where the stacks differ
		const frame = document.getElementById("frame");
		const part = [...document.querySelectorAll("th.family")].find(e => e.textContent.startsWith("names"));
		if (part) frame.scrollTop += part.getBoundingClientRect().top - frame.getBoundingClientRect().top -
			document.querySelector("thead").offsetHeight;
	})()`))
	p.shoot("readme")
	for name, size := range map[string][2]int64{"wide": {1200, 900}, "phone": {360, 740}} {
		for _, theme := range []string{"light", "dark"} {
			p := b.open(t, r, "", size[0], size[1], scheme(theme))
			p.shoot(name + "-" + theme)
			p.filter("judgement", "*")
			p.do(script(`document.querySelector("td:not(.ok)").click()`), awaitVisible("dialog[open]"))
			p.shoot(name + "-" + theme + "-cell")
		}
	}
}
