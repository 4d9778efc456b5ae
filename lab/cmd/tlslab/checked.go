package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

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
	usualWidth = 80  // where nobody says how wide it is
	leastWidth = 30  // that a column of prose can be read in
	mostWidth  = 140 // that a line can be read at
)

// checked shows a check on the terminal.
func (f *console) checked(lesson *lessons.Lesson, c checkedLesson) {
	w := f.lang.Words("check")
	width := max(leastWidth, min(mostWidth, cmp.Or(f.terminal().Width, usualWidth)))
	f.checkedRows(c.Rows, w, width)
	outcome := w.Say("not-yet")
	if c.Solved {
		outcome = w.Say("solved")
	}
	fmt.Fprintf(f.stdout, "\n%s\n", w.Say("outcome", outcome, lesson.ID, c.Duration.Round(100*time.Millisecond)))
	if c.Solved {
		return
	}
	for _, finding := range c.Findings {
		fmt.Fprintln(f.stdout)
		paragraph(f.stdout, width, 0, 2, string(finding.Code)+": "+strings.Join(finding.Scenarios, ", "))
		paragraph(f.stdout, width, 2, 0, finding.Says)
		paragraph(f.stdout, width, 2, 2, w.Say("next")+w.Say("colon")+finding.Next)
		if len(finding.Switches) > 0 {
			var often []string
			for _, what := range finding.Switches {
				often = append(often, f.lang.Sentence(what))
			}
			paragraph(f.stdout, width, 2, 2, w.Say("often")+w.Say("colon")+strings.Join(often, w.Say("semicolon")))
		}
	}
	if c.Hint != "" {
		fmt.Fprintln(f.stdout)
		paragraph(f.stdout, width, 0, 2, w.Say("hint")+w.Say("colon")+c.Hint)
	}
	fmt.Fprintf(f.stdout, "\n"+w["again"]+"\n", c.Seed, c.At.Format(time.DateOnly)) // to be copied: it is not broken
}

// checkedRows shows what the client did with each scenario, and beside it, or below where there is no
// room, what it said and why that is not right.
func (f *console) checkedRows(rows []check.Row, w lang.Words, width int) {
	var cells [][]string
	widest := make([]int, 3)
	for _, row := range rows {
		if row.Told != nil {
			row.Message = f.lang.Reason(*row.Told)
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
			fmt.Fprintln(f.stdout, text.Pad(head, beside, ' ')+strings.Join(lines, "\n"+strings.Repeat(" ", beside)))
			continue
		case text.StringWidthWithoutEscSequences(head) <= width:
			fmt.Fprintln(f.stdout, head)
		default:
			fmt.Fprintln(f.stdout, cell[0])
			paragraph(f.stdout, width, 4, 0, cell[1]+w.Say("comma")+cell[2])
		}
		paragraph(f.stdout, width, 4, 0, detail)
	}
}

// rowOf returns what stands in the columns of a row: scenario, what the client did, what it has to do, and
// the rest.
func rowOf(w lang.Words, row check.Row) []string {
	mark, did, must := "✓", map[string]string{"accepted": w.Say("connects"), "rejected": w.Say("refuses")}[string(row.Outcome)], w.Say("must-connect")
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

// oneLine shortens a message to what fits beside a row: its end tells most.
func oneLine(message string) string {
	const most = 160
	letters := []rune(strings.Join(strings.Fields(message), " "))
	if len(letters) <= most {
		return string(letters)
	}
	end := string(letters[len(letters)-most:])
	if _, whole, ok := strings.Cut(end, " "); ok { // not from the middle of a word
		end = whole
	}
	return "... " + end
}

// paragraph writes text behind so many blanks; its lines after the first stand behind some more.
func paragraph(w io.Writer, width, indent, more int, s string) {
	for i, line := range wrap.Lines(s, width-indent-more) {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", indent+min(i, 1)*more), line)
	}
}
