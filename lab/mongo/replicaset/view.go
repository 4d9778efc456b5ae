package replicaset

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/wrap"
)

// Write prints what was seen of a scenario, in lines of at most width columns if that is not zero.
func (r *Result) Write(w io.Writer, width int) error {
	fmt.Fprintf(w, "%s\n", r.Scenario.ID)
	rows := [][]string{{"", r.Scenario.Title}}
	for i, c := range r.Scenario.Changes {
		said := "rotateCertificates: done"
		if r.Refusals[i] != "" {
			said = "rotateCertificates: " + r.Refusals[i]
		}
		rows = append(rows, []string{"", fmt.Sprintf("member %d gets the certificate %q; %s", c.Member, c.Certificate, said)})
	}
	if err := wrap.Columns(w, rows, width); err != nil {
		return err
	}
	rows = nil
	for i, view := range r.Views {
		rows = append(rows, []string{fmt.Sprintf("  member %d sees", i+1), view, strings.Join(unique(r.Says[i]), "; ")})
	}
	for i, lines := range r.Logs {
		for _, line := range lines {
			rows = append(rows, []string{fmt.Sprintf("  member %d logs", i+1), "", line})
		}
	}
	if err := wrap.Columns(w, rows, width); err != nil {
		return err
	}
	if err := wrap.Columns(w, r.drivers(), width); err != nil {
		return err
	}
	rows = nil
	for _, d := range r.Deviations {
		rows = append(rows, []string{"  !", d})
	}
	return wrap.Columns(w, rows, width)
}

// drivers returns a row for each driver: what became of the set and of each member.
func (r *Result) drivers() [][]string {
	if len(r.Cells) == 0 {
		return nil
	}
	rows := [][]string{{"  driver", "the set", "member 1", "member 2", "member 3"}}
	for list := range slices.Chunk(r.Cells, 4) {
		row := []string{"  " + list[0].Client.ID()}
		for _, c := range list {
			row = append(row, c.word())
		}
		rows = append(rows, row)
	}
	return rows
}

// word is a cell in a word: ok, or why the driver refused.
func (c Cell) word() string {
	switch {
	case c.Outcome == clients.Accepted:
		return "ok"
	case c.Class != "":
		return string(c.Class)
	}
	return string(c.Outcome)
}

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// Legend explains the marks of [Result.Write].
const Legend = "+ a member that answers heartbeats   - one that does not   ! not as documented"

// Markdown returns a table of all scenarios and what is expected of each: what members see, and what drivers that are given
// the whole set or the changed member see.
func Markdown(head [4]string, accepted string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|---|---|---|---|\n", strings.Join(head[:], " | "))
	for _, s := range Scenarios() {
		changed := "–"
		for i, classes := range s.Expect.Members {
			if len(classes) > 0 {
				changed = fmt.Sprintf("%d: `%s`", i+1, classes[0])
			}
		}
		set := accepted
		if len(s.Expect.Set) > 0 {
			set = "`" + string(s.Expect.Set[0]) + "`"
		}
		views := fmt.Sprintf("`%s` `%s` `%s`", s.Expect.Views[0], s.Expect.Views[1], s.Expect.Views[2])
		if s.Expect.Says != "" {
			views += fmt.Sprintf(" %q", s.Expect.Says)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.ID, views, set, changed)
	}
	return b.String()
}
