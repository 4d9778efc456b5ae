package report

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// fixed is the width of a table without its last two columns, and leastRest is the minimum width of these two. In a
// narrower window, clients are shown one below the other.
const fixed, leastRest = 72, 36

// cells writes what every client did.
func (t Terminal) cells(s result.Scenario, infos []clients.Info) {
	if t.width() < fixed+leastRest {
		t.below(s, rowsOf(s, infos))
	} else {
		t.table(s, infos)
	}
	fmt.Fprintln(t.W)
}

// table writes what every client did as a table.
func (t Terminal) table(s result.Scenario, infos []clients.Info) {
	w := table.NewWriter()
	w.SetOutputMirror(t.W)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = true
	w.SetStyle(style)
	// The columns before the message have short words. The last two share the remaining width.
	rest := t.width() - fixed
	w.SetColumnConfigs([]table.ColumnConfig{
		{Number: 1, WidthMax: 17, WidthMaxEnforcer: wrapLines},
		{Number: 2, WidthMax: 11, WidthMaxEnforcer: wrapLines},
		{Number: 3, WidthMax: 11, WidthMaxEnforcer: wrapLines},
		{Number: 4, WidthMax: 18, WidthMaxEnforcer: wrapLines},
		{Number: 5, WidthMax: rest * 2 / 3, WidthMaxEnforcer: wrapLines},
		{Number: 6, WidthMax: rest / 3, WidthMaxEnforcer: wrapLines},
	})
	words := t.words()
	w.AppendHeader(table.Row{words.Client, words.controlOf(s), s.ID, words.Judgement, words.Message, words.Saw})
	for _, r := range rowsOf(s, infos) {
		judgement := t.judgement(r.Judgement)
		if r.Class != "" {
			judgement += "\n" + string(r.Class)
		}
		w.AppendRow(table.Row{
			fmt.Sprintf("%s %s\n%s", r.stack, r.variant, strings.Join(r.versions, " ")),
			words.outcome(r.Control), words.outcome(r.Outcome), judgement,
			strings.Join(t.said(r), "\n"), words.sees(r.Observed),
		})
	}
	w.Render()
}

// below writes what clients did, one below the other.
func (t Terminal) below(s result.Scenario, rows []row) {
	words := t.words()
	for i, r := range rows {
		if i > 0 {
			fmt.Fprintln(t.W)
		}
		t.wrapped("", t.paint(r.stack+" "+r.variant, text.Bold)+" "+strings.Join(r.versions, " "))
		judgement := strings.TrimSpace(t.judgement(r.Judgement) + " " + string(r.Class))
		t.wrapped("  ", fmt.Sprintf(words.Didf,
			words.controlOf(s), words.outcome(r.Control), s.ID, words.outcome(r.Outcome), judgement))
		for n, line := range t.said(r) {
			if n == 0 && r.Message != "" {
				line = words.ItsMessage + line
			}
			t.wrapped("  ", line)
		}
		t.wrapped("  "+words.ItSaw, words.sees(r.Observed))
	}
}

// controlOf returns the name of a scenario's control, or the word for a control if it is one itself.
func (w *words) controlOf(s result.Scenario) string {
	if s.Control == "" {
		return w.Control
	}
	return s.Control
}

// said returns the lines of a client's message and, in brackets, of the lab's remarks on it.
func (t Terminal) said(r row) []string {
	message := strings.TrimSpace(r.Message)
	bracket := func(why string) { message += "\n[" + why + "]" }
	if r.FromAlert {
		bracket(t.words().FromAlert)
	}
	if r.Kind != verdict.OK && r.Why.Text != "" && r.Why.Text != r.Message {
		bracket(t.reason(r.Why))
	}
	if !r.Disagreement.IsZero() {
		bracket(t.reason(r.Disagreement))
	}
	return strings.Split(visible.Text(strings.TrimSpace(message)), "\n")
}

// wrapLines wraps each line separately. text.WrapSoft would join them.
func wrapLines(s string, width int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = wrap.Text(line, width)
	}
	return strings.Join(lines, "\n")
}
