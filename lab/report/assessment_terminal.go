package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/deviation"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// means says of each kind that can be bad what the client did.
var means = map[verdict.Kind]string{
	verdict.Insecure:     "accepted what it must reject",
	verdict.WrongReason:  "rejected, but for another reason",
	verdict.Unrecognised: "rejected, for a reason that tlslab does not recognise",
	verdict.Broken:       "rejected what it must accept",
	verdict.Void:         "rejected the control too, so that nothing is shown",
	verdict.Error:        "the program failed",
}

// Assessment writes what a run shows of a client: first what it does wrong and what to do about it,
// then what could not be asked, and the grade last.
func (t Terminal) Assessment(a *Assessment) {
	var explained []string
	for _, f := range a.Findings {
		t.finding(f)
		explained = append(explained, f.Scenarios...)
	}
	rest := only(a.bad(), func(r asked) bool { return !slices.Contains(explained, r.ID) })
	for _, kind := range verdict.Kinds() {
		if rows := only(rest, func(r asked) bool { return r.Kind == kind }); len(rows) > 0 {
			t.kind(kind, rows, a.words())
		}
	}
	t.deviations("known, and accepted:", a.Known)
	t.deviations("fixed: remove the line from your file of known deviations:", a.Fixed)
	t.notes(a)
	t.grade(a)
}

func (t Terminal) finding(f Finding) {
	t.wrapped("", t.paint(f.Says, text.FgRed, text.Bold))
	t.wrapped("  to do    ", f.ToDo)
	t.wrapped("  in       ", rowsOf(f.Scenarios))
	fmt.Fprintln(t.W)
}

// rowsOf names some scenarios and counts the others.
func rowsOf(ids []string) string {
	const some = 8
	if len(ids) <= some {
		return strings.Join(ids, " ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:some], " "), len(ids)-some)
}

// kind writes the rows of one kind, those of one class together.
func (t Terminal) kind(kind verdict.Kind, rows []asked, words string) {
	fmt.Fprintf(t.W, "%s: %s\n", t.paint(string(kind), text.FgRed, text.Bold), means[kind])
	for _, group := range groups(rows, func(r asked) string { return string(r.canonical()) }) {
		for _, r := range group {
			t.wrapped("  ", t.paint(r.ID, text.Bold)+": "+r.Title)
			switch kind {
			case verdict.Insecure:
			case verdict.WrongReason:
				t.wrapped("    ", fmt.Sprintf("expected %s, and it is %s that it says:", r.canonical(), r.Class))
				t.wrapped("    ", r.telling())
			default:
				t.wrapped("    it says: ", r.telling())
			}
			if why := r.knownOf(words); why != "" {
				t.wrapped("    ", words+" is known for it: "+why)
			}
			if len(group) == 1 || kind == verdict.Broken {
				t.wrapped("    ", r.Story.What)
			}
		}
		if i, ok := failure.Lookup(group[0].canonical()); ok && kind != verdict.Broken {
			t.wrapped("    to do: ", i.Client)
		}
	}
	fmt.Fprintln(t.W)
}

func (t Terminal) deviations(title string, list []deviation.Deviation) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(t.W, title)
	for _, d := range list {
		t.wrapped("  ", fmt.Sprintf("%s %s: %s", d.Scenario, d.Kind, d.Reason))
	}
	fmt.Fprintln(t.W)
}

// notes writes what does not count, and what the user may want to know.
func (t Terminal) notes(a *Assessment) {
	rows := a.rows()
	t.counted("not asked, and not counted:", groups(only(rows, func(r asked) bool { return r.Kind == verdict.Unsupported }), asked.unasked), func(group []asked) string {
		return clip(group[0].unasked())
	})
	t.counted("accepted for want of a feature, and not counted; --feature NAME holds the client to it:",
		groups(only(rows, func(r asked) bool { return r.Kind == verdict.Lenient }), func(r asked) string { return r.Expect.Feature }), func(group []asked) string {
			return group[0].Expect.Feature
		})
	t.counted("the client and the server do not tell the same:", groups(only(rows, func(r asked) bool { return r.Disagreement != "" }), func(r asked) string { return r.Disagreement }), func(group []asked) string {
		return group[0].Disagreement
	})
	t.byRecord(rows)
}

// byRecord says how many rows are ok though nobody knows the client's words.
func (t Terminal) byRecord(rows []asked) {
	if n := len(only(rows, func(r asked) bool { return r.Kind == verdict.OK && r.FromRecord })); n > 0 {
		t.wrapped("", fmt.Sprintf("ok by what the server saw alone, as the client's words are not recognised: %d", n))
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
func (t Terminal) counted(title string, groups [][]asked, name func([]asked) string) {
	if len(groups) == 0 {
		return
	}
	t.wrapped("", title)
	var short []string
	for _, group := range groups {
		if text := name(group); len(text) < few {
			short = append(short, fmt.Sprintf("%s (%d)", text, len(group)))
		} else {
			t.wrapped(fmt.Sprintf("  %-3d ", len(group)), text)
		}
	}
	if len(short) > 0 {
		t.wrapped("  ", strings.Join(short, ", "))
	}
	fmt.Fprintln(t.W)
}

// grade writes what the run comes to.
func (t Terminal) grade(a *Assessment) {
	color := map[Grade]text.Color{Pass: text.FgGreen, Incomplete: text.FgYellow, Fail: text.FgRed}[a.Grade]
	t.wrapped(t.paint(string(a.Grade), color, text.Bold)+": ", fmt.Sprintf("%s; %d scenarios in %s", a.counts(), len(a.Scenarios), a.Duration.Round(100*time.Millisecond)))
	fmt.Fprintf(t.W, "tlslab show ID tells more of a scenario\nthe same again: --seed %s --at %s\n", a.Seed, a.At.Format(time.DateOnly))
}

// counts says how many rows came to what, those apart that the user accepts.
func (a *Assessment) counts() string {
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
	if len(a.Known) > 0 {
		words = append(words, fmt.Sprintf("%d known", len(a.Known)))
	}
	if len(a.Fixed) > 0 {
		words = append(words, fmt.Sprintf("%d fixed", len(a.Fixed)))
	}
	return strings.Join(words, ", ")
}
