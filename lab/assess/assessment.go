package assess

import (
	"cmp"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// Grade is the result of an assessment in one word.
type Grade string

// The grades.
const (
	// Pass means that nothing is bad, and something was proven. Scenarios that did not run, or that need a feature
	// which the client was not said to have, do not count.
	Pass Grade = "pass"
	// Incomplete means that nothing is known to be bad, but not everything is known: reasons were not recognised, there
	// was no rejection at all, or the run was interrupted.
	Incomplete Grade = "incomplete"
	// Fail means that a judgement is bad and not accepted by the user, or that an accepted one no longer occurs.
	Fail Grade = "fail"
)

// Assessment is a run over one client under test, with what it shows about that client. Its JSON is that of the run
// with further fields. lab/report adds the findings in words.
type Assessment struct {
	*result.Run
	Grade  Grade                `json:"grade"`
	Counts map[verdict.Kind]int `json:"counts"`
	// VerdictOnly means that the client was judged only by whether it accepts or rejects, so a pass says nothing about
	// its reasons.
	VerdictOnly bool `json:"verdict_only,omitempty"`
	// Findings lists what several judgements together show about the client. Rows that the user accepts are used as
	// evidence, but are not explained.
	Findings []Finding `json:"-"`
	// Known lists the accepted deviations that occurred.
	Known []Deviation `json:"known"`
	// Fixed lists the accepted deviations that no longer occur.
	Fixed []Deviation `json:"fixed"`
}

// Assess returns what a run shows about its only client. list is the deviations that the user accepts; it may be nil.
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

// grade returns the grade. shown is whether there was a right rejection or an accepted deviation.
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

// demandsRejection reports whether the run contains a scenario that every client must reject.
func (a *Assessment) demandsRejection() bool {
	return slices.ContainsFunc(a.Scenarios, func(s result.Scenario) bool {
		return s.Expect.Verdict == scenarios.Reject && s.Expect.Level == scenarios.Must && len(s.Cells) > 0
	})
}

// Rows returns what the client did. A row is wrong if its judgement is bad, or if the client was at fault however it
// ended, unless the user accepts that. It is not wrong just because the lab had to end the client, which it gives no
// more time than the run needs.
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

// accepts reports whether the user accepts the judgement of a scenario.
func (a *Assessment) accepts(id string) bool {
	return slices.ContainsFunc(a.Known, func(d Deviation) bool { return d.Scenario == id })
}

// Deviations returns what the user would have to accept for the run to pass: what is bad now, with the user's reasons,
// or else the lab's.
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

// KnownOf returns the stack that is known to do what the client did in a row, and why. The client must certainly be
// that stack, by what it is or by what it said in any row; otherwise, both are empty.
func (a *Assessment) KnownOf(r Row) (stack, why string) {
	s, ok := a.Run.Catalogue.Lookup(r.ID)
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
