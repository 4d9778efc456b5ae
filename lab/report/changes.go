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
)

// change is changes that are shown as one.
type change struct {
	Change             // of the first
	scenarios []string // what they are about; several only of effect Ability, whose cause lies in the client
	pairs     []Pair
}

// folded joins the changes of an effect: of one scenario those that only differ in the client; of
// the effect Ability those of the same client that have the same cause.
func (d *Diff) folded(e Effect) []change {
	var list []change
	for _, c := range d.Changes {
		if c.Effect != e {
			continue
		}
		pair := Pair{c.From.Client, c.To.Client}
		c.From.Client, c.To.Client = "", ""
		i := slices.IndexFunc(list, func(o change) bool {
			if e == Ability {
				return o.unable() == c.unable() && slices.Equal(o.pairs, []Pair{pair})
			}
			return o.Change == c
		})
		switch {
		case i < 0:
			list = append(list, change{c, []string{c.Scenario}, []Pair{pair}})
		case e == Ability:
			list[i].scenarios = append(list[i].scenarios, c.Scenario)
		default:
			list[i].pairs = append(list[i].pairs, pair)
		}
	}
	return list
}

// unable returns the side that could not be judged.
func (c Change) unable() State {
	s := c.From
	if c.From.able() {
		s = c.To
	}
	return State{Outcome: clients.Unsupported, Kind: s.Kind, Message: s.Message}
}

// what names the scenarios of a change, the first few.
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

// states say what it came to before and after; several scenarios have but one side in common.
func (c change) states() (before, after string) {
	before, after = c.From.words(), c.To.words()
	if len(c.scenarios) > 1 {
		if c.From.able() {
			before = "judged"
		} else {
			after = "judged"
		}
	}
	return before, after
}

// titles say what an effect means, as the heading of a table.
var titles = map[Effect]string{
	NowRejects: "accepted before, rejected now",
	NowAccepts: "rejected before, accepted now",
	OtherCause: "the same outcome, another class or judgement",
	Ability:    "can be tried now and could not before, or the other way round",
	Wording:    "the same in other words",
}

// Title names what is compared: "python-3.8.18 → python-3.11.7".
func (d *Diff) Title() string {
	from, to := programs(d.Pairs, func(p Pair) string { return p.From }), programs(d.Pairs, func(p Pair) string { return p.To })
	if from == to {
		return "since the former run"
	}
	return from + " → " + to
}

// programs names the clients on one side of pairs, without their variants if there are several.
func programs(pairs []Pair, side func(Pair) string) string {
	if len(pairs) == 1 {
		return side(pairs[0])
	}
	var names []string
	for _, p := range pairs {
		if name, _, _ := strings.Cut(side(p), "/"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		return fmt.Sprintf("%d clients", len(pairs))
	}
	return strings.Join(names, ", ")
}

// who names the clients that a change is about, as far as the title does not.
func (d *Diff) who(c change) string {
	if len(d.Pairs) == 1 {
		return ""
	}
	from, to := programs(d.Pairs, func(p Pair) string { return p.From }), programs(d.Pairs, func(p Pair) string { return p.To })
	several := strings.Contains(from+to, ", ") || strings.HasSuffix(from, " clients") || strings.HasSuffix(to, " clients")
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

// words says what a cell came to: "rejected, ok (expired)".
func (s State) words() string {
	words := string(s.Kind) + mark(s.Kind, s.Documented)
	if string(s.Outcome) != string(s.Kind) {
		words = string(s.Outcome) + ", " + words
	}
	if s.Class != "" {
		words += " (" + string(s.Class) + ")"
	}
	return words
}

// said is what the message column has: the new message; where nothing but words has changed, both.
func (c Change) said() string {
	if c.Effect == Wording || c.To.Message == "" && c.From.Message != "" {
		return Visible(cmp.Or(c.From.Message, "nothing")) + "\n→ " + Visible(cmp.Or(c.To.Message, "nothing"))
	}
	return Visible(c.To.Message)
}

// count says how many changes there are: "3 accepted before, rejected now; 12 the same in other words".
func (d *Diff) count() string {
	var words []string
	for _, e := range Effects() {
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

// size says how much was compared.
func (d *Diff) size() string {
	if len(d.Pairs) == 1 {
		return english.scenarios.of(d.Scenarios)
	}
	return fmt.Sprintf("%s × %d pairs of clients", english.scenarios.of(d.Scenarios), len(d.Pairs))
}

// only names what could not be compared.
func (d *Diff) only() []string {
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

// Diff writes what has changed, a table for each effect; changes of wording alone are counted, and
// with words written as well.
func (t Terminal) Diff(d *Diff, words bool) {
	fmt.Fprintf(t.W, "\n%s\n", t.paint(d.Title(), text.Bold))
	t.wrapped("", fmt.Sprintf("%s: %s", d.size(), d.count()))
	for _, e := range Effects() {
		w := d.table(e)
		if w == nil || e == Wording && !words {
			continue
		}
		w.SetOutputMirror(t.W)
		style := table.StyleLight
		style.Format.Header = text.FormatDefault
		style.Options.SeparateRows = true
		w.SetStyle(style)
		w.SetTitle(titles[e])
		// What stands between the columns takes 13 of the window's.
		state, id := min(24, max(12, t.width()/7)), min(40, max(14, t.width()/4))
		w.SetColumnConfigs([]table.ColumnConfig{
			{Number: 1, WidthMax: id, WidthMaxEnforcer: wrapWords},
			{Number: 2, WidthMax: state, WidthMaxEnforcer: wrapWords},
			{Number: 3, WidthMax: state, WidthMaxEnforcer: wrapWords},
			{Number: 4, WidthMax: t.width() - 13 - id - 2*state, WidthMaxEnforcer: wrapLines},
		})
		w.Render()
	}
	for _, line := range d.only() {
		t.wrapped("", line)
	}
}

// wrapWords wraps words that can be broken at their hyphens.
func wrapWords(s string, width int) string {
	words := strings.Fields(s)
	for i, word := range words {
		if text.StringWidth(word) > width {
			words[i] = strings.ReplaceAll(hyphenate(word, width), "\n", " ")
		}
	}
	return text.WrapSoft(strings.Join(words, " "), width)
}

// table makes the table of an effect; nil if nothing has it.
func (d *Diff) table(e Effect) table.Writer {
	w := table.NewWriter()
	w.AppendHeader(table.Row{"scenario", "before", "now", "its message"})
	for _, c := range d.folded(e) {
		before, after := c.states()
		what := c.what(func(id string) string { return id })
		if who := d.who(c); who != "" {
			what += " [" + who + "]"
		}
		w.AppendRow(table.Row{what, before, after, c.said()})
	}
	if w.Length() == 0 {
		return nil
	}
	return w
}

// markdown makes the table of an effect in Markdown; empty if nothing has it. A diff of one pair
// has no column that says whose.
func (d *Diff) markdown(e Effect) string {
	w := table.NewWriter()
	w.AppendHeader(table.Row{"scenario", "before", "now", "client", "its message"})
	w.SuppressEmptyColumns()
	for _, c := range d.folded(e) {
		before, after := c.states()
		w.AppendRow(table.Row{c.what(code), before, after, d.who(c), code(cmp.Or(c.To.Message, c.From.Message))})
	}
	if w.Length() == 0 {
		return ""
	}
	return w.RenderMarkdown()
}

// WriteMarkdown writes what has changed as tables of GitHub's Markdown, without what is the same in
// other words.
func (d *Diff) WriteMarkdown(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "### %s\n\n%s: %s.\n", d.Title(), d.size(), d.count())
	for _, e := range Effects() {
		if t := d.markdown(e); t != "" && e != Wording {
			fmt.Fprintf(&out, "\n%s:\n\n%s\n", titles[e], t)
		}
	}
	for _, line := range d.only() {
		fmt.Fprintf(&out, "\n%s\n", line)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// code makes text that others wrote a code span of Markdown, on one line.
func code(s string) string {
	s = strings.Join(strings.Fields(Visible(s)), " ")
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
func (r *Run) WriteMarkdown(w io.Writer) error {
	var legend strings.Builder
	Terminal{W: &legend, Width: 1000}.legend(r)
	_, err := fmt.Fprintf(w, "%s\n\n```text\n%s```\n", Terminal{Width: 10000}.matrix(r).RenderMarkdown(), legend.String())
	return err
}
