package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
)

// stopped is the finding about a client that was stopped at the first control; none if it was not.
func (a *Assessment) stopped(w *words, bad []asked) []Finding {
	if a.Stopped == nil || len(bad) == 0 {
		return nil
	}
	row, f := bad[0], w.findings
	says := f.stoppedf
	if len(row.Observed) == 0 {
		says = f.stoppedOfff
	}
	said := row.telling(w)
	if row.neverConnected() {
		return finding(bad, "never-connected", f.neverConnected, f.neverConnectedToDo)
	}
	if row.Kind == verdict.Error && !row.Contradicted {
		return finding(bad, "stopped", fmt.Sprintf(f.failedf, row.failure()), strings.Join(toDo(a.Stopped, w, row), f.semicolon))
	}
	if row.Contradicted {
		said = row.failure()
	}
	took := row.Duration.Round(100 * time.Millisecond)
	if took == 0 {
		took = row.Duration.Round(time.Millisecond)
	}
	return finding(bad, "stopped", fmt.Sprintf(says, row.ID, took, said), strings.Join(toDo(a.Stopped, w, row), f.semicolon))
}

// toDo says what the user is to do, the most likely first.
func toDo(s *result.Stopped, w *words, row asked) []string {
	f := w.findings
	var list []string
	mistyped := slices.ContainsFunc(s.Meant, func(m result.Meant) bool { return strings.HasPrefix(m.Placeholder, "{ca") })
	if s.NoCA && !mistyped {
		list = append(list, f.stoppedNoCA)
	}
	for _, m := range s.Meant {
		list = append(list, fmt.Sprintf(f.stoppedMeantf, m.Word, m.Placeholder))
	}
	served := func(o serve.Observation) bool { return o.End == serve.EndServed || o.ApplicationData }
	if row.Kind == verdict.Broken && slices.ContainsFunc(row.Observed, served) {
		list = append(list, f.stoppedServed)
	}
	if row.Contradicted {
		list = append(list, f.statusTellsNothingToDo)
	}
	return append(list, fmt.Sprintf(f.stoppedToDof, row.ID))
}
