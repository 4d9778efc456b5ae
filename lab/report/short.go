package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// defaultVariant is the name of the variant of clients with default settings.
const defaultVariant = "default"

// short is a scenario's cells as [Terminal].Short shows them.
type short struct {
	shown []row         // with a line each
	bad   []row         // those of shown that are also shown in full
	rest  []result.Cell // only counted
}

// newShort selects the most informative cells: each stack's newest version with default settings, an older one that
// behaves differently, and whatever is not as documented.
func newShort(s result.Scenario, infos []clients.Info) short {
	byID := map[string]clients.Info{}
	for _, info := range infos {
		byID[info.ID()] = info
	}
	chosen := map[string]bool{}
	for _, group := range byStack(s, byID) {
		newest := group[0]
		chosen[newest.Client] = true
		for _, c := range slices.Backward(group) { // the oldest first
			if c.Outcome != newest.Outcome || c.Judgement.Kind != newest.Judgement.Kind || c.Class != newest.Class {
				chosen[c.Client] = true
				break
			}
		}
	}
	var out short
	for _, c := range s.Cells {
		switch {
		case !c.Documented:
			out.bad = append(out.bad, newRow(c, byID[c.Client]))
			fallthrough
		case chosen[c.Client]:
			out.shown = append(out.shown, newRow(c, byID[c.Client]))
		default:
			out.rest = append(out.rest, c)
		}
	}
	slices.SortStableFunc(out.shown, func(a, b row) int {
		return cmp.Or(strings.Compare(a.stack, b.stack), version.Compare(b.versions[0], a.versions[0]))
	})
	return out
}

// byStack returns the cells of each stack, in each image, with default settings, the newest version first. For a
// stack without the default variant, it returns those of its first variant.
func byStack(s result.Scenario, infos map[string]clients.Info) [][]result.Cell {
	var names []string
	byStack := map[string][]result.Cell{}
	for _, c := range s.Cells {
		stack := infos[c.Client].Stack + "@" + infos[c.Client].Image
		if byStack[stack] == nil {
			names = append(names, stack)
		}
		byStack[stack] = append(byStack[stack], c)
	}
	var groups [][]result.Cell
	for _, name := range names {
		list := byStack[name]
		variant := infos[list[0].Client].Variant
		if slices.ContainsFunc(list, func(c result.Cell) bool { return infos[c.Client].Variant == defaultVariant }) {
			variant = defaultVariant
		}
		list = slices.DeleteFunc(list, func(c result.Cell) bool { return infos[c.Client].Variant != variant })
		slices.SortStableFunc(list, func(a, b result.Cell) int {
			return version.Compare(infos[b.Client].Version, infos[a.Client].Version)
		})
		groups = append(groups, list)
	}
	return groups
}

// newRow returns a row with one cell.
func newRow(c result.Cell, info clients.Info) row {
	c.Message = withoutPosition(c.Message)
	c.Why = c.Why.Map(withoutPosition)
	return row{c, info.Stack, info.Variant, []string{info.Edition()}}
}

// name returns the name of the row's client on one line.
func (r row) name() string {
	name := r.stack
	if r.variant != defaultVariant {
		name += "/" + r.variant
	}
	return name + " " + strings.Join(r.versions, " ")
}

// shortCells writes a line for each of the most informative cells, and in full what is not as documented.
func (t Terminal) shortCells(s result.Scenario, infos []clients.Info) {
	words, list := t.words(), newShort(s, infos)
	w := table.NewWriter()
	w.SetOutputMirror(t.W)
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	room := t.width()
	for _, column := range []func(row) string{row.name, func(r row) string { return t.shortJudgement(s, r) }} {
		widest := text.StringWidth(words.Judgement)
		for _, r := range list.shown {
			widest = max(widest, text.StringWidthWithoutEscSequences(column(r)))
		}
		room -= widest + len(style.Box.PaddingRight)
	}
	room = max(room, leastMessage)
	w.AppendHeader(table.Row{words.Client, words.Judgement, words.Message})
	for _, r := range list.shown {
		w.AppendRow(table.Row{r.name(), t.shortJudgement(s, r), t.excerpt(r, room)})
	}
	if len(list.shown) > 0 {
		w.Render()
	}
	if n := len(list.rest); n > 0 {
		t.wrapped("", fmt.Sprintf(words.Restf, words.Clients.of(n), words.count(each(list.rest))))
	}
	if len(list.bad) > 0 {
		fmt.Fprintln(t.W)
		t.below(s, list.bad)
	}
	fmt.Fprintln(t.W)
}

// leastMessage is the minimum width of a message in a narrow window, in columns.
const leastMessage = 20

// shortJudgement returns a row's judgement, with its class if that is not the scenario's first.
func (t Terminal) shortJudgement(s result.Scenario, r row) string {
	judgement := t.judgement(r.Judgement)
	if r.Class != "" && (len(s.Expect.Failures) == 0 || r.Class != s.Expect.Failures[0]) {
		judgement += " " + string(r.Class)
	}
	return judgement
}

// excerpt returns the line of a message that gives the reason, shortened to a width without losing the words by which
// it is recognised. Without a message, it returns the lab's remark on the client.
func (t Terminal) excerpt(r row, width int) string {
	words := cmp.Or(r.Words, r.stack)
	line := strings.Join(strings.Fields(messages.Telling(words, r.Message)), " ")
	if r.Message == "" && r.Kind != verdict.OK {
		line = "[" + t.reason(r.Why) + "]"
	}
	line = visible.Text(line)
	if text.StringWidth(line) <= width {
		return line
	}
	if rule, ok := messages.MostTelling(words, line, nil); ok {
		before, _, found := strings.Cut(line, rule.Contains)
		told := []rune(before + rule.Contains)
		if found && text.StringWidth(string(told)) > width && text.StringWidth(rule.Contains) < width {
			for text.StringWidth(string(told)) > width-1 {
				told = told[1:]
			}
			return elided + string(told)
		}
	}
	return text.Snip(line, width, elided)
}

// elided replaces text that is left out.
const elided = "…"
