// Package report shows results on a terminal ([Terminal]), and writes them as a page of HTML, as JUnit's XML
// and as Markdown. What it shows, a [result.Run], is data of lab/result.
package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Terminal writes pages for people to read.
type Terminal struct {
	W io.Writer
	// Width is the number of columns; zero means 140.
	Width int
	// Short has [Terminal.Run] show of each scenario a line for what tells most: each stack's newest version as it
	// comes, an old one that does something else, and what is not as documented. All others are counted.
	Short bool
	// Color colors what it writes.
	Color bool
	// Locale is the language of its prose; empty means English. Scenarios are told in it as
	// lab/lang has them, reasons too; names, and what clients say, are the same in all
	// languages.
	Locale lang.Tag
}

// words is what it says by itself.
func (t Terminal) words() *words { return in(t.Locale) }

// pages is up to how many scenarios a run is shown a page each; beyond, a line each.
const pages = 3

// Run writes a run: for each scenario its chain, story, table, verdict and fix, or for many
// scenarios a line each and what was not as documented.
func (t Terminal) Run(r *result.Run) {
	for _, s := range r.Scenarios {
		if len(r.Scenarios) <= pages {
			t.Scenario(s)
			if t.unserved(s) {
				continue
			}
			if t.Short {
				t.shortCells(s, r.Clients)
			} else {
				t.cells(s, r.Clients)
			}
			t.serverLogs(s, r.Clients)
			t.verdict(s)
		} else {
			t.summary(s)
		}
	}
	if len(r.Scenarios) > pages {
		t.undocumented(r)
		t.came(r)
		t.line(t.words().StarHint)
	}
	t.again(r)
}

// Scenario writes what a scenario is: its title, its chain with the broken link marked, and
// its story.
func (t Terminal) Scenario(s result.Scenario) {
	w, told := t.words(), t.told(s)
	t.line(fmt.Sprintf(w.Titlef, t.paint(s.ID, text.Bold), told.Title))
	t.line(fmt.Sprintf(w.Familyf, s.Family, expectation(s, w)))
	fmt.Fprintln(t.W)
	t.chain(s)
	t.wrapped(w.What, told.What)
	t.wrapped(w.Where, told.Where)
	t.wrapped(w.See, told.See)
	fmt.Fprintln(t.W)
}

// Fix writes the proper fix.
func (t Terminal) Fix(s result.Scenario) {
	t.wrapped(t.words().Fix, t.told(s).Fix)
	fmt.Fprintln(t.W)
}

// told returns what is told of a scenario: in English as the report has it.
func (t Terminal) told(s result.Scenario) lang.Story {
	if known, ok := scenarios.Lookup(s.ID); ok && t.Locale != "" && t.Locale != lang.English {
		return t.Locale.Of(known)
	}
	return lang.Story{Title: s.Title, What: s.Story.What, Where: s.Story.Where, See: s.Story.See, Fix: s.Fix}
}

// reason returns a reason that the lab gives.
func (t Terminal) reason(why lang.Reason) string { return t.Locale.Reason(why) }

// expectation says what a correct client does.
func expectation(s result.Scenario, w *words) string {
	var classes []string
	for _, c := range s.Expect.Failures {
		classes = append(classes, string(c))
	}
	as := strings.Join(classes, w.Or)
	switch {
	case s.Expect.Verdict == scenarios.Either:
		return fmt.Sprintf(w.EitherWayf, as)
	case s.Expect.Level == scenarios.Should && s.Expect.Verdict == scenarios.Reject:
		return fmt.Sprintf(w.ShouldRejectf, s.Expect.Feature, as, s.Control)
	case s.Expect.Level == scenarios.Should:
		return fmt.Sprintf(w.ShouldAcceptf, s.Expect.Feature)
	case s.Expect.Verdict == scenarios.Reject:
		return fmt.Sprintf(w.MustRejectf, as, s.Control)
	}
	return w.MustAccept
}

// wrapped writes text behind a label, indented where it goes on.
func (t Terminal) wrapped(label, s string) {
	indent := text.StringWidthWithoutEscSequences(label)
	lines := strings.Split(wrap.Text(s, max(40, t.width()-indent-1)), "\n")
	for i, line := range lines {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		fmt.Fprintln(t.W, label+strings.TrimSpace(line))
	}
}

// line writes a line, which is broken only for a window.
func (t Terminal) line(s string) {
	if t.Width == 0 {
		fmt.Fprintln(t.W, s)
		return
	}
	t.wrapped("", s)
}

func (t Terminal) width() int {
	if t.Width == 0 {
		return 140
	}
	return max(60, t.Width)
}

func (t Terminal) paint(s string, colors ...text.Color) string {
	if !t.Color {
		return s
	}
	return text.Colors(colors).Sprint(s)
}

// row is one row of a table: clients of one stack and variant that did the same.
type row struct {
	result.Cell
	stack, variant string
	versions       []string
}

// position is what of a message depends on the version of an interpreter alone.
var position = regexp.MustCompile(`\(_ssl\.c:\d+\)`)

func withoutPosition(message string) string { return position.ReplaceAllString(message, "(_ssl.c)") }

// rows groups the cells of clients that did the same: versions of one stack mostly do.
func rowsOf(s result.Scenario, infos []clients.Info) []row {
	byID := map[string]clients.Info{} // not every client is asked: some speak something else
	for _, info := range infos {
		byID[info.ID()] = info
	}
	var list []row
	for _, c := range s.Cells {
		info := byID[c.Client]
		c.Message = withoutPosition(c.Message)
		c.Why = c.Why.Map(withoutPosition)
		same := slices.IndexFunc(list, func(r row) bool {
			return r.stack == info.Stack && r.variant == info.Variant && r.Kind == c.Kind && r.Class == c.Class && r.Control == c.Control &&
				r.Outcome == c.Outcome && r.Message == c.Message && Saw(r.Observed) == Saw(c.Observed)
		})
		if same >= 0 {
			list[same].versions = append(list[same].versions, info.Version)
			continue
		}
		list = append(list, row{c, info.Stack, info.Variant, []string{info.Version}})
	}
	slices.SortStableFunc(list, func(a, b row) int { return strings.Compare(a.stack+a.variant, b.stack+b.variant) })
	return list
}

// judgement names a judgement, marked if it is a documented deviation.
func (t Terminal) judgement(j verdict.Judgement) string {
	return t.marked(string(j.Kind), result.Mark(j.Kind, j.Documented))
}

// marked colors a judgement by its mark.
func (t Terminal) marked(word, mark string) string {
	switch mark {
	case "":
		return t.paint(word, text.FgGreen)
	case "*":
		return t.paint(word+mark, text.FgYellow)
	}
	return t.paint(word+mark, text.FgRed, text.Bold)
}

// verdict says what the run came to, and the proper fix.
func (t Terminal) verdict(s result.Scenario) {
	w := t.words()
	counts := w.count(each(s.Cells))
	bad := slices.ContainsFunc(s.Cells, func(c result.Cell) bool { return !c.Documented })
	came := t.paint(w.Reproduced, text.FgGreen, text.Bold)
	if bad {
		came = t.paint(w.Undocumented, text.FgRed, text.Bold)
	}
	if !slices.ContainsFunc(s.Cells, func(c result.Cell) bool { return c.Kind != verdict.Unsupported }) {
		came = w.NoClient
	}
	t.line(fmt.Sprintf(w.Verdictf, came, counts))
	if strings.Contains(counts, "*") {
		note := strings.TrimLeft(w.StarNote, " ")
		t.wrapped(strings.Repeat(" ", len(w.StarNote)-len(note)), note)
	}
	fmt.Fprintln(t.W)
	t.Fix(s)
}

// summary writes a scenario in one line.
func (t Terminal) summary(s result.Scenario) {
	mark := t.paint("✓", text.FgGreen)
	if slices.ContainsFunc(s.Cells, func(c result.Cell) bool { return !c.Documented }) {
		mark = t.paint("✗", text.FgRed)
	}
	counts := t.words().count(each(s.Cells))
	if t.Width > 0 && 2+max(34, len(s.ID))+1+text.StringWidth(counts) > t.width() {
		fmt.Fprintf(t.W, "%s %s\n", mark, s.ID)
		t.wrapped("    ", counts)
		return
	}
	fmt.Fprintf(t.W, "%s %-34s %s\n", mark, s.ID, counts)
}

// undocumented writes what was not as documented, and where client and server disagree: once for
// clients of which the same is to be said.
func (t Terminal) undocumented(r *result.Run) {
	for _, s := range r.Scenarios {
		var accounts []string
		who := map[string][]string{}
		for _, c := range s.Cells {
			if c.Documented && c.Disagreement.IsZero() {
				continue
			}
			account := t.account(c)
			if who[account] == nil {
				accounts = append(accounts, account)
			}
			who[account] = append(who[account], c.Client)
		}
		for _, account := range accounts {
			fmt.Fprintln(t.W)
			t.wrapped(s.ID+" × ", strings.Join(who[account], ", "))
			fmt.Fprint(t.W, account)
		}
	}
}

// account tells what a cell came to, in full.
func (t Terminal) account(c result.Cell) string {
	var out strings.Builder
	t.W = &out
	w := t.words()
	fmt.Fprintf(t.W, "  %s %s\n", t.judgement(c.Judgement), c.Class)
	for _, line := range [][2]string{
		{"", t.reason(c.Why)}, {w.ItsMessage, messages.Steady(c.Message)}, {w.ItSaw, w.sees(c.Observed)}, {w.TheyDiffer, t.reason(c.Disagreement)},
	} {
		if line[1] != "" {
			t.wrapped("  "+line[0], visible.Text(line[1]))
		}
	}
	return out.String()
}

// Saw says in a few words what the server saw of a client: of the connection that tells, with the
// number of the others.
func Saw(list []serve.Observation) string { return english().sees(list) }

func (w *words) sees(list []serve.Observation) string {
	o, ok := serve.Telling(list)
	if !ok {
		return w.NoConnection
	}
	var words []string
	if o.Version != "" {
		words = append(words, o.Version)
	}
	if o.HelloRetry {
		words = append(words, "HelloRetryRequest")
	}
	words = append(words, w.Ends[o.End])
	if o.Error != "" && slices.Contains([]serve.End{serve.EndBrokenOff, serve.EndRelayed, serve.EndInternal}, o.End) {
		words = append(words, o.Error)
	}
	if o.AlertReceived != nil {
		words = append(words, o.AlertReceived.String())
	}
	if o.AlertSent != nil {
		words = append(words, o.AlertSent.String()+cause(o.Error))
	}
	switch more := len(list) - 1; more {
	case 0:
	case 1:
		words = append(words, w.OneMore)
	default:
		words = append(words, fmt.Sprintf(w.MoreConnectionsf, more))
	}
	return visible.Text(strings.Join(words, " "))
}

// cause returns what crypto/tls says of a client that it refuses, without the numbers of all that
// the client offered: names of them stand in the observation.
func cause(text string) string {
	text, _, _ = strings.Cut(text, "; ")
	text, _, _ = strings.Cut(text, ": [")
	text = strings.TrimPrefix(text, "tls: ")
	if text == "" || strings.HasPrefix(text, "local error") {
		return ""
	}
	return ": " + text
}
