package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
)

// stopped returns the sentences about a client that was stopped at the first control, given what it did there and what
// the finding says.
func stopped(s *result.Stopped, row assess.Row, finding string, l lang.Tag) (says, toDo string) {
	w := in(l)
	f := w.Findings
	toDo = strings.Join(stoppedToDo(s, row, l), f.Semicolon)
	if row.Kind == verdict.Error && !row.Contradicted {
		return finding, toDo
	}
	format, said := f.Stoppedf, w.telling(row)
	if len(row.Observed) == 0 {
		format = f.StoppedOfff
	}
	if row.Contradicted {
		said = result.Clip(row.Why.Text)
	}
	took := row.Duration.Round(100 * time.Millisecond)
	if took == 0 {
		took = row.Duration.Round(time.Millisecond)
	}
	return fmt.Sprintf(format, row.ID, took, said), toDo
}

// stoppedToDo returns what the user should do, the most likely first.
func stoppedToDo(s *result.Stopped, row assess.Row, l lang.Tag) []string {
	f := in(l).Findings
	var list []string
	mistyped := slices.ContainsFunc(s.Meant, func(m result.Meant) bool {
		return strings.HasPrefix(m.Placeholder,
			"{ca")
	})
	if s.NoCA && !mistyped {
		list = append(list, f.StoppedNoCA)
	}
	for _, m := range s.Meant {
		list = append(list, fmt.Sprintf(f.StoppedMeantf, m.Word, m.Placeholder))
	}
	served := func(o serve.Observation) bool { return o.End == serve.EndServed || o.ApplicationData }
	if row.Kind == verdict.Broken && slices.ContainsFunc(row.Observed, served) {
		list = append(list, f.StoppedServed)
	}
	if row.Contradicted {
		list = append(list, prose.Of(l, assess.ReportsSuccess).Do)
	}
	return append(list, fmt.Sprintf(f.StoppedToDof, row.ID))
}
