package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Finding is what several judgements together say of a client.
type Finding struct {
	Name      string   `json:"name"`      // in kebab-case
	Says      string   `json:"says"`      // what the client does
	ToDo      string   `json:"to_do"`     // what its author is to do
	Scenarios []string `json:"scenarios"` // what it is drawn from
}

// finder draws a conclusion from the rows of a run: all of them, and those that are bad and that
// no finder before it has explained.
type finder func(w *words, all, bad []asked) []Finding

// finders are tried in this order.
var finders = slices.Concat([]finder{statusTellsNothing, neverConnected, acceptsNothing, voids}, concluding(), []finder{oneReason, notRecognised, failures})

// concluding returns the finders of [conclusions].
func concluding() []finder {
	var list []finder
	for _, c := range conclusions {
		list = append(list, c.find)
	}
	return list
}

// findings returns what is found out about the client of a run.
func (a *Assessment) findings(w *words) []Finding {
	all, bad := a.rows(), a.bad()
	list := a.stopped(w, bad)
	if len(list) > 0 {
		return list
	}
	for _, find := range finders {
		for _, f := range find(w, all, bad) {
			list = append(list, f)
			bad = slices.DeleteFunc(slices.Clone(bad), func(r asked) bool { return slices.Contains(f.Scenarios, r.ID) })
		}
	}
	return list
}

func neverConnected(w *words, _, bad []asked) []Finding {
	lied := only(bad, asked.neverConnected)
	return finding(lied, "never-connected", w.findings.neverConnected, w.findings.neverConnectedToDo)
}

// neverConnected reports whether the client says that it accepted and made no connection.
func (r asked) neverConnected() bool { return strings.HasSuffix(r.Why, verdict.NeverConnected) }

// acceptsNothing is about a client that rejects what is good as well. One good chain is no evidence, and
// whatever it accepted refutes it.
func acceptsNothing(w *words, all, bad []asked) []Finding {
	good := only(all, func(r asked) bool {
		return r.Family == scenarios.Baseline && r.Expect.Level == scenarios.Must && r.Kind != verdict.Unsupported
	})
	refused := only(good, func(r asked) bool { return r.Kind == verdict.Broken })
	accepted := func(r asked) bool { return r.Outcome == clients.Accepted && r.Kind != verdict.Error }
	if len(refused) < 2 || len(refused) < len(good) || slices.ContainsFunc(all, accepted) {
		return nil
	}
	says := w.findings.acceptsNothingf
	if !slices.ContainsFunc(all, func(r asked) bool { return len(r.Observed) > 0 }) {
		says = w.findings.neverConnectedOff
	}
	return finding(only(bad, func(r asked) bool { return r.Kind == verdict.Broken || r.Kind == verdict.Void }), "accepts-nothing",
		fmt.Sprintf(says, refused[0].ID, refused[0].telling(w)), w.findings.acceptsNothingToDo)
}

// voids gives one finding for each control that was rejected.
func voids(w *words, _, bad []asked) []Finding {
	var list []Finding
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.Void }), func(r asked) string { return r.Scenario.Control }) {
		control := group[0].Scenario.Control
		var families []string
		for _, r := range group {
			if !slices.Contains(families, string(r.Family)) {
				families = append(families, string(r.Family))
			}
		}
		list = append(list, finding(group, "void",
			fmt.Sprintf(w.findings.voidf, strings.Join(families, w.comma), control, group[0].telling(w)),
			fmt.Sprintf(w.findings.voidToDof, control))...)
	}
	return list
}

// statusTellsNothing is about a client that reports success where the server's record shows that it did
// not accept.
func statusTellsNothing(w *words, all, bad []asked) []Finding {
	connects := slices.ContainsFunc(all, func(r asked) bool { return len(r.Observed) > 0 })
	rows := only(bad, func(r asked) bool { return r.Contradicted || connects && r.neverConnected() })
	if len(rows) > 0 { // that it took a cut answer for a whole one is known from its report alone
		cut := func(r asked) bool { return r.Kind == verdict.Insecure && r.canonical() == failure.UnexpectedEOF }
		rows = append(rows, only(bad, cut)...)
	}
	says := w.findings.reportTellsNothing
	if len(rows) > 0 && strings.HasSuffix(rows[0].Client, "/exit") {
		says = w.findings.statusTellsNothing
	}
	return finding(rows, "status-tells-nothing", says, w.findings.statusTellsNothingToDo)
}

// oneReason is about a client that says the same of everything. If it says anything else of a
// certificate, it does not.
func oneReason(w *words, all, bad []asked) []Finding {
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.WrongReason }), func(r asked) string { return r.telling(w) }) {
		if len(groups(group, func(r asked) string { return string(r.canonical()) })) < 3 {
			continue
		}
		differs := func(r asked) bool {
			return r.isVerified() && r.Outcome == clients.Rejected && messages.Alike(r.telling(w)) != messages.Alike(group[0].telling(w))
		}
		if slices.ContainsFunc(all, differs) {
			continue
		}
		return finding(group, "one-reason", fmt.Sprintf(w.findings.oneReasonf, group[0].telling(w)), w.findings.oneReasonToDo)
	}
	return nil
}

// fewUnrecognised is up to how many rejections in unknown words are shown one by one.
const fewUnrecognised = 3

func notRecognised(w *words, _, bad []asked) []Finding {
	rows := only(bad, func(r asked) bool { return r.Kind == verdict.Unrecognised })
	if len(rows) <= fewUnrecognised {
		return nil
	}
	return finding(rows, "unrecognised", fmt.Sprintf(w.findings.notRecognisedf, rows[0].ID, rows[0].telling(w)), w.findings.notRecognisedToDo)
}

// failures gives one finding for each way in which the program failed.
func failures(w *words, _, bad []asked) []Finding {
	var list []Finding
	for _, group := range groups(only(bad, func(r asked) bool { return r.Kind == verdict.Error }), func(r asked) string { return r.failure() }) {
		list = append(list, finding(group, "failed", fmt.Sprintf(w.findings.failedf, group[0].failure()), w.findings.failedToDo)...)
	}
	return list
}

// finding makes a finding of rows; none if there are none.
func finding(rows []asked, name, says, todo string) []Finding {
	if len(rows) == 0 {
		return nil
	}
	f := Finding{Name: name, Says: says, ToDo: todo}
	for _, r := range rows {
		f.Scenarios = append(f.Scenarios, r.ID)
	}
	return []Finding{f}
}

// canonical returns the class that the scenario is about.
func (r asked) canonical() failure.Class {
	if len(r.Expect.Failures) == 0 {
		return ""
	}
	return r.Expect.Failures[0]
}

// telling returns the line of the client's message that tells why.
func (r asked) telling(w *words) string {
	line := r.Telling()
	if r.Outcome == clients.Rejected {
		line = cmp.Or(line, w.findings.nothing)
	}
	return line
}

// failure returns how the program failed.
func (r asked) failure() string { return result.Clip(r.Why) }

// only returns the rows that are so.
func only(rows []asked, so func(asked) bool) []asked {
	return slices.DeleteFunc(slices.Clone(rows), func(r asked) bool { return !so(r) })
}

// everyone reports whether the rows are all of one kind; if there are none, they are not.
func everyone(rows []asked, kind verdict.Kind) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(r asked) bool { return r.Kind != kind })
}

// groups puts rows together by a key, in the order in which the keys first come. Keys that differ in
// nothing but where a server was are the same.
func groups(rows []asked, key func(asked) string) [][]asked {
	var list [][]asked
	place := map[string]int{}
	for _, r := range rows {
		k := messages.Alike(key(r))
		i, known := place[k]
		if !known {
			i = len(list)
			place[k] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], r)
	}
	return list
}
