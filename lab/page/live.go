package page

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// The maximum number of connections in one response. It contains the newest; cards are longer than rows.
const (
	maxCards = 20
	maxRows  = 100
)

// newsView is the connections that have changed since a page was made.
type newsView struct {
	batch
	Cards []card
	// Scenario is the scenario's ID; empty for all scenarios.
	Scenario string
	// Forgotten is the number of connections that are no longer remembered.
	Forgotten uint64
	// Troubles lists the failures of the lab itself.
	Troubles []string
}

// card is one connection as the page shows it.
type card struct {
	connection
	Lang            lang.Tag
	View            verdict.ServerView // empty while it is open
	Tone            string             // good, bad, warn or plain
	Mark            string             // the tone as a symbol
	Says            string             // the verdict in one line
	Because         string             // the reason for the verdict
	Steps           []step
	Alert           *wire.Alert // the alert that ended it
	AlertFromClient bool
	Whole           bool     // shown on its own page, in full
	NotYet          bool     // the certificate had not expired yet
	Found           *finding // what it shows about the client, if anything
}

// tones are how views are shown. Each also has a symbol, so that the color is not needed to tell them apart.
var tones = map[verdict.ServerView]string{
	verdict.SeenAccepted: "good", verdict.SeenEither: "good", verdict.SeenRefused: "good",
	verdict.SeenGaveUp: "good", verdict.SeenTurnedAway: "good",
	verdict.SeenInsecure: "bad", verdict.SeenBroken: "bad",
	verdict.SeenLenient: "warn", verdict.SeenUntold: "warn", verdict.SeenOtherReason: "warn",
	verdict.SeenNotServed: "warn", verdict.SeenLeft: "warn", verdict.SeenWaited: "warn",
}

var marks = map[string]string{"good": "✓", "bad": "✗", "warn": "?", "plain": "•"}

// news returns what has changed after a version.
func (p *Page) news(l lang.Tag, id string, version uint64, most int) newsView {
	v := newsView{batch: p.hub.since(id, version, most), Scenario: id}
	v.Forgotten = v.Total - uint64(v.Kept)
	v.Troubles = p.troubles()
	for _, c := range v.Connections {
		v.Cards = append(v.Cards, p.card(l, c))
	}
	return v
}

// card returns the card of a connection.
func (p *Page) card(l lang.Tag, c connection) card {
	w := p.words[l]
	out := card{connection: c, Lang: l, Steps: diagram(&c), Tone: "plain", Mark: marks["plain"]}
	if c.Seen == nil {
		out.Mark, out.Says, out.Because = "…", w.Say("seen.open"), w.Say("seen.open.because")
		return out
	}
	expect := c.Scenario.Expect
	st, _ := p.status(c.Scenario)
	if out.NotYet = c.Start.Before(st.endpoint.ExpectFrom); out.NotYet {
		expect = scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}
	}
	out.View = verdict.See(c.Scenario, expect, *c.Seen)
	if tone, ok := tones[out.View]; ok {
		out.Tone, out.Mark = tone, marks[tone]
	}
	out.Alert, out.AlertFromClient = c.Seen.AlertSent, false
	if c.Seen.AlertReceived != nil {
		out.Alert, out.AlertFromClient = c.Seen.AlertReceived, true
	}
	class := ""
	if len(c.Scenario.Expect.Failures) > 0 {
		class = string(c.Scenario.Expect.Failures[0])
	}
	name := "seen." + string(out.View)
	what := w.First("accepted."+class, "accepted.other")
	switch out.View {
	case verdict.SeenInsecure, verdict.SeenLenient:
		out.Says = w.Say(name, what)
		if out.View == verdict.SeenInsecure {
			out.Found = found(l, c.Scenario, *c.Seen)
		}
	case verdict.SeenRefused, verdict.SeenUntold, verdict.SeenOtherReason,
		verdict.SeenBroken, verdict.SeenTurnedAway, verdict.SeenNotServed:
		alert := "–"
		if out.Alert != nil {
			alert = out.Alert.String()
		}
		out.Says = w.Say(name, alert)
	default:
		out.Says = w.Say(name)
	}
	out.Because = w.Say(name + ".because")
	return out
}

// AlertClasses returns what the client's alert can mean.
func (c card) AlertClasses() []string {
	var list []string
	if c.Alert != nil && c.AlertFromClient && !messages.TellsNothing(c.Alert.Code) {
		for _, class := range messages.AlertClasses(c.Alert.Code) {
			list = append(list, string(class))
		}
	}
	return list
}

// Unread reports whether the server could not read the client's alert.
func (c card) Unread() bool {
	return slices.ContainsFunc(c.Steps, func(s step) bool { return s.Unread })
}

// Agreed returns what the two ends agreed on, in the terms of the protocol.
func (c card) Agreed() []string {
	var list []string
	add := func(words ...string) {
		for _, word := range words {
			if word != "" {
				list = append(list, visible.Text(word))
			}
		}
	}
	switch {
	case c.Seen != nil:
		add(c.Seen.Version, c.Seen.CipherSuite, c.Seen.Group, c.Seen.Protocol)
	case c.Session != nil:
		add(c.Session.Version, c.Session.CipherSuite, c.Session.Group, c.Session.Protocol)
	}
	return list
}

// Clock returns when it began, in local time.
func (c card) Clock() string { return c.Start.Format("15:04:05") }

// Lasted returns how long it has lasted.
func (c card) Lasted() string {
	if c.Seen == nil {
		return milliseconds(time.Since(c.Start))
	}
	return milliseconds(c.Seen.Duration)
}

// milliseconds writes a duration: "3.2 ms", "1.20 s".
func milliseconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// live shows all connections.
func (p *Page) live(w http.ResponseWriter, r *http.Request) {
	lang := language(r)
	v := p.news(lang, "", 0, maxRows)
	title := p.words[lang].Say("live.title")
	p.show(w, r, http.StatusOK, "live", view{Nav: "live", Title: title, Version: v.Version, Main: v})
}

// liveNews answers with the rows that have changed since a page was made.
func (p *Page) liveNews(w http.ResponseWriter, r *http.Request) {
	p.fragment(w, r, "rows", p.news(language(r), "", after(r), maxRows))
}

// scenarioNews answers with the connections to one scenario that have changed since a page was made.
func (p *Page) scenarioNews(w http.ResponseWriter, r *http.Request) {
	s, ok := p.byID[r.PathValue("id")]
	if !ok {
		plainly(w, http.StatusNotFound, "there is no such scenario\n")
		return
	}
	p.fragment(w, r, "cards", p.news(language(r), s.ID, after(r), maxCards))
}

// fragment writes a part of a page.
func (p *Page) fragment(w http.ResponseWriter, r *http.Request, part string, v newsView) {
	w.Header().Set("Tlslab-Version", strconv.FormatUint(v.Version, 10))
	p.write(w, r, http.StatusOK, language(r), fragments, part, v)
}

// after returns the version after which a page requests changes.
func after(r *http.Request) uint64 {
	version, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64) // zero, the beginning, if it is invalid
	return version
}

// connection shows one connection.
func (p *Page) connection(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.ParseUint(r.PathValue("number"), 10, 64)
	c, ok := p.hub.find(number)
	if err != nil || !ok {
		p.problem(w, r, http.StatusNotFound, "problem.no-connection")
		return
	}
	lang := language(r)
	told := p.card(lang, c)
	told.Whole = true
	title := p.words[lang].Say("connection.title", number)
	p.show(w, r, http.StatusOK, "connection", view{Title: title, Version: c.version, Main: told})
}
