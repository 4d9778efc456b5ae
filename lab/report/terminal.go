package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Terminal writes pages for people to read.
type Terminal struct {
	W io.Writer
	// Width is the number of columns; zero means 140.
	Width int
	// Color colors what it writes.
	Color bool
}

// pages is up to how many scenarios a run is shown a page each; beyond, a line each.
const pages = 3

// Run writes a run: for each scenario its chain, story, table, verdict and remedy, or for many
// scenarios a line each and what was not as documented.
func (t Terminal) Run(r *Run) {
	for _, s := range r.Scenarios {
		if len(r.Scenarios) <= pages {
			t.Scenario(s)
			if t.unserved(s) {
				continue
			}
			t.table(s, r.Clients)
			t.serverLogs(s, r.Clients)
			t.verdict(s)
		} else {
			t.line(s)
		}
	}
	if len(r.Scenarios) > pages {
		t.undocumented(r)
		t.came(r)
		fmt.Fprintln(t.W, "* to be expected: tlslab run ID shows each client, its message and the reason")
	}
	t.again(r)
}

// Scenario writes what a scenario is: its title, its chain with the broken link marked, and
// its story.
func (t Terminal) Scenario(s Scenario) {
	fmt.Fprintf(t.W, "%s: %s\n", t.paint(s.ID, text.Bold), s.Title)
	fmt.Fprintf(t.W, "%s; %s\n\n", s.Family, s.expectation())
	t.chain(s)
	for _, line := range [][2]string{{"what", s.Story.What}, {"where", s.Story.Where}, {"see", s.Story.See}} {
		t.wrapped(fmt.Sprintf("%-6s ", line[0]), line[1])
	}
	fmt.Fprintln(t.W)
}

// Fix writes the proper fix.
func (t Terminal) Fix(s Scenario) {
	t.wrapped("fix    ", s.Remedy)
	fmt.Fprintln(t.W)
}

// expectation says what a correct client does.
func (s Scenario) expectation() string {
	var words []string
	for _, c := range s.Expect.Failures {
		words = append(words, string(c))
	}
	as := strings.Join(words, " or ")
	switch {
	case s.Expect.Verdict == scenarios.Either:
		return "clients rightly differ: they accept, or reject as " + as
	case s.Expect.Level == scenarios.Should && s.Expect.Verdict == scenarios.Reject:
		return fmt.Sprintf("a client with the feature %s must reject it as %s; the control is %s", s.Expect.Feature, as, s.Control)
	case s.Expect.Level == scenarios.Should:
		return fmt.Sprintf("a client with the feature %s must accept it", s.Expect.Feature)
	case s.Expect.Verdict == scenarios.Reject:
		return fmt.Sprintf("a client must reject it as %s; the control is %s", as, s.Control)
	}
	return "a client must accept it"
}

// wrapped writes text behind a label, indented where it goes on.
func (t Terminal) wrapped(label, s string) {
	indent := text.StringWidthWithoutEscSequences(label)
	lines := strings.Split(text.WrapSoft(s, max(40, t.width()-indent-1)), "\n")
	for i, line := range lines {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		fmt.Fprintln(t.W, label+strings.TrimSpace(line))
	}
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
	Cell
	stack, variant string
	versions       []string
}

// position is what of a message depends on the version of an interpreter alone.
var position = regexp.MustCompile(`\(_ssl\.c:\d+\)`)

// rows groups the cells of clients that did the same: versions of one stack mostly do.
func (s Scenario) rows(infos []clients.Info) []row {
	byID := map[string]clients.Info{} // not every client is asked: some speak something else
	for _, info := range infos {
		byID[info.ID()] = info
	}
	var list []row
	for _, c := range s.Cells {
		info := byID[c.Client]
		c.Message = position.ReplaceAllString(c.Message, "(_ssl.c)")
		c.Why = position.ReplaceAllString(c.Why, "(_ssl.c)")
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

// table writes what every client did.
func (t Terminal) table(s Scenario, infos []clients.Info) {
	w := table.NewWriter()
	w.SetOutputMirror(t.W)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = true
	w.SetStyle(style)
	// The columns between the first and the message have short words; the rest is shared.
	rest := max(36, t.width()-72)
	w.SetColumnConfigs([]table.ColumnConfig{
		{Number: 1, WidthMax: 17, WidthMaxEnforcer: wrapLines},
		{Number: 2, WidthMax: 11, WidthMaxEnforcer: wrapLines},
		{Number: 3, WidthMax: 11, WidthMaxEnforcer: wrapLines},
		{Number: 4, WidthMax: 18, WidthMaxEnforcer: wrapLines},
		{Number: 5, WidthMax: rest * 2 / 3, WidthMaxEnforcer: wrapLines},
		{Number: 6, WidthMax: rest / 3, WidthMaxEnforcer: wrapLines},
	})
	control := "control"
	if s.Control != "" {
		control = s.Control
	}
	w.AppendHeader(table.Row{"client", control, s.ID, "judgement", "its message", "the server saw"})
	for _, r := range s.rows(infos) {
		judgement := t.judgement(r.Judgement)
		if r.Class != "" {
			judgement += "\n" + string(r.Class)
		}
		message := strings.TrimSpace(r.Message)
		if r.FromAlert {
			message += "\n[it names no cause; the class is from its alert]"
		}
		if r.Kind != verdict.OK && r.Why != "" && r.Why != r.Message {
			message += "\n[" + r.Why + "]"
		}
		if r.Disagreement != "" {
			message += "\n[" + r.Disagreement + "]"
		}
		w.AppendRow(table.Row{fmt.Sprintf("%s %s\n%s", r.stack, r.variant, strings.Join(r.versions, " ")),
			r.Control, r.Outcome, judgement, Visible(strings.TrimSpace(message)), Saw(r.Observed)})
	}
	w.Render()
	fmt.Fprintln(t.W)
}

// wrapLines wraps each line by itself: text.WrapSoft would join them.
func wrapLines(s string, width int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = text.WrapSoft(line, width)
	}
	return strings.Join(lines, "\n")
}

// judgement names a judgement, marked if it was to be expected.
func (t Terminal) judgement(j verdict.Judgement) string {
	return t.marked(string(j.Kind), mark(j.Kind, j.Documented))
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
func (t Terminal) verdict(s Scenario) {
	counts := count(each(s.Cells))
	bad := slices.ContainsFunc(s.Cells, func(c Cell) bool { return !c.Documented })
	result := t.paint("reproduced as documented", text.FgGreen, text.Bold)
	if bad {
		result = t.paint("not as documented", text.FgRed, text.Bold)
	}
	if !slices.ContainsFunc(s.Cells, func(c Cell) bool { return c.Kind != verdict.Unsupported }) {
		result = "no client that is here could try it"
	}
	fmt.Fprintf(t.W, "verdict: %s: %s\n", result, counts)
	if strings.Contains(counts, "*") {
		fmt.Fprintln(t.W, "         * to be expected: the reason stands in brackets")
	}
	fmt.Fprintln(t.W)
	t.Fix(s)
}

// line writes a scenario in one line.
func (t Terminal) line(s Scenario) {
	mark := t.paint("✓", text.FgGreen)
	if slices.ContainsFunc(s.Cells, func(c Cell) bool { return !c.Documented }) {
		mark = t.paint("✗", text.FgRed)
	}
	fmt.Fprintf(t.W, "%s %-34s %s\n", mark, s.ID, count(each(s.Cells)))
}

// undocumented writes what was not as documented, and where client and server disagree: once for
// clients of which the same is to be said.
func (t Terminal) undocumented(r *Run) {
	for _, s := range r.Scenarios {
		var accounts []string
		who := map[string][]string{}
		for _, c := range s.Cells {
			if c.Documented && c.Disagreement == "" {
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
func (t Terminal) account(c Cell) string {
	var out strings.Builder
	t.W = &out
	fmt.Fprintf(t.W, "  %s %s\n", t.judgement(c.Judgement), c.Class)
	for _, line := range [][2]string{
		{"", c.Why}, {"its message: ", Steady(c.Message)}, {"the server saw: ", Saw(c.Observed)}, {"they disagree: ", c.Disagreement},
	} {
		if line[1] != "" {
			t.wrapped("  "+line[0], Visible(line[1]))
		}
	}
	return out.String()
}

// Saw says in a few words what the server saw of a client: of the connection that tells, with the
// number of the others.
func Saw(list []serve.Observation) string {
	o, ok := serve.Telling(list)
	if !ok {
		return "no connection"
	}
	var words []string
	if o.Version != "" {
		words = append(words, o.Version)
	}
	if o.HelloRetry {
		words = append(words, "HelloRetryRequest")
	}
	words = append(words, ends[o.End])
	if o.Error != "" && (o.End == serve.EndBrokenOff || o.End == serve.EndRelayed) {
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
		words = append(words, "(and 1 more connection)")
	default:
		words = append(words, fmt.Sprintf("(and %d more connections)", more))
	}
	return Visible(strings.Join(words, " "))
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

// ends says how a connection ended.
var ends = map[serve.End]string{
	serve.EndServed:        "a request, which it answered",
	serve.EndAlertReceived: "alert",
	serve.EndAlertSent:     "it sent alert",
	serve.EndCloseNotify:   "close_notify before a request",
	serve.EndEOF:           "the connection closed without a word",
	serve.EndReset:         "a reset",
	serve.EndTimeout:       "silence",
	serve.EndNotTLS:        "something that is not TLS",
	serve.EndBrokenOff:     "its own fault:",
	serve.EndRelayed:       "something encrypted, which was relayed",
	serve.EndError:         "an error",
}
