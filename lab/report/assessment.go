package report

import (
	"cmp"
	"slices"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Grade is what an assessment comes to, in a word.
type Grade string

// The grades.
const (
	// Pass: nothing is bad, and something was shown. What was not asked, or needs a feature that
	// the client was not said to have, does not count.
	Pass Grade = "pass"
	// Incomplete: nothing is known to be bad, but not all of it could be told: rejections whose
	// reason nobody here recognises, or no rejection at all, or it was interrupted.
	Incomplete Grade = "incomplete"
	// Fail: a judgement is bad that the user does not accept, or one that the user accepts has
	// gone.
	Fail Grade = "fail"
)

// Assessment is a run over one client under test, and what it says of that client. Its JSON is that
// of the run, and more.
type Assessment struct {
	*result.Run
	Grade  Grade                `json:"grade"`
	Counts map[verdict.Kind]int `json:"counts"`
	// VerdictOnly says that the client was judged by whether it accepts or rejects alone, so that a pass says
	// nothing of its reasons.
	VerdictOnly bool `json:"verdict_only,omitempty"`
	// Findings are what many judgements together say of the client.
	Findings []Finding `json:"findings"`
	// Known are the deviations that the user accepts, and that were seen.
	Known []assess.Deviation `json:"known"`
	// Fixed are those that the user accepts, and that were not seen any more.
	Fixed []assess.Deviation `json:"fixed"`
}

// Assess says what a run shows of its only client. The list is what the user accepts; nil is
// nothing.
func Assess(run *result.Run, list *assess.Deviations) *Assessment {
	a := &Assessment{Run: run, Counts: map[verdict.Kind]int{}, Findings: []Finding{}, Known: []assess.Deviation{}, Fixed: []assess.Deviation{}}
	a.VerdictOnly = slices.ContainsFunc(run.Clients, func(c clients.Info) bool { return c.VerdictOnly })
	shown := false
	for _, r := range a.rows() {
		a.Counts[r.Kind]++
		shown = shown || r.Kind == verdict.OK && r.Outcome == clients.Rejected
		d, listed := list.Find(r.ID)
		switch {
		case listed && d.Kind == r.Kind:
			a.Known = append(a.Known, d)
			shown = true
		case listed && d.Stale(r.Kind):
			a.Fixed = append(a.Fixed, d)
		}
	}
	a.Findings = append(a.Findings, a.findings(&english)...)
	a.Grade = a.grade(shown)
	return a
}

// grade sums up; shown says that a rejection was right, or what the user accepts came.
func (a *Assessment) grade(shown bool) Grade {
	bad := a.bad()
	switch {
	case len(a.Fixed) > 0, slices.ContainsFunc(bad, func(r asked) bool { return r.Kind != verdict.Unrecognised }):
		return Fail
	case len(bad) > 0, a.Interrupted, !shown && a.demandsRejection():
		return Incomplete
	}
	return Pass
}

// demandsRejection reports whether the run holds a scenario that every client must reject.
func (a *Assessment) demandsRejection() bool {
	return slices.ContainsFunc(a.Scenarios, func(s result.Scenario) bool {
		return s.Expect.Verdict == scenarios.Reject && s.Expect.Level == scenarios.Must && len(s.Cells) > 0
	})
}

// asked is a scenario and the cell of the run's only client.
type asked struct {
	*result.Scenario
	result.Cell
}

func (a *Assessment) rows() []asked {
	var rows []asked
	for i := range a.Scenarios {
		for _, c := range a.Scenarios[i].Cells {
			rows = append(rows, asked{&a.Scenarios[i], c})
		}
	}
	return rows
}

// bad returns the rows that are bad and that the user does not accept.
func (a *Assessment) bad() []asked {
	return slices.DeleteFunc(a.rows(), func(r asked) bool {
		return r.Documented || slices.ContainsFunc(a.Known, func(d assess.Deviation) bool { return d.Scenario == r.ID })
	})
}

// Deviations returns what the user would have to accept for the run to pass: what is bad now, with
// the reasons that the user has given or else the lab's own.
func (a *Assessment) Deviations() []assess.Deviation {
	var list []assess.Deviation
	for _, r := range a.rows() {
		i := slices.IndexFunc(a.Known, func(d assess.Deviation) bool { return d.Scenario == r.ID })
		switch {
		case i >= 0:
			list = append(list, a.Known[i])
		case !r.Documented:
			list = append(list, assess.Deviation{Scenario: r.ID, Kind: r.Kind, Reason: "to be explained: " + cmp.Or(r.Why, r.Title)})
		}
	}
	return list
}

// knownOf says why a stack is known to do what the client did in a row, if the client is that stack for certain, by
// what it is or by what it said in any row. Empty if it is not.
func (a *Assessment) knownOf(r asked) (stack, why string) {
	s, ok := scenarios.Lookup(r.ID)
	if !ok || len(a.Clients) == 0 {
		return "", ""
	}
	for _, k := range s.Known {
		did := r.Kind == verdict.Insecure && k.Verdict == scenarios.Accept || r.Kind != verdict.Insecure && slices.Contains(k.Failures, r.Class)
		if did && slices.ContainsFunc(a.rows(), func(o asked) bool { return verdict.Certain(k, a.Clients[0], o.Message) }) {
			return cmp.Or(k.Stack, k.Library), k.Why
		}
	}
	return "", ""
}
