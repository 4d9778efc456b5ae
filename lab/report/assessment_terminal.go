package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// Assessment writes what a run shows of a client: first what it does wrong and what to do about it,
// then what could not be asked, and the grade last.
func (t Terminal) Assessment(a *Assessment) {
	w := t.words().assessment
	t.Bad(a)
	t.deviations(w.known, a.Known)
	t.deviations(w.fixed, a.Fixed)
	t.notes(a)
	t.grade(a)
}

// Bad writes what a client does wrong, and what to do about it.
func (t Terminal) Bad(a *Assessment) {
	var explained []string
	for _, f := range a.findings(t.words()) { // as Assess found them, in this language
		t.finding(f)
		explained = append(explained, f.Scenarios...)
	}
	rest := only(a.bad(), func(r asked) bool { return !slices.Contains(explained, r.ID) })
	for _, kind := range verdict.Kinds() {
		if rows := only(rest, func(r asked) bool { return r.Kind == kind }); len(rows) > 0 {
			t.kind(kind, rows, a)
		}
	}
}

func (t Terminal) finding(f Finding) {
	t.wrapped("", t.paint(f.Says, text.FgRed, text.Bold))
	t.wrapped(t.words().assessment.toDo, f.ToDo)
	t.wrapped(t.words().assessment.in, t.rowsOf(f.Scenarios))
	fmt.Fprintln(t.W)
}

// rowsOf names some scenarios and counts the others.
func (t Terminal) rowsOf(ids []string) string {
	const some = 8
	if len(ids) <= some {
		return strings.Join(ids, " ")
	}
	return fmt.Sprintf(t.words().assessment.moref, strings.Join(ids[:some], " "), len(ids)-some)
}

// kind writes the rows of one kind, those of one class together.
func (t Terminal) kind(kind verdict.Kind, rows []asked, a *Assessment) {
	w := t.words().assessment
	fmt.Fprintf(t.W, "%s%s%s\n", t.paint(string(kind), text.FgRed, text.Bold), w.colon, w.means[kind])
	for _, group := range groups(rows, func(r asked) string { return string(r.canonical()) }) {
		for _, r := range group {
			told := t.told(*r.Scenario)
			t.wrapped("  ", t.paint(r.ID, text.Bold)+w.colon+told.Title)
			switch kind {
			case verdict.Insecure:
			case verdict.WrongReason:
				t.wrapped("    ", fmt.Sprintf(w.expectedf, r.canonical(), r.Class))
				t.wrapped("    ", r.telling(t.words()))
			default:
				t.wrapped(w.itSays, r.telling(t.words()))
			}
			if stack, why := a.knownOf(r); why != "" {
				t.wrapped("    ", fmt.Sprintf(w.knownForf, stack, t.reason(why)))
			}
			if len(group) == 1 || kind == verdict.Broken {
				t.wrapped("    ", told.What)
			}
		}
		if i, ok := failure.Lookup(group[0].canonical()); ok && kind != verdict.Broken {
			t.wrapped(w.toDoOfClass, t.reason(i.Client))
		}
	}
	fmt.Fprintln(t.W)
}

func (t Terminal) deviations(title string, list []assess.Deviation) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(t.W, title)
	for _, d := range list {
		t.wrapped("  ", fmt.Sprintf(t.words().assessment.deviationf, d.Scenario, d.Kind, d.Reason))
	}
	fmt.Fprintln(t.W)
}

// notes writes what does not count, and what the user may want to know.
func (t Terminal) notes(a *Assessment) {
	w := t.words().assessment
	rows := a.rows()
	t.counted(w.notAsked, groups(only(rows, func(r asked) bool { return r.Kind == verdict.Unsupported }), asked.unasked), func(group []asked) string {
		return result.Clip(t.reason(group[0].unasked()))
	})
	t.counted(w.lenient,
		groups(only(rows, func(r asked) bool { return r.Kind == verdict.Lenient }), func(r asked) string { return r.Expect.Feature }), func(group []asked) string {
			return group[0].Expect.Feature
		})
	if a.Stopped != nil { // what is to be done says it already
		return
	}
	t.counted(w.disagree, groups(only(rows, func(r asked) bool { return r.Disagreement != "" }), func(r asked) string { return r.Disagreement }), func(group []asked) string {
		return t.reason(group[0].Disagreement)
	})
	if !a.VerdictOnly { // else reasons do not matter
		t.byRecord(rows)
	}
}

// byRecord says how many rows are ok though nobody knows the client's words.
func (t Terminal) byRecord(rows []asked) {
	if n := len(only(rows, func(r asked) bool { return r.Kind == verdict.OK && r.FromRecord })); n > 0 {
		t.wrapped("", fmt.Sprintf(t.words().assessment.byRecordf, n))
		fmt.Fprintln(t.W)
	}
}

// unasked says why a row was not asked: for the control's reason, in most cases.
func (r asked) unasked() string {
	return strings.TrimPrefix(r.Why, "on the control "+r.Scenario.Control+": ")
}

// few is up to how long a note is that stands beside others in a line.
const few = 40

// counted writes groups of rows, each with its number.
func (t Terminal) counted(title string, groups [][]asked, named func([]asked) string) {
	if len(groups) == 0 {
		return
	}
	t.wrapped("", title)
	var short []string
	for _, group := range groups {
		if name := named(group); text.StringWidth(name) < few {
			short = append(short, fmt.Sprintf(t.words().assessment.countf, name, len(group)))
		} else {
			t.wrapped(fmt.Sprintf("  %-3d ", len(group)), name)
		}
	}
	if len(short) > 0 {
		t.wrapped("  ", strings.Join(short, t.words().comma))
	}
	fmt.Fprintln(t.W)
}

// grade writes what the run comes to.
func (t Terminal) grade(a *Assessment) {
	w := t.words().assessment
	color := map[Grade]text.Color{Pass: text.FgGreen, Incomplete: text.FgYellow, Fail: text.FgRed}[a.Grade]
	t.wrapped(t.paint(string(a.Grade), color, text.Bold)+w.colon, fmt.Sprintf(w.gradef, a.counts(t.words()), t.words().scenarios.of(len(a.Scenarios)), a.Duration.Round(100*time.Millisecond)))
	fmt.Fprintf(t.W, w.showMore+"\n"+w.againf+"\n", a.Seed, a.At.Format(time.DateOnly))
}

// counts says how many rows came to what, those apart that the user accepts.
func (a *Assessment) counts(w *words) string {
	var words []string
	for _, kind := range verdict.Kinds() {
		n := a.Counts[kind]
		accepted := 0
		for _, d := range a.Known {
			if d.Kind == kind {
				accepted++
			}
		}
		if n > accepted {
			words = append(words, fmt.Sprintf("%d %s", n-accepted, kind))
		}
	}
	if a.Interrupted {
		words = append(words, w.assessment.interrupted)
	}
	if a.Stopped != nil && a.Stopped.Unasked > 0 {
		words = append(words, fmt.Sprintf(w.assessment.stoppedf, a.Stopped.Unasked))
	}
	if len(a.Known) > 0 {
		words = append(words, fmt.Sprintf(w.assessment.knownCountf, len(a.Known)))
	}
	if len(a.Fixed) > 0 {
		words = append(words, fmt.Sprintf(w.assessment.fixedCountf, len(a.Fixed)))
	}
	if a.VerdictOnly {
		words = append(words, w.assessment.verdictOnly)
	}
	return strings.Join(words, w.listed)
}
