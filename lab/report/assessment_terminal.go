package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// Assessment writes what a run shows about a client: first what it does wrong and what to do about it, then what did
// not run, and last the grade.
func (t Terminal) Assessment(a *assess.Assessment) {
	w := t.words().Assessment
	t.findings(a)
	t.deviations(w.Known, a.Known)
	t.deviations(w.Fixed, a.Fixed)
	t.notes(a)
	t.grade(a)
}

// findings writes what a client does wrong, and what to do about it.
func (t Terminal) findings(a *assess.Assessment) {
	var rest []assess.Row
	for _, f := range a.Findings {
		rows := only(a.Rows(), func(r assess.Row) bool { return r.Wrong && slices.Contains(f.Scenarios, r.ID) })
		switch {
		case a.Stopped != nil:
			t.finding(told(a, f, t.Locale), nil)
		case apart(f):
			for _, void := range unproven(a, f, t.Locale) {
				t.finding(void, nil)
			}
			rest = append(rest, rows...)
		case f.Code.Scope() == assess.Check:
			t.rows(rows, func(verdict.Kind) string { return prose.Of(t.Locale, f.Code).Says }, a)
		default:
			shown := told(a, f, t.Locale)
			shown.Scenarios = f.Scenarios
			t.finding(shown, f.Unproven)
		}
	}
	t.rows(rest, func(kind verdict.Kind) string { return t.words().Assessment.Means[kind] }, a)
}

func (t Terminal) finding(f Finding, unproven []string) {
	t.wrapped("", t.paint(f.Says, text.FgRed, text.Bold))
	t.wrapped(t.words().Assessment.ToDo, f.ToDo)
	t.wrapped(t.words().Assessment.In, t.rowsOf(f.Scenarios))
	if len(unproven) > 0 {
		t.wrapped(t.words().Assessment.Unproven, t.rowsOf(unproven))
	}
	fmt.Fprintln(t.W)
}

// rowsOf names some scenarios and counts the others.
func (t Terminal) rowsOf(ids []string) string {
	const some = 8
	if len(ids) <= some {
		return strings.Join(ids, " ")
	}
	return fmt.Sprintf(t.words().Assessment.Moref, strings.Join(ids[:some], " "), len(ids)-some)
}

// rows writes rows one by one, grouped by their judgements, each group with what it has in common.
func (t Terminal) rows(rows []assess.Row, means func(verdict.Kind) string, a *assess.Assessment) {
	for _, kind := range verdict.Kinds() {
		of := only(rows, func(r assess.Row) bool { return r.Kind == kind })
		if len(of) > 0 {
			t.kind(kind, means(kind), of, a)
		}
	}
}

// kind writes the rows of one kind, grouped by class.
func (t Terminal) kind(kind verdict.Kind, means string, rows []assess.Row, a *assess.Assessment) {
	w := t.words().Assessment
	t.wrapped("", t.paint(string(kind), text.FgRed, text.Bold)+w.Colon+means)
	for _, group := range assess.Groups(rows, func(r assess.Row) string { return string(r.Canonical()) }) {
		for _, r := range group {
			told := t.told(*r.Scenario)
			t.wrapped("  ", t.paint(r.ID, text.Bold)+w.Colon+told.Title)
			switch kind {
			case verdict.Insecure:
			case verdict.WrongReason:
				t.wrapped("    ", fmt.Sprintf(w.Expectedf, r.Canonical(), r.Class))
				t.wrapped("    ", t.words().telling(r))
			default:
				t.wrapped(w.ItSays, t.words().telling(r))
			}
			if stack, why := a.KnownOf(r); why != "" {
				t.wrapped("    ", fmt.Sprintf(w.KnownForf, stack, t.Locale.Sentence(why)))
			}
			if len(group) == 1 || kind == verdict.Broken {
				t.wrapped("    ", told.What)
			}
		}
		if i, ok := failure.Lookup(group[0].Canonical()); ok && kind != verdict.Broken {
			t.wrapped(w.ToDoOfClass, t.Locale.Sentence(i.Client))
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
		t.wrapped("  ", fmt.Sprintf(t.words().Assessment.Deviationf, d.Scenario, d.Kind, d.Reason))
	}
	fmt.Fprintln(t.W)
}

// notes writes what does not count, and what the user may want to know.
func (t Terminal) notes(a *assess.Assessment) {
	w := t.words().Assessment
	rows := assess.RowsOf(a.Run)
	grouped := func(so func(assess.Row) bool, key func(assess.Row) string) [][]assess.Row {
		return assess.Groups(only(rows, so), key)
	}
	skipped := grouped(func(r assess.Row) bool { return r.Kind == verdict.Unsupported },
		func(r assess.Row) string { return unasked(r).Text })
	t.counted(w.NotAsked, skipped, func(group []assess.Row) string { return result.Clip(t.reason(unasked(group[0]))) })
	lenient := grouped(func(r assess.Row) bool { return r.Kind == verdict.Lenient },
		func(r assess.Row) string { return r.Expect.Feature })
	t.counted(w.Lenient, lenient, func(group []assess.Row) string { return group[0].Expect.Feature })
	if a.Stopped != nil { // the finding already says what to do
		return
	}
	disagree := grouped(func(r assess.Row) bool { return !r.Disagreement.IsZero() },
		func(r assess.Row) string { return r.Disagreement.Text })
	t.counted(w.Disagree, disagree, func(group []assess.Row) string { return t.reason(group[0].Disagreement) })
	if !a.VerdictOnly { // otherwise reasons do not matter
		t.byRecord(rows)
	}
}

// byRecord writes how many rows are ok although the client's message is not recognised.
func (t Terminal) byRecord(rows []assess.Row) {
	if n := len(only(rows, func(r assess.Row) bool { return r.Kind == verdict.OK && r.FromRecord })); n > 0 {
		t.wrapped("", fmt.Sprintf(t.words().Assessment.ByRecordf, n))
		fmt.Fprintln(t.W)
	}
}

// unasked returns why a row did not run. In most cases it is the reason of the control.
func unasked(r assess.Row) lang.Reason {
	if r.Why.Code == verdict.OnControl {
		return *r.Why.Of
	}
	return r.Why
}

// few is the maximum width of a note that shares a line with others.
const few = 40

// counted writes groups of rows, each with its size.
func (t Terminal) counted(title string, groups [][]assess.Row, named func([]assess.Row) string) {
	if len(groups) == 0 {
		return
	}
	t.wrapped("", title)
	var short []string
	for _, group := range groups {
		if name := named(group); text.StringWidth(name) < few {
			short = append(short, fmt.Sprintf(t.words().Assessment.Countf, name, len(group)))
		} else {
			t.wrapped(fmt.Sprintf("  %-3d ", len(group)), name)
		}
	}
	if len(short) > 0 {
		t.wrapped("  ", strings.Join(short, t.words().Comma))
	}
	fmt.Fprintln(t.W)
}

// grade writes the grade of the run.
func (t Terminal) grade(a *assess.Assessment) {
	w := t.words().Assessment
	color := map[assess.Grade]text.Color{
		assess.Pass: text.FgGreen, assess.Incomplete: text.FgYellow, assess.Fail: text.FgRed,
	}[a.Grade]
	counts, scenarios := countsOf(a, t.words()), t.words().Scenarios.of(len(a.Scenarios))
	t.wrapped(t.paint(string(a.Grade), color, text.Bold)+w.Colon,
		fmt.Sprintf(w.Gradef, counts, scenarios, a.Duration.Round(100*time.Millisecond)))
	fmt.Fprintf(t.W, w.ShowMore+"\n"+w.Againf+"\n", a.Seed, a.At.Format(time.DateOnly))
}

// countsOf returns how many rows have which judgement. Those that the user accepts are counted separately.
func countsOf(a *assess.Assessment, w *words) string {
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
		words = append(words, w.Assessment.Interrupted)
	}
	if a.Stopped != nil && a.Stopped.Unasked > 0 {
		words = append(words, fmt.Sprintf(w.Assessment.Stoppedf, a.Stopped.Unasked))
	}
	if len(a.Known) > 0 {
		words = append(words, fmt.Sprintf(w.Assessment.KnownCountf, len(a.Known)))
	}
	if len(a.Fixed) > 0 {
		words = append(words, fmt.Sprintf(w.Assessment.FixedCountf, len(a.Fixed)))
	}
	if a.VerdictOnly {
		words = append(words, w.Assessment.VerdictOnly)
	}
	return strings.Join(words, w.Listed)
}

// only returns the rows for which so is true.
func only(rows []assess.Row, so func(assess.Row) bool) []assess.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r assess.Row) bool { return !so(r) })
}
