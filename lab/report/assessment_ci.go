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

// WriteAssessmentJUnit writes an assessment as JUnit XML: the suite of the run, in which accepted deviations pass, and
// a suite with the grade, which fails unless the grade is [assess.Pass].
func WriteAssessmentJUnit(w io.Writer, a *assess.Assessment) error { return assessed(a).write(w) }

// assessed returns the suites of an assessment.
func assessed(a *assess.Assessment) junitSuites {
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
	suite := junitSuite{Name: strings.TrimSpace("tlslab " + imageOf(a)), Tests: 1, Time: seconds(0)}
	if len(out.Suites) > 0 {
		suite.Timestamp = out.Suites[0].Timestamp
	}
	if a.Grade != assess.Pass {
		suite.Failures = 1
		var text []string
		for _, f := range remarks(a) {
			text = append(text, f.title+": "+f.says)
		}
		grade.Failure = &junitResult{
			Message: string(a.Grade), Type: string(a.Grade), Text: visible.Text(strings.Join(text, "\n")),
		}
	}
	suite.Cases = []junitCase{grade}
	out.add(suite)
	return out
}

// accepts reports whether the user accepts the judgement of a scenario.
func accepts(a *assess.Assessment, id string) bool {
	return slices.ContainsFunc(a.Known, func(d assess.Deviation) bool { return d.Scenario == id })
}

// remarkOf is a remark about a client in a few lines.
type remarkOf struct{ title, says string }

// remarks returns the findings, the bad rows that none of them explains, and accepted deviations that no longer occur.
func remarks(a *assess.Assessment) []remarkOf {
	var list []remarkOf
	add := func(title string, f Finding) {
		says := f.Says
		if f.ToDo != "" {
			says += "\nto do: " + f.ToDo
		}
		list = append(list, remarkOf{title, says + "\nscenarios: " + strings.Join(f.Scenarios, ", ")})
	}
	rows := map[string]bool{} // scenarios with their own remark
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
			says := strings.TrimSpace(r.Title + "\n" + r.Why.Text + "\n" + r.Telling())
			list = append(list, remarkOf{r.ID + ": " + string(r.Kind), says})
		}
	}
	for _, d := range a.Fixed {
		says := fmt.Sprintf("it is no longer %s: remove the line from the list of known deviations", d.Kind)
		list = append(list, remarkOf{d.Scenario + ": fixed", says})
	}
	return list
}

// mostAnnotations is the number of annotations that GitHub shows for a step.
const mostAnnotations = 10

// WriteAnnotations writes what is bad in an assessment, if anything, as GitHub workflow commands, which GitHub shows as
// annotations. See "Workflow commands for GitHub Actions" in its documentation, also for the escapes.
func WriteAnnotations(w io.Writer, a *assess.Assessment) error {
	list := remarks(a)
	if a.Grade == assess.Pass {
		list = nil
	}
	more := len(list) - mostAnnotations
	if more > 0 {
		list = append(list[:mostAnnotations-1], remarkOf{"more", fmt.Sprintf("%d more: see the log of this step",
			more+1)})
	}
	for _, r := range list {
		title, says := property.Replace("tlslab: "+r.title), data.Replace(visible.Text(r.says))
		if _, err := fmt.Fprintf(w, "::error title=%s::%s\n", title, says); err != nil {
			return err
		}
	}
	return nil
}

// The escapes in the message of a workflow command, and in its properties.
var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
