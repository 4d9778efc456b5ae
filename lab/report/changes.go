package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
)

// change is several changes that are shown as one.
type change struct {
	result.Change          // the first one
	scenarios     []string // more than one only for the effect Ability, whose cause is in the client
	pairs         []result.Pair
}

// folded joins changes of an effect: those of a scenario that differ only in the client, and for the effect Ability
// those of a client with the same cause.
func folded(d *result.Diff, e result.Effect) []change {
	var list []change
	for _, c := range d.Changes {
		if c.Effect != e {
			continue
		}
		pair := result.Pair{From: c.From.Client, To: c.To.Client}
		c.From.Client, c.To.Client = "", ""
		i := slices.IndexFunc(list, func(o change) bool {
			if e == result.Ability {
				return unable(o.Change) == unable(c) && slices.Equal(o.pairs, []result.Pair{pair})
			}
			return o.Change == c
		})
		switch {
		case i < 0:
			list = append(list, change{c, []string{c.Scenario}, []result.Pair{pair}})
		case e == result.Ability:
			list[i].scenarios = append(list[i].scenarios, c.Scenario)
		default:
			list[i].pairs = append(list[i].pairs, pair)
		}
	}
	return list
}

// unable returns the side that could not be judged.
func unable(c result.Change) result.State {
	s := c.From
	if c.From.Able() {
		s = c.To
	}
	return result.State{Outcome: clients.Unsupported, Kind: s.Kind, Message: s.Message}
}

// what returns the names of the first few scenarios of a change.
func (c change) what(name func(string) string) string {
	const few = 3
	var words []string
	for _, id := range c.scenarios[:min(few, len(c.scenarios))] {
		words = append(words, name(id))
	}
	if more := len(c.scenarios) - few; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

// states returns the results before and after. Several scenarios have only one side in common.
func (c change) states() (before, after string) {
	before, after = cameTo(c.From), cameTo(c.To)
	if len(c.scenarios) > 1 {
		if c.From.Able() {
			before = "judged"
		} else {
			after = "judged"
		}
	}
	return before, after
}

// titles are the headings of the tables of effects.
var titles = map[result.Effect]string{
	result.NowRejects: "accepted before, rejected now",
	result.NowAccepts: "rejected before, accepted now",
	result.OtherCause: "the same outcome, another class or judgement",
	result.Ability:    "became possible or impossible to run",
	result.Wording:    "the same in other words",
}

// title returns what is compared: "python-3.8.18 → python-3.11.7".
func title(d *result.Diff) string {
	from, to := sides(d)
	if d.Title != "" {
		return d.Title
	}
	if from == to {
		return "since the earlier run"
	}
	return from + " → " + to
}

// sides returns the names of the clients on both sides of a diff.
func sides(d *result.Diff) (from, to string) {
	return programs(d.Pairs, func(p result.Pair) string { return p.From }),
		programs(d.Pairs, func(p result.Pair) string { return p.To })
}

// programs returns the names of the clients on one side of pairs, without variants if there are several.
func programs(pairs []result.Pair, side func(result.Pair) string) string {
	if len(pairs) == 1 {
		return side(pairs[0])
	}
	var names, images []string
	for _, p := range pairs {
		name, rest, _ := strings.Cut(side(p), "/")
		_, image, within := strings.Cut(rest, "@")
		if within {
			name += "@" + image
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if !slices.Contains(images, image) {
			images = append(images, image)
		}
	}
	switch {
	case len(names) <= 3:
		return strings.Join(names, ", ")
	case len(images) == 1 && images[0] != "":
		return images[0]
	}
	return fmt.Sprintf("%d clients", len(pairs))
}

// who returns the names of the clients of a change, without what the title already says.
func who(d *result.Diff, c change) string {
	if len(d.Pairs) == 1 {
		return ""
	}
	from, to := sides(d)
	several := strings.Contains(from+to, ", ") || strings.HasSuffix(from, " clients") ||
		strings.HasSuffix(to, " clients")
	var names []string
	for _, p := range c.pairs {
		program, variant, _ := strings.Cut(p.To, "/")
		switch {
		case !several && len(c.pairs) == len(d.Pairs):
			return "all variants"
		case !several:
			names = append(names, variant)
		case p.From == p.To:
			names = append(names, p.To)
		default:
			before, _, _ := strings.Cut(p.From, "/")
			names = append(names, before+" → "+program+"/"+variant)
		}
	}
	return strings.Join(names, ", ")
}

// cameTo returns the result of a cell in words: "rejected, ok (expired)".
func cameTo(s result.State) string {
	words := string(s.Kind) + result.Mark(s.Kind, s.Documented)
	if string(s.Outcome) != string(s.Kind) {
		words = string(s.Outcome) + ", " + words
	}
	if s.Class != "" {
		words += " (" + string(s.Class) + ")"
	}
	return words
}

// said returns the text of the message column: the new message, or both messages if only the wording has changed.
func said(c result.Change) string {
	if c.Effect == result.Wording || c.To.Message == "" && c.From.Message != "" {
		return visible.Text(cmp.Or(c.From.Message, "nothing")) + "\n→ " + visible.Text(cmp.Or(c.To.Message, "nothing"))
	}
	return visible.Text(c.To.Message)
}

// counts returns the number of changes in words: "3 accepted before, rejected now; 12 the same in other words".
func counts(d *result.Diff) string {
	var words []string
	for _, e := range result.Effects() {
		n := 0
		for _, c := range d.Changes {
			if c.Effect == e {
				n++
			}
		}
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, titles[e]))
		}
	}
	if len(words) == 0 {
		return "nothing has changed"
	}
	return strings.Join(words, "; ")
}

// compared returns in words how much was compared.
func compared(d *result.Diff) string {
	if len(d.Pairs) == 1 {
		return english().Scenarios.of(d.Scenarios)
	}
	return fmt.Sprintf("%s × %d pairs of clients", english().Scenarios.of(d.Scenarios), len(d.Pairs))
}

// uncompared returns lines about what could not be compared.
func uncompared(d *result.Diff) []string {
	var lines []string
	for _, side := range []struct {
		what string
		list []string
	}{{"only before", d.OnlyFrom}, {"only now", d.OnlyTo}} {
		if len(side.list) > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s", side.what, strings.Join(side.list, " ")))
		}
	}
	return lines
}

// Diff writes what has changed, with a table for each effect. Changes in wording are only counted, unless words is
// true.
func (t Terminal) Diff(d *result.Diff, words bool) {
	fmt.Fprintf(t.W, "\n%s\n", t.paint(title(d), text.Bold))
	t.wrapped("", fmt.Sprintf("%s: %s", compared(d), counts(d)))
	for _, e := range result.Effects() {
		w := diffTable(d, e)
		if w == nil || e == result.Wording && !words {
			continue
		}
		w.SetOutputMirror(t.W)
		style := table.StyleLight
		style.Format.Header = text.FormatDefault
		style.Options.SeparateRows = true
		w.SetStyle(style)
		w.SetTitle(titles[e])
		// The borders between columns take 13 columns of the window.
		state, id := min(24, max(12, t.width()/7)), min(40, max(14, t.width()/4))
		w.SetColumnConfigs([]table.ColumnConfig{
			{Number: 1, WidthMax: id, WidthMaxEnforcer: wrapWords},
			{Number: 2, WidthMax: state, WidthMaxEnforcer: wrapWords},
			{Number: 3, WidthMax: state, WidthMaxEnforcer: wrapWords},
			{Number: 4, WidthMax: t.width() - 13 - id - 2*state, WidthMaxEnforcer: wrapLines},
		})
		w.Render()
	}
	for _, line := range uncompared(d) {
		t.wrapped("", line)
	}
}

// wrapWords wraps a text, and breaks words that are too long at their hyphens.
func wrapWords(s string, width int) string {
	words := strings.Fields(s)
	for i, word := range words {
		if text.StringWidth(word) > width {
			words[i] = strings.ReplaceAll(hyphenate(word, width), "\n", " ")
		}
	}
	return text.WrapSoft(strings.Join(words, " "), width)
}

// diffTable returns the table of an effect, or nil if it is empty.
func diffTable(d *result.Diff, e result.Effect) table.Writer {
	w := table.NewWriter()
	w.AppendHeader(table.Row{"scenario", "before", "now", "its message"})
	for _, c := range folded(d, e) {
		before, after := c.states()
		what := c.what(func(id string) string { return id })
		if clients := who(d, c); clients != "" {
			what += " [" + clients + "]"
		}
		w.AppendRow(table.Row{what, before, after, said(c.Change)})
	}
	if w.Length() == 0 {
		return nil
	}
	return w
}

// diffMarkdown returns the table of an effect in Markdown, or "" if it is empty. The table of a diff of one pair has no
// column for the client.
func diffMarkdown(d *result.Diff, e result.Effect) string {
	w := table.NewWriter()
	w.AppendHeader(table.Row{"scenario", "before", "now", "client", "its message"})
	w.SuppressEmptyColumns()
	for _, c := range folded(d, e) {
		before, after := c.states()
		message := code(cmp.Or(c.To.Message, c.From.Message))
		if e == result.Wording {
			message = code(cmp.Or(c.From.Message, "nothing")) + " → " + code(cmp.Or(c.To.Message, "nothing"))
		}
		w.AppendRow(table.Row{c.what(code), before, after, who(d, c), message})
	}
	if w.Length() == 0 {
		return ""
	}
	return w.RenderMarkdown()
}

// WriteDiffMarkdown writes what has changed as tables in GitHub's Markdown. Changes in wording are only counted, unless
// words is true.
func WriteDiffMarkdown(w io.Writer, d *result.Diff, words bool) error {
	var out strings.Builder
	fmt.Fprintf(&out, "### %s\n\n%s: %s.\n", title(d), compared(d), counts(d))
	for _, e := range result.Effects() {
		if t := diffMarkdown(d, e); t != "" && (words || e != result.Wording) {
			fmt.Fprintf(&out, "\n%s:\n\n%s\n", titles[e], t)
		}
	}
	for _, line := range uncompared(d) {
		fmt.Fprintf(&out, "\n%s\n", line)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// code returns text from elsewhere as a code span in Markdown, on one line.
func code(s string) string {
	s = strings.Join(strings.Fields(visible.Text(s)), " ")
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) { // a fence longer than any within
		fence += "`"
	}
	if len(fence) > 1 || s[0] == '`' {
		s = " " + s + " "
	}
	return fence + s + fence
}

// WriteMarkdown writes the table of a run in GitHub's Markdown, with its legend.
func WriteMarkdown(w io.Writer, r *result.Run) error {
	var legend strings.Builder
	Terminal{W: &legend, Width: 1000}.legend(r)
	_, err := fmt.Fprintf(w, "%s\n\n```text\n%s```\n", Terminal{Width: 10000}.matrix(r).RenderMarkdown(),
		legend.String())
	return err
}
