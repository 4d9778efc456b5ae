package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
)

// WriteAssessmentJUnit writes an assessment as JUnit's XML: the run's suite, in which what the user accepts passes, and
// a suite with the grade, which fails unless that is [assess.Pass].
func WriteAssessmentJUnit(w io.Writer, a *assess.Assessment) error {
	run := *a.Run
	run.Scenarios = slices.Clone(run.Scenarios)
	for i, s := range run.Scenarios {
		s.Cells = slices.Clone(s.Cells)
		for n := range s.Cells {
			s.Cells[n].Documented = s.Cells[n].Documented || accepts(a, s.ID)
		}
		run.Scenarios[i] = s
	}
	out := junit(&run)
	grade := junitCase{Name: "grade", Class: "tlslab.grade", Time: seconds(0)}
	suite := junitSuite{Name: "tlslab", Tests: 1, Time: seconds(0)}
	if len(out.Suites) > 0 {
		suite.Timestamp = out.Suites[0].Timestamp
	}
	if a.Grade != assess.Pass {
		suite.Failures = 1
		var text []string
		for _, f := range remarks(a) {
			text = append(text, f.title+": "+f.says)
		}
		grade.Failure = &junitResult{Message: string(a.Grade), Type: string(a.Grade), Text: visible.Text(strings.Join(text, "\n"))}
	}
	suite.Cases = []junitCase{grade}
	out.add(suite)
	return out.write(w)
}

// accepts reports whether the user accepts what a scenario came to.
func accepts(a *assess.Assessment, id string) bool {
	return slices.ContainsFunc(a.Known, func(d assess.Deviation) bool { return d.Scenario == id })
}

// remarkOf is what is to be said of a client in a few lines.
type remarkOf struct{ title, says string }

// remarks are the findings, the bad rows that none of them explains, and what the user accepts and is gone.
func remarks(a *assess.Assessment) []remarkOf {
	var list []remarkOf
	add := func(title string, f Finding) {
		says := f.Says
		if f.ToDo != "" {
			says += "\nto do: " + f.ToDo
		}
		list = append(list, remarkOf{title, says + "\nscenarios: " + strings.Join(f.Scenarios, ", ")})
	}
	rows := map[string]bool{} // that are told one by one
	for _, f := range a.Findings {
		if a.Stopped != nil || !apart(f) {
			add(string(f.Code), told(a, f, lang.English))
			continue
		}
		for _, void := range unproven(a, f, lang.English) {
			add(string(f.Code), void)
		}
		for _, id := range f.Scenarios {
			rows[id] = true
		}
	}
	for _, r := range a.Rows() {
		if r.Wrong && rows[r.ID] {
			list = append(list, remarkOf{r.ID + ": " + string(r.Kind), strings.TrimSpace(r.Title + "\n" + r.Why.Text + "\n" + r.Telling())})
		}
	}
	for _, d := range a.Fixed {
		list = append(list, remarkOf{d.Scenario + ": fixed", fmt.Sprintf("%s is no longer what happens: remove the line from the list of known deviations", d.Kind)})
	}
	return list
}

// mostAnnotations is how many annotations GitHub shows of a step.
const mostAnnotations = 10

// WriteAnnotations writes what is bad in an assessment as GitHub's workflow commands, which it shows as annotations:
// nothing if nothing is. See "Workflow commands for GitHub Actions" in its documentation, for the escapes as well.
func WriteAnnotations(w io.Writer, a *assess.Assessment) error {
	list := remarks(a)
	if a.Grade == assess.Pass {
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
