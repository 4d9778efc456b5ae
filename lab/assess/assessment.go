package assess

import (
	"cmp"
	"slices"

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

// Assessment is a run over one client under test, and what it says of that client. Its JSON is that of the run, and
// more; lab/report adds what its findings say in words.
type Assessment struct {
	*result.Run
	Grade  Grade                `json:"grade"`
	Counts map[verdict.Kind]int `json:"counts"`
	// VerdictOnly says that the client was judged by whether it accepts or rejects alone, so that a pass says
	// nothing of its reasons.
	VerdictOnly bool `json:"verdict_only,omitempty"`
	// Findings are what many judgements together say of the client. Rows that the user accepts are evidence, and are
	// not explained.
	Findings []Finding `json:"-"`
	// Known are the deviations that the user accepts, and that were seen.
	Known []Deviation `json:"known"`
	// Fixed are those that the user accepts, and that were not seen any more.
	Fixed []Deviation `json:"fixed"`
}

// Assess says what a run shows of its only client. The list is what the user accepts; nil is nothing.
func Assess(run *result.Run, list *Deviations) *Assessment {
	a := &Assessment{Run: run, Counts: map[verdict.Kind]int{}, Known: []Deviation{}, Fixed: []Deviation{}}
	a.VerdictOnly = slices.ContainsFunc(run.Clients, func(c clients.Info) bool { return c.VerdictOnly })
	shown := false
	for _, r := range RowsOf(a.Run) {
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
	a.Findings = Find(a.Rows(), Told{})
	a.Grade = a.grade(shown)
	return a
}

// grade sums up; shown says that a rejection was right, or what the user accepts came.
func (a *Assessment) grade(shown bool) Grade {
	bad := a.Bad()
	switch {
	case len(a.Fixed) > 0, slices.ContainsFunc(bad, func(r Row) bool { return r.Kind != verdict.Unrecognised }):
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

// Rows returns what the client did. Held against it is what is bad, or wrong however it ended, unless the user accepts
// that. It is not held against it that the lab had to end it: the lab gives it no longer than the run needs.
func (a *Assessment) Rows() []Row {
	rows := RowsOf(a.Run)
	for i, r := range rows {
		rows[i].Wrong = !a.accepts(r.ID) && (!r.Documented || r.AtFault())
	}
	return rows
}

// Bad returns the rows whose judgements are bad and that the user does not accept. They decide the grade.
func (a *Assessment) Bad() []Row {
	return only(a.Rows(), func(r Row) bool { return r.Wrong && !r.Documented })
}

// accepts reports whether the user accepts what a scenario came to.
func (a *Assessment) accepts(id string) bool {
	return slices.ContainsFunc(a.Known, func(d Deviation) bool { return d.Scenario == id })
}

// Deviations returns what the user would have to accept for the run to pass: what is bad now, with
// the reasons that the user has given or else the lab's own.
func (a *Assessment) Deviations() []Deviation {
	var list []Deviation
	for _, r := range RowsOf(a.Run) {
		i := slices.IndexFunc(a.Known, func(d Deviation) bool { return d.Scenario == r.ID })
		switch {
		case i >= 0:
			list = append(list, a.Known[i])
		case !r.Documented:
			reason := "to be explained: " + cmp.Or(r.Why.Text, r.Title)
			list = append(list, Deviation{Scenario: r.ID, Kind: r.Kind, Reason: reason})
		}
	}
	return list
}

// KnownOf says why a stack is known to do what the client did in a row, if the client is that stack for certain, by
// what it is or by what it said in any row. Empty if it is not.
func (a *Assessment) KnownOf(r Row) (stack, why string) {
	s, ok := scenarios.Lookup(r.ID)
	if !ok || len(a.Clients) == 0 {
		return "", ""
	}
	for _, k := range s.Known {
		did := r.Kind != verdict.Insecure && slices.Contains(k.Failures, r.Class)
		if r.Kind == verdict.Insecure {
			did = k.Verdict == scenarios.Accept
		}
		certain := func(o Row) bool { return verdict.Certain(k, a.Clients[0], o.Message) }
		if did && slices.ContainsFunc(RowsOf(a.Run), certain) {
			return cmp.Or(k.Stack, k.Library), k.Why
		}
	}
	return "", ""
}
