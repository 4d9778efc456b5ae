package lessons

import (
	"regexp"
	"strings"

	prettytable "github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/internal/wrap"
)

// item matches the beginning of a list item.
var item = regexp.MustCompile(`^(?:[-*]|\d+\.) +`)

// layout breaks Markdown into lines for a terminal.
type layout struct {
	width     int
	out       []string
	words     []string // of the current paragraph
	first     string   // the beginning of its first line
	rest      string   // the beginning of its other lines
	tableRows []string // of the current table
}

// laid wraps the prose in Markdown: paragraphs, quotes, lists and tables.
func laid(markdown string, width int) string {
	if width == 0 {
		return markdown
	}
	l := layout{width: width}
	for line := range strings.SplitSeq(markdown, "\n") {
		l.add(line)
	}
	l.flush()
	return strings.Join(l.out, "\n")
}

func (l *layout) add(line string) {
	quote, quoted := strings.CutPrefix(line, ">")
	switch {
	case strings.HasPrefix(line, "|"):
		if l.tableRows == nil {
			l.flush()
		}
		l.tableRows = append(l.tableRows, line)
	case line == "", quoted && strings.TrimSpace(quote) == "", strings.HasPrefix(line, "    "):
		l.flush()
		l.out = append(l.out, line)
	case strings.HasPrefix(line, "#"):
		l.flush()
		l.out = append(l.out, wrap.Lines(line, l.width)...)
	case quoted:
		l.paragraph("> ", "> ", strings.TrimSpace(quote))
	case item.MatchString(line):
		l.flush()
		mark := item.FindString(line)
		l.paragraph(mark, strings.Repeat(" ", len(mark)), line[len(mark):])
	default:
		l.paragraph("", "", strings.TrimSpace(line))
	}
}

// paragraph adds words to the current paragraph. first and rest start its lines.
func (l *layout) paragraph(first, rest, words string) {
	if l.tableRows != nil || len(l.words) == 0 {
		l.flush()
		l.first, l.rest = first, rest
	}
	l.words = append(l.words, words)
}

// flush writes the current paragraph or table.
func (l *layout) flush() {
	if l.tableRows != nil {
		l.out = append(l.out, drawn(l.tableRows, l.width)...)
		l.tableRows = nil
	}
	start := l.first
	for _, line := range wrap.Lines(strings.Join(l.words, " "), l.width-len(l.first)) {
		l.out = append(l.out, start+line)
		start = l.rest
	}
	l.words, l.first, l.rest = nil, "", ""
}

// drawn draws a Markdown table; its second row is the line below the header.
func drawn(rows []string, width int) []string {
	const frame = 3 // columns of a border and its spaces
	w := prettytable.NewWriter()
	style := prettytable.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateRows = true
	w.SetStyle(style)
	var widths []int
	for n, line := range rows {
		if n == 1 {
			continue
		}
		var row prettytable.Row
		for i, cell := range strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|") {
			cell = strings.TrimSpace(cell)
			row = append(row, cell)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], text.StringWidth(cell))
		}
		if n == 0 {
			w.AppendHeader(row)
		} else {
			w.AppendRow(row)
		}
	}
	for total := sum(widths) + frame*len(widths) + 1; total > width; total-- {
		widest := 0
		for i, n := range widths {
			if n > widths[widest] {
				widest = i
			}
		}
		widths[widest]--
	}
	var configs []prettytable.ColumnConfig
	for i, n := range widths {
		configs = append(configs, prettytable.ColumnConfig{Number: i + 1, WidthMax: n, WidthMaxEnforcer: wrap.Text})
	}
	w.SetColumnConfigs(configs)
	return strings.Split(w.Render(), "\n")
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}
