package report

import (
	"fmt"
	"slices"

	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/scenarios"
)

// List writes a line per scenario, by family: what a correct client does, the canonical class, and the title. It omits
// the class in a narrow window.
func (t Terminal) List(list []*scenarios.Scenario) error {
	var rows [][]string
	flush := func() error {
		err := wrap.Columns(t.W, rows, t.Width)
		rows = nil
		return err
	}
	var family scenarios.Family
	for _, s := range list {
		if s.Family != family {
			if t.Width > 0 { // IDs within a family have similar widths
				if err := flush(); err != nil {
					return err
				}
			}
			family = s.Family
			rows = append(rows, []string{string(family)})
		}
		expect := string(s.Expect.Verdict)
		if s.Expect.Level == scenarios.Should && s.Expect.Verdict != scenarios.Either {
			expect += "?"
		}
		class := ""
		if len(s.Expect.Failures) > 0 && s.Expect.Verdict != scenarios.Accept {
			class = string(s.Expect.Failures[0])
		}
		row := []string{"  " + s.ID, expect, class, t.Locale.Of(s).Title}
		if t.Width > 0 && t.Width < withClass {
			row = slices.Delete(row, 2, 3)
		}
		rows = append(rows, row)
	}
	if err := flush(); err != nil {
		return err
	}
	fmt.Fprintln(t.W)
	t.line(t.words().QuestionMark)
	if _, builtIn := scenarios.Lookup(list[0].ID); builtIn && list[0].Service == scenarios.HTTPS {
		t.line(t.words().BehindMongoDB)
	}
	return nil
}

// withClass is the minimum width of a window with room for the class.
const withClass = 110
