package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/lessons/check"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

const (
	usualWidth = 80  // if the width of the terminal is unknown
	leastWidth = 30  // of a column of prose that is still readable
	mostWidth  = 140 // of a line that is still readable
)

// checked shows a check on the terminal.
func (c *console) checked(lesson *lessons.Lesson, shown checkedLesson) {
	w := c.lang.Words("check")
	width := max(leastWidth, min(mostWidth, cmp.Or(c.terminal().Width, usualWidth)))
	c.checkedRows(shown.Rows, w, width)
	outcome := w.Say("not-yet")
	if shown.Solved {
		outcome = w.Say("solved")
	}
	fmt.Fprintf(c.stdout, "\n%s\n", w.Say("outcome", outcome, lesson.ID, shown.Duration.Round(100*time.Millisecond)))
	if shown.Solved {
		return
	}
	for _, finding := range shown.Findings {
		fmt.Fprintln(c.stdout)
		paragraph(c.stdout, width, 0, 2, string(finding.Code)+": "+strings.Join(finding.Scenarios, ", "))
		paragraph(c.stdout, width, 2, 0, finding.Says)
		paragraph(c.stdout, width, 2, 2, w.Say("next")+w.Say("colon")+finding.Next)
		if len(finding.Switches) > 0 {
			var often []string
			for _, what := range finding.Switches {
				often = append(often, c.lang.Sentence(what))
			}
			paragraph(c.stdout, width, 2, 2, w.Say("often")+w.Say("colon")+strings.Join(often, w.Say("semicolon")))
		}
	}
	if shown.Hint != "" {
		fmt.Fprintln(c.stdout)
		paragraph(c.stdout, width, 0, 2, w.Say("hint")+w.Say("colon")+shown.Hint)
	}
	// Not wrapped, so that it can be copied.
	fmt.Fprintf(c.stdout, "\n"+w["again"]+"\n", shown.Seed, shown.At.Format(time.DateOnly))
}

// checkedRows shows what the client did with each scenario, and beside it, or below it if there is no room, what it
// said and why that is wrong.
func (c *console) checkedRows(rows []check.Row, w lang.Words, width int) {
	var cells [][]string
	widest := make([]int, 3)
	for _, row := range rows {
		if row.Told != nil {
			row.Message = c.lang.Reason(*row.Told)
		}
		cell := rowOf(w, row)
		for i := range widest {
			widest[i] = max(widest[i], text.StringWidthWithoutEscSequences(cell[i]))
		}
		cells = append(cells, cell)
	}
	beside := widest[0] + 2 + widest[1] + 2 + widest[2] + 2
	for _, cell := range cells {
		head := text.Pad(cell[0], widest[0]+2, ' ') + text.Pad(cell[1], widest[1]+2, ' ') + cell[2]
		detail := cell[3]
		switch {
		case detail != "" && width-beside >= leastWidth:
			lines := wrap.Lines(detail, width-beside)
			fmt.Fprintln(c.stdout, text.Pad(head, beside, ' ')+strings.Join(lines, "\n"+strings.Repeat(" ", beside)))
			continue
		case text.StringWidthWithoutEscSequences(head) <= width:
			fmt.Fprintln(c.stdout, head)
		default:
			fmt.Fprintln(c.stdout, cell[0])
			paragraph(c.stdout, width, 4, 0, cell[1]+w.Say("comma")+cell[2])
		}
		paragraph(c.stdout, width, 4, 0, detail)
	}
}

// rowOf returns the columns of a row: the scenario, what the client did, what it must do, and the rest.
func rowOf(w lang.Words, row check.Row) []string {
	mark, must := "✓", w.Say("must-connect")
	did := map[clients.Outcome]string{
		clients.Accepted: w.Say("connects"), clients.Rejected: w.Say("refuses"),
	}[row.Outcome]
	if row.Expect != scenarios.Accept {
		must = w.Say("must-refuse", row.Reasons[0])
	}
	var rest []string
	if !row.OK {
		mark = "✗"
		s, ok := scenarios.Lookup(row.ID)
		switch {
		case row.Finding != "":
			rest = append(rest, string(row.Finding))
		case row.Kind == verdict.Void && ok:
			rest = append(rest, w.Say("void", s.Control))
		}
	}
	if message := oneLine(visible.Text(messages.Telling(row.Words, row.Message))); message != "" {
		rest = append(rest, message)
	}
	return []string{mark + " " + row.ID, cmp.Or(did, w.Say("cannot")), must, strings.Join(rest, ": ")}
}

// oneLine shortens a message to fit beside a row. It keeps the end, which tells most.
func oneLine(message string) string {
	const most = 160
	letters := []rune(strings.Join(strings.Fields(message), " "))
	if len(letters) <= most {
		return string(letters)
	}
	end := string(letters[len(letters)-most:])
	if _, whole, ok := strings.Cut(end, " "); ok { // do not begin in the middle of a word
		end = whole
	}
	return "... " + end
}

// paragraph writes text indented by indent columns, and by more columns after its first line.
func paragraph(w io.Writer, width, indent, more int, s string) {
	for i, line := range wrap.Lines(s, width-indent-more) {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", indent+min(i, 1)*more), line)
	}
}
