package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/internal/visible"
)

// WriteJUnit writes the assessment as JUnit's XML: the run's suite, in which what the user accepts passes, and a suite
// with the grade, which fails unless that is [Pass].
func (a *Assessment) WriteJUnit(w io.Writer) error {
	run := *a.Run
	run.Scenarios = slices.Clone(run.Scenarios)
	for i, s := range run.Scenarios {
		s.Cells = slices.Clone(s.Cells)
		for n := range s.Cells {
			s.Cells[n].Documented = s.Cells[n].Documented || a.accepts(s.ID)
		}
		run.Scenarios[i] = s
	}
	out := junit(&run)
	grade := junitCase{Name: "grade", Class: "tlslab.grade", Time: seconds(0)}
	suite := junitSuite{Name: "tlslab", Tests: 1, Time: seconds(0)}
	if len(out.Suites) > 0 {
		suite.Timestamp = out.Suites[0].Timestamp
	}
	if a.Grade != Pass {
		suite.Failures = 1
		var text []string
		for _, f := range a.remarks() {
			text = append(text, f.title+": "+f.says)
		}
		grade.Failure = &junitResult{Message: string(a.Grade), Type: string(a.Grade), Text: visible.Text(strings.Join(text, "\n"))}
	}
	suite.Cases = []junitCase{grade}
	out.add(suite)
	return out.write(w)
}

// accepts reports whether the user accepts what a scenario came to.
func (a *Assessment) accepts(id string) bool {
	return slices.ContainsFunc(a.Known, func(d assess.Deviation) bool { return d.Scenario == id })
}

// remarkOf is what is to be said of a client in a few lines.
type remarkOf struct{ title, says string }

// remarks are the findings, the bad rows that none of them explains, and what the user accepts and is gone.
func (a *Assessment) remarks() []remarkOf {
	var list []remarkOf
	explained := map[string]bool{}
	for _, f := range a.Findings {
		says := f.Says
		if f.ToDo != "" {
			says += "\nto do: " + f.ToDo
		}
		list = append(list, remarkOf{f.Name, says + "\nscenarios: " + strings.Join(f.Scenarios, ", ")})
		for _, id := range f.Scenarios {
			explained[id] = true
		}
	}
	for _, r := range a.bad() {
		if !explained[r.ID] {
			list = append(list, remarkOf{r.ID + ": " + string(r.Kind), strings.TrimSpace(r.Title + "\n" + r.Why + "\n" + r.Telling())})
		}
	}
	for _, d := range a.Fixed {
		list = append(list, remarkOf{d.Scenario + ": fixed", fmt.Sprintf("%s is no longer what happens: remove the line from the list of known deviations", d.Kind)})
	}
	return list
}

// mostAnnotations is how many annotations GitHub shows of a step.
const mostAnnotations = 10

// WriteAnnotations writes what is bad as GitHub's workflow commands, which it shows as annotations: nothing if nothing
// is. See "Workflow commands for GitHub Actions" in its documentation, for the escapes as well.
func (a *Assessment) WriteAnnotations(w io.Writer) error {
	list := a.remarks()
	if a.Grade == Pass {
		list = nil
	}
	more := len(list) - mostAnnotations
	if more > 0 {
		list = append(list[:mostAnnotations-1], remarkOf{"more", fmt.Sprintf("%d more: see the log of this step", more+1)})
	}
	for _, r := range list {
		if _, err := fmt.Fprintf(w, "::error title=%s::%s\n", property.Replace("tlslab: "+r.title), data.Replace(visible.Text(r.says))); err != nil {
			return err
		}
	}
	return nil
}

// What has a meaning in a workflow command, in what follows it and in its properties.
var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
