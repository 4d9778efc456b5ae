package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// unfolded is the maximum number of scenarios for which a matrix has a column each. With more, it has a column per
// family.
const unfolded = 5

// column is one column of a matrix.
type column struct {
	name      string
	scenarios []result.Scenario
}

// columnsOf returns the columns of a run: one per scenario if there are few, or else one per family.
func columnsOf(r *result.Run) []column {
	var list []column
	for _, s := range r.Scenarios {
		name := string(s.Family)
		if len(r.Scenarios) <= unfolded {
			name = s.ID
		}
		i := slices.IndexFunc(list, func(c column) bool { return c.name == name })
		if i < 0 {
			i = len(list)
			list = append(list, column{name: name})
		}
		list[i].scenarios = append(list[i].scenarios, s)
	}
	families := scenarios.Families()
	slices.SortStableFunc(list, func(a, b column) int {
		return slices.Index(families, scenarios.Family(a.name)) - slices.Index(families, scenarios.Family(b.name))
	})
	return list
}

// cells yields the cells of a client in the scenarios of a column.
func (c column) cells(x result.Index, client string) iter.Seq[*result.Cell] {
	return func(yield func(*result.Cell) bool) {
		for _, s := range c.scenarios {
			if cell := x.Cell(s.ID, client); cell != nil && !yield(cell) {
				return
			}
		}
	}
}

// Matrix writes a run as a table of clients and families. Versions that did the same share a row, and the scenarios of
// a family are counted. Results that are not as documented follow below the table.
func (t Terminal) Matrix(r *result.Run) {
	w := t.matrix(r)
	w.SetOutputMirror(t.W)
	w.Render()
	t.legend(r)
	t.undocumented(r)
	t.came(r)
	t.again(r)
}

// matrix returns the table of a run.
func (t Terminal) matrix(r *result.Run) table.Writer {
	w := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = table.Options{SeparateHeader: true, SeparateRows: false, SeparateColumns: false}
	style.Box.PaddingLeft = ""
	w.SetStyle(style)

	columns, x, groups := columnsOf(r), r.Index(), r.Groups()
	var rows []table.Row
	widest, least := make([]int, len(columns)+1), 0
	for _, g := range groups {
		row := table.Row{g.Name()}
		widest[0] = max(widest[0], text.StringWidth(g.Name()))
		for word := range strings.FieldsSeq(strings.ReplaceAll(g.Name(), dash, dash+" ")) {
			least = max(least, text.StringWidth(word))
		}
		for i, c := range columns {
			words := tally(c.cells(x, g.Clients[0].ID()))
			if len(r.Scenarios) <= unfolded {
				words = alone(c.cells(x, g.Clients[0].ID()))
			}
			widest[i+1] = max(widest[i+1], len(words), len(c.name))
			row = append(row, words)
		}
		rows = append(rows, row)
	}
	widths := t.share(widest, least)
	configs := []table.ColumnConfig{{Number: 1, WidthMax: widths[0], WidthMaxEnforcer: named}}
	header := table.Row{t.words().Client}
	for i, c := range columns {
		configs = append(configs, table.ColumnConfig{Number: i + 2, WidthMax: widths[i+1], WidthMaxEnforcer: t.tallied})
		header = append(header, hyphenate(c.name, widths[i+1]))
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(header)
	for i, row := range rows {
		if i > 0 && groups[i].Stack != groups[i-1].Stack {
			w.AppendSeparator()
		}
		w.AppendRow(row)
	}
	return w
}

// dash is between the first and the last version of a range.
const dash = "–"

// named wraps the name of clients at its blanks, and after the dash of version ranges that are too long for a line.
func named(s string, width int) string {
	words := strings.Fields(s)
	for i, word := range words {
		if text.StringWidth(word) > width {
			words[i] = strings.Replace(word, dash, dash+" ", 1)
		}
	}
	return text.WrapSoft(strings.Join(words, " "), width)
}

// alone returns the judgement of the only cell.
func alone(cells iter.Seq[*result.Cell]) string {
	for c := range cells {
		return string(c.Kind) + result.Mark(c.Kind, c.Documented)
	}
	return ""
}

// tallied wraps counts, and colors each of them.
func (t Terminal) tallied(s string, width int) string {
	lines := strings.Split(text.WrapSoft(s, width), "\n")
	for i, line := range lines {
		words := strings.Fields(line)
		for n, word := range words {
			bare := strings.TrimRight(word, "*!")
			words[n] = t.marked(bare, word[len(bare):])
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "\n")
}

// share returns the widths of columns. If the window is too narrow for the given widths, it first narrows the first
// column, which has names, to its longest word, and then repeatedly the widest of the others.
func (t Terminal) share(widths []int, name int) []int {
	const least = 4        // as wide as 28L*
	sum := len(widths) + 1 // a blank after each, and the frame
	for i := range widths {
		widths[i] = max(widths[i], least)
		sum += widths[i]
	}
	for ; sum > t.width(); sum-- {
		widest := 0
		if widths[0] <= max(name, t.width()/5) {
			for i := range widths[1:] {
				if widest == 0 || widths[i+1] > widths[widest] {
					widest = i + 1
				}
			}
			if widths[widest] <= least {
				break
			}
		}
		widths[widest]--
	}
	return widths
}

// hyphenate breaks a word into lines of a width, at its hyphens if possible.
func hyphenate(word string, width int) string {
	var lines []string
	for part := range strings.SplitAfterSeq(word, "-") {
		if len(part) == width+1 {
			part = strings.TrimSuffix(part, "-") // the end of the line shows the break
		}
		for len(part) > width {
			lines = append(lines, part[:width-1]+"-")
			part = part[width-1:]
		}
		if last := len(lines) - 1; last >= 0 && len(lines[last])+len(part) <= width {
			lines[last] += part
		} else {
			lines = append(lines, part)
		}
	}
	return strings.Join(lines, "\n")
}

// legend explains the letters and marks that occur in a matrix.
func (t Terminal) legend(r *result.Run) {
	w := t.words()
	there := map[verdict.Kind]bool{}
	marks := map[string]bool{}
	for _, s := range r.Scenarios {
		for _, c := range s.Cells {
			there[c.Kind] = true
			marks[result.Mark(c.Kind, c.Documented)] = true
		}
	}
	if len(r.Scenarios) > unfolded {
		t.wrapped(w.PlainNumber, w.OkMeans+w.Kinds[verdict.OK])
	}
	for _, k := range kinds[1:] {
		switch {
		case !there[k.Kind]:
		case len(r.Scenarios) > unfolded:
			t.wrapped(fmt.Sprintf("%s %-13s ", k.Letter, k.Kind), w.Kinds[k.Kind])
		default:
			t.wrapped(fmt.Sprintf("%-13s ", k.Kind), w.Kinds[k.Kind])
		}
	}
	if marks["*"] {
		t.wrapped("* ", w.StarMeans)
	}
	if marks["!"] {
		t.wrapped("! ", w.BangMeans)
	}
}

// came writes the result of a run as a whole.
func (t Terminal) came(r *result.Run) {
	cells, bad := 0, 0
	for _, s := range r.Scenarios {
		for _, c := range s.Cells {
			cells++
			if !c.Documented {
				bad++
			}
		}
	}
	w := t.words()
	when := w.OnRecord
	if r.Seed != "" {
		when = fmt.Sprintf(w.Tookf, r.Duration.Round(100*time.Millisecond))
	}
	fmt.Fprintf(t.W, "\n"+w.Camef, w.Scenarios.of(len(r.Scenarios)), w.Clients.of(len(r.Clients)), w.Cells.of(cells),
		when)
	if bad == 0 {
		fmt.Fprintln(t.W, t.paint(t.words().AllDocumented, text.FgGreen, text.Bold))
	} else {
		fmt.Fprintln(t.W, t.paint(fmt.Sprintf(t.words().NotDocumentedf, bad), text.FgRed, text.Bold))
	}
}

// again writes which stacks were not found, and how to repeat the run.
func (t Terminal) again(r *result.Run) {
	if t.Short {
		var names []string
		for _, m := range r.Missing {
			if !slices.ContainsFunc(r.Clients, func(i clients.Info) bool { return i.Stack == m.Stack }) {
				names = append(names, m.Stack)
			}
		}
		if len(names) > 0 {
			t.line(fmt.Sprintf(t.words().MissingShortf, strings.Join(names, t.words().Comma)))
		}
	} else {
		for _, m := range r.Missing {
			t.line(fmt.Sprintf(t.words().Missingf, m.Stack, t.reason(m.Reason)))
		}
	}
	if r.Seed != "" { // a record has no seed
		t.line(fmt.Sprintf(t.words().Againf, r.Again()))
	}
}
