package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
)

// Assessed is an assessment as tlslab test --json prints it. Its sentences are in English.
type Assessed struct {
	*assess.Assessment
	Findings []Finding `json:"findings"`
}

// Finding is a finding in words.
type Finding struct {
	Code assess.Code `json:"code"`
	// Name is the name of the finding from before findings had codes.
	Name      string   `json:"name"`
	Says      string   `json:"says"`      // what the client does
	ToDo      string   `json:"to_do"`     // what its author should do
	Scenarios []string `json:"scenarios"` // the scenarios that it explains
}

// formerNames are the names of findings from before they had codes, where they differ from the codes.
var formerNames = map[assess.Code]string{
	assess.VerificationOff:    "does-not-verify",
	assess.NamesUnchecked:     "does-not-check-names",
	assess.ChainUnchecked:     "does-not-check-the-chain",
	assess.RejectsEverything:  "accepts-nothing",
	assess.ReportsSuccess:     "status-tells-nothing",
	assess.NeverConnects:      "never-connected",
	assess.ProgramFails:       "failed",
	assess.ReasonUnrecognised: "unrecognised",
	assess.ReasonHidden:       "unrecognised",
}

// stoppedName is the former name of the finding about a client that ran only the first control.
const stoppedName = "stopped"

// InWords returns an assessment as tlslab test --json prints it.
func InWords(a *assess.Assessment) Assessed {
	out := Assessed{Assessment: a, Findings: []Finding{}}
	for _, f := range a.Findings {
		out.Findings = append(out.Findings, told(a, f, lang.English))
	}
	return out
}

// told returns a finding of an assessment in words.
func told(a *assess.Assessment, f assess.Finding, l lang.Tag) Finding {
	out := Finding{
		Code: f.Code, Name: cmp.Or(formerNames[f.Code], string(f.Code)),
		Says: prose.Shown(l, f), ToDo: prose.Of(l, f.Code).Do, Scenarios: f.Explains(),
	}
	if bad := a.Bad(); a.Stopped != nil && len(bad) > 0 && !saysAccepted(f) {
		out.Name = stoppedName
		out.Says, out.ToDo = stopped(a.Stopped, bad[0], out.Says, l)
	}
	return out
}

// saysAccepted reports whether the finding is that the client reports acceptance but never connected.
func saysAccepted(f assess.Finding) bool {
	return f.Code == assess.NeverConnects && f.Evidence.Outcome == clients.Accepted
}

// voidName is the former name of the finding about scenarios whose control was rejected.
const voidName = "void"

// unproven returns a finding for each control that the client rejects, about the scenarios that are not proven without
// it.
func unproven(a *assess.Assessment, f assess.Finding, l lang.Tag) []Finding {
	w := in(l)
	rows := only(assess.RowsOf(a.Run), func(r assess.Row) bool { return slices.Contains(f.Unproven, r.ID) })
	var list []Finding
	for _, group := range assess.Groups(rows, func(r assess.Row) string { return r.Scenario.Control }) {
		var ids, families []string
		for _, r := range group {
			ids = append(ids, r.ID)
			if !slices.Contains(families, string(r.Family)) {
				families = append(families, string(r.Family))
			}
		}
		control, said := group[0].Scenario.Control, cmp.Or(group[0].Telling(), w.Findings.Nothing)
		list = append(list, Finding{
			Code: f.Code, Name: voidName, Scenarios: ids,
			Says: fmt.Sprintf(w.Findings.Voidf, strings.Join(families, w.Comma), control, said),
			ToDo: fmt.Sprintf(w.Findings.VoidToDof, control),
		})
	}
	return list
}

// telling returns the line of the client's message that gives the reason.
func (w *words) telling(r assess.Row) string {
	line := r.Telling()
	if r.Outcome == clients.Rejected {
		line = cmp.Or(line, w.Findings.Nothing)
	}
	return line
}

// fewRows is the maximum number of rejections with an unrecognised reason that are shown one by one.
const fewRows = 3

// apart reports whether a finding says no more than the judgements of its rows, which are then shown one by one.
func apart(f assess.Finding) bool {
	unread := f.Code == assess.ReasonUnrecognised || f.Code == assess.ReasonHidden
	return f.Code.Scope() == assess.Rows || unread && len(f.Scenarios) <= fewRows
}
