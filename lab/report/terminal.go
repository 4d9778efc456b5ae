// Package report shows results, a [result.Run], on a terminal (see [Terminal]), and writes them as HTML, JUnit XML and
// Markdown.
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

// Terminal writes reports for people.
type Terminal struct {
	W io.Writer
	// Width is the number of columns; zero means 140.
	Width int
	// Short makes [Terminal.Run] show only the most informative clients of each scenario, a line each: each stack's
	// newest version with default settings, an older one that behaves differently, and what is not as documented. The
	// others are counted.
	Short bool
	// Color enables colors.
	Color bool
	// Locale is the language of prose, including scenarios and reasons. Empty means English. Names and clients'
	// messages are the same in all languages.
	Locale lang.Tag
}

// words returns the words of the terminal's language.
func (t Terminal) words() *words { return in(t.Locale) }

// pages is the maximum number of scenarios in a run for which each is shown in full. With more, each has one line.
const pages = 3

// Run writes a run. For a few scenarios, it writes the chain, story, table, verdict and fix of each; for many, a line
// each, followed by what is not as documented.
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

// Scenario describes a scenario: its title, its chain with the broken link marked, and its story.
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

// Fix writes the fix of a scenario.
func (t Terminal) Fix(s result.Scenario) {
	t.wrapped(t.words().Fix, t.told(s).Fix)
	fmt.Fprintln(t.W)
}

// told returns the text of a scenario. The English text is that of the run.
func (t Terminal) told(s result.Scenario) lang.Story {
	if known, ok := scenarios.Lookup(s.ID); ok && t.Locale != "" && t.Locale != lang.English {
		return t.Locale.Of(known)
	}
	return lang.Story{Title: s.Title, What: s.Story.What, Where: s.Story.Where, See: s.Story.See, Fix: s.Fix}
}

// reason returns a reason in the terminal's language.
func (t Terminal) reason(why lang.Reason) string { return t.Locale.Reason(why) }

// expectation returns in words what a correct client does.
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

// wrapped writes text after a label, and indents the lines that follow.
func (t Terminal) wrapped(label, s string) {
	if s == "" { // a scenario of the user's own need not say everything
		return
	}
	indent := text.StringWidthWithoutEscSequences(label)
	lines := strings.Split(wrap.Text(s, max(40, t.width()-indent-1)), "\n")
	for i, line := range lines {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		fmt.Fprintln(t.W, label+strings.TrimSpace(line))
	}
}

// line writes a line. It is wrapped only if the width is known.
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

// position matches the part of a message that depends only on the version of an interpreter.
var position = regexp.MustCompile(`\(_ssl\.c:\d+\)`)

func withoutPosition(message string) string { return position.ReplaceAllString(message, "(_ssl.c)") }

// rowsOf groups the cells of clients that did the same, as most versions of a stack do.
func rowsOf(s result.Scenario, infos []clients.Info) []row {
	byID := map[string]clients.Info{} // not every client has a cell: some speak another protocol
	for _, info := range infos {
		byID[info.ID()] = info
	}
	var list []row
	for _, c := range s.Cells {
		info := byID[c.Client]
		c.Message = withoutPosition(c.Message)
		c.Why = c.Why.Map(withoutPosition)
		same := slices.IndexFunc(list, func(r row) bool {
			return r.stack == info.Stack && r.variant == info.Variant &&
				r.Kind == c.Kind && r.Class == c.Class && r.Control == c.Control &&
				r.Outcome == c.Outcome && r.Message == c.Message && Saw(r.Observed) == Saw(c.Observed)
		})
		if same >= 0 {
			list[same].versions = append(list[same].versions, info.Edition())
			continue
		}
		list = append(list, row{c, info.Stack, info.Variant, []string{info.Edition()}})
	}
	slices.SortStableFunc(list, func(a, b row) int { return strings.Compare(a.stack+a.variant, b.stack+b.variant) })
	return list
}

// judgement returns a judgement with its mark.
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

// verdict writes the result of a scenario, and the fix.
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

// undocumented writes what is not as documented, and where client and server disagree. Clients with the same text share
// it.
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

// account describes a cell in full.
func (t Terminal) account(c result.Cell) string {
	var out strings.Builder
	t.W = &out
	w := t.words()
	fmt.Fprintf(t.W, "  %s %s\n", t.judgement(c.Judgement), c.Class)
	for _, line := range [][2]string{
		{"", t.reason(c.Why)}, {w.ItsMessage, messages.Steady(c.Message)}, {w.ItSaw, w.sees(c.Observed)},
		{w.TheyDiffer, t.reason(c.Disagreement)},
	} {
		if line[1] != "" {
			t.wrapped("  "+line[0], visible.Text(line[1]))
		}
	}
	return out.String()
}

// Saw returns in a few words what the server saw of a client: the most informative connection, and the number of
// others.
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

// cause returns what crypto/tls says about a client that it refuses, without the numbers of what the client offered,
// whose names are in the observation.
func cause(text string) string {
	text, _, _ = strings.Cut(text, "; ")
	text, _, _ = strings.Cut(text, ": [")
	text = strings.TrimPrefix(text, "tls: ")
	if text == "" || strings.HasPrefix(text, "local error") {
		return ""
	}
	return ": " + text
}
