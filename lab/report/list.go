package report

import (
	"fmt"
	"text/tabwriter"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/translation"
)

// List writes scenarios a line each, by family: what a client does, the canonical class, the title.
func (t Terminal) List(list []*scenarios.Scenario) error {
	w := tabwriter.NewWriter(t.W, 0, 8, 2, ' ', 0)
	var family scenarios.Family
	for _, s := range list {
		if s.Family != family {
			family = s.Family
			fmt.Fprintf(w, "%s\t\t\t\n", family)
		}
		expect := string(s.Expect.Verdict)
		if s.Expect.Level == scenarios.Should && s.Expect.Verdict != scenarios.Either {
			expect += "?"
		}
		class := ""
		if len(s.Expect.Failures) > 0 && s.Expect.Verdict != scenarios.Accept {
			class = string(s.Expect.Failures[0])
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", s.ID, expect, class, translation.Of(s, string(t.Locale)).Title)
	}
	fmt.Fprintln(w, "\n"+t.words().questionMark)
	if list[0].Service == scenarios.HTTPS {
		fmt.Fprintln(w, t.words().behindMongoDB)
	}
	return w.Flush()
}
