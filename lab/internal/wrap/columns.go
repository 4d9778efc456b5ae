package wrap

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	gap       = "  "   // separates columns
	below     = "    " // indents the last column if it is below its row
	leastLast = 28     // the minimum width of the last column beside the others
)

// Columns writes rows with aligned columns. The last column is prose: it is broken so that lines are at most width
// columns wide, and goes below its row if there is too little room beside the others. With a width of zero, nothing is
// broken.
func Columns(w io.Writer, rows [][]string, width int) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if n := text.StringWidthWithoutEscSequences(cell); width == 0 || n <= width/2 {
				widths[i] = max(widths[i], n)
			}
		}
	}
	for _, row := range rows {
		if err := columns(w, row, widths, width); err != nil {
			return err
		}
	}
	return nil
}

func columns(w io.Writer, row []string, widths []int, width int) error {
	var line strings.Builder
	for i, cell := range row[:len(row)-1] {
		fill := max(0, widths[i]-text.StringWidthWithoutEscSequences(cell))
		line.WriteString(cell + strings.Repeat(" ", fill) + gap)
	}
	start, last := line.String(), row[len(row)-1]
	indent := text.StringWidthWithoutEscSequences(start)
	room := width - indent
	lines := []string{last}
	switch {
	case width == 0:
	case text.StringWidthWithoutEscSequences(last) <= room:
	case room < leastLast:
		if _, err := fmt.Fprintln(w, strings.TrimRight(start, " ")); err != nil {
			return err
		}
		start, indent = below, len(below)
		lines = Lines(last, width-indent)
	default:
		lines = Lines(last, room)
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(start+l, " ")); err != nil {
			return err
		}
		start = strings.Repeat(" ", indent)
	}
	return nil
}
