package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
)

// Terminal writes reports for people to read.
type Terminal struct {
	W io.Writer
	// Width is the number of columns; zero means 80. Prose is wrapped. Commands are not, so that they can be copied.
	Width int
	// Color turns colors on.
	Color  bool
	Locale lang.Tag
}

// widest is the width of the window, in columns, beyond which prose is not made any wider.
const widest = 100

// Report writes a report.
func (t Terminal) Report(r Report) {
	for _, f := range r.Findings {
		t.finding(f)
	}
	if len(r.Findings) == 0 && len(r.Unknown) == 0 {
		t.paragraph(0, t.say("none"))
		fmt.Fprintln(t.W)
	}
	for _, u := range r.Unknown {
		t.unknown(u)
	}
	if r.Left > 0 {
		t.paragraph(0, fmt.Sprintf(t.say("left"), r.Left))
	}
}

// say returns one of the texts around the prose.
func (t Terminal) say(key string) string { return in(t.Locale).words[key] }

// Quoted returns the quote with control characters and invalid bytes made visible.
func (f Finding) Quoted() string { return visible.Text(f.Quote) }

// Quoted is like [Finding.Quoted].
func (u Unknown) Quoted() string { return visible.Text(u.Quote) }

func (t Terminal) finding(f Finding) {
	title := string(f.Class)
	if title == "" {
		title = "?"
	}
	where := fmt.Sprintf(t.say("line"), f.Line)
	if f.Count > 1 {
		where = fmt.Sprintf(t.say("lines-first"), f.Line, f.Count)
	}
	fmt.Fprintf(t.W, "%s  %s\n", t.paint(title, text.Bold, text.FgRed),
		t.paint(where+t.say("semicolon")+f.Who(t.Locale), text.Faint))
	t.quote(around(f.Quoted(), f.Words))
	for _, note := range t.notes(f) {
		t.paragraph(2, note)
	}
	fmt.Fprintln(t.W)
	if f.Class == "" {
		t.untold(f)
	} else {
		t.prose(f.Prose(t.Locale))
	}
	t.reproduce(f)
	fmt.Fprintln(t.W)
}

// reproduce writes the commands that show the failure, if any does.
func (t Terminal) reproduce(f Finding) {
	if len(f.Scenarios) == 0 {
		return
	}
	t.heading("reproduce")
	for i, command := range f.Reproduce() {
		t.command(4, command)
		if i == 0 && f.Seen {
			t.paragraph(6, t.say("seen"))
		}
	}
	t.command(4, "make scenario-"+f.Scenarios[0])
}

// Who returns the names of the stacks that use the words of the message, in a language.
func (f Finding) Who(l lang.Tag) string {
	const most = 6
	t := Terminal{Locale: l}
	names := strings.Join(f.Stacks[:min(most, len(f.Stacks))], t.say("comma"))
	if len(f.Stacks) > most {
		names += t.say("comma") + "…"
	}
	switch {
	case len(f.Stacks) == 0:
		return t.say("any")
	case f.Library != "":
		return fmt.Sprintf(t.say("any-with"), f.Library, names)
	case len(f.Stacks) > 1:
		return fmt.Sprintf(t.say("any-of"), names)
	case f.Server:
		return fmt.Sprintf(t.say("server-says"), names)
	case f.Setup:
		return fmt.Sprintf(t.say("own-says"), names)
	}
	return names
}

// notes returns what a reader should know besides the prose.
func (t Terminal) notes(f Finding) []string {
	var list []string
	if f.BeforeTLS {
		list = append(list, t.say("before-tls"))
	}
	switch {
	case f.Objector == Either:
		list = append(list, t.say("either-refused"))
	case f.Objector != Peer || f.BeforeTLS:
	case slices.Contains(ended, f.Class):
		list = append(list, t.say("peer-ended"))
	case f.Server && !slices.ContainsFunc(f.classes(), ofCertificate):
		list = append(list, t.say("client-told"))
	case f.Server:
		list = append(list, t.say("client-refused"))
	default:
		list = append(list, t.say("peer-refused"))
	}
	return list
}

// untold writes what can be said if the message does not tell the class.
func (t Terminal) untold(f Finding) {
	var names []string
	for _, class := range f.Possible {
		names = append(names, string(class))
	}
	t.paragraph(2, fmt.Sprintf(t.say("untold"), strings.Join(names, t.say("comma"))))
	fmt.Fprintln(t.W)
	list := f.Proses(t.Locale)
	said := "" // the setting, which is often the same for all classes
	for _, p := range list {
		fmt.Fprintf(t.W, "  %s\n", t.paint(string(p.Class), text.Bold))
		t.paragraph(4, p.Means)
		for _, c := range p.Causes {
			if len(c.Commands) > 0 {
				t.paragraph(4, c.Tell)
				t.command(6, c.Commands[0])
				break
			}
		}
		if p.Here != "" && p.Here != said {
			t.paragraph(4, fmt.Sprintf(t.say("here"), p.Where, p.Here))
			said = p.Here
		}
	}
	fmt.Fprintln(t.W)
	if len(list) > 0 {
		t.noFix(list[0].NoFix)
	}
}

func (t Terminal) prose(p Prose) {
	t.heading("means")
	t.paragraph(4, p.Means)
	t.heading("causes")
	for i, c := range p.Causes {
		number := fmt.Sprintf("%d. ", i+1)
		t.hanging(4, number, c.Text)
		if c.Tell != "" {
			t.hanging(4+len(number), "→ ", c.Tell)
		}
		for _, command := range c.Commands {
			t.command(6+len(number), command)
		}
	}
	t.heading("fix")
	t.paragraph(4, p.Fix)
	if p.Here != "" {
		t.paragraph(4, fmt.Sprintf(t.say("here"), p.Where, p.Here))
	}
	t.noFix(p.NoFix)
}

func (t Terminal) noFix(n NoFix) {
	title := t.say("not-fix-any")
	if len(n.Switches) > 0 {
		title = fmt.Sprintf(t.say("not-fix"), strings.Join(n.Switches, t.say("comma")))
	}
	for _, line := range wrap.Lines(title, t.width()-2) {
		fmt.Fprintf(t.W, "  %s\n", t.paint(line, text.Bold))
	}
	t.paragraph(4, n.Why)
}

func (t Terminal) unknown(u Unknown) {
	fmt.Fprintf(
		t.W, "%s  %s\n", t.paint(t.say("unknown"), text.Bold), t.paint(fmt.Sprintf(t.say("line"), u.Line), text.Faint),
	)
	t.quote(u.Quoted())
	if len(u.Nearest) > 0 {
		fmt.Fprintf(t.W, "  %s\n", t.say("nearest"))
	}
	for _, n := range u.Nearest {
		t.hanging(4, "- ", fmt.Sprintf("%s, %s, "+t.say("alike"), n.Class, n.Stack, int(n.Likeness*100+0.5)))
		t.paragraph(6, firstLine(visible.Text(n.Message)))
		t.command(6, fmt.Sprintf("tlslab run %s --client %s", n.Scenario, n.Stack))
	}
	if u.Verbose != "" {
		t.paragraph(2, fmt.Sprintf(t.say("verbose"), u.Verbose))
	} else {
		t.paragraph(2, t.say("verbose-any"))
	}
	t.paragraph(2, fmt.Sprintf(t.say("report"), cut(visible.Text(u.Report), longestReport)))
	fmt.Fprintln(t.W)
}

// longestReport bounds the line that people are asked to send, in characters.
const longestReport = 300

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return cut(line, 300)
}

// cut cuts text to a number of characters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// around cuts a long quote down to the text around the words by which it was recognised.
func around(quote, words string) string {
	const before, most = 160, 420 // bytes
	at := strings.Index(quote, words)
	if len(quote) <= most || at < 0 || len(words) > most {
		return quote
	}
	from := max(0, at-before)
	to := min(len(quote), max(from+most, at+len(words)))
	cut := strings.ToValidUTF8(quote[from:to], "")
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(quote) {
		cut += "…"
	}
	return cut
}

// quote writes a quoted text.
func (t Terminal) quote(s string) {
	const most = 600 // characters: the page shows all
	for line := range strings.SplitSeq(cut(s, most), "\n") {
		for _, part := range wrap.Lines(line, t.width()-4) {
			fmt.Fprintf(t.W, "  %s %s\n", t.paint("│", text.Faint), t.paint(part, text.FgYellow))
		}
	}
}

func (t Terminal) heading(key string) {
	fmt.Fprintf(t.W, "  %s\n", t.paint(t.say(key), text.Bold))
}

func (t Terminal) command(indent int, command string) {
	fmt.Fprintf(t.W, "%s%s %s\n", strings.Repeat(" ", indent), t.paint("$", text.Faint), t.paint(command, text.FgCyan))
}

func (t Terminal) paragraph(indent int, s string) { t.hanging(indent, "", s) }

// hanging writes a paragraph after a mark, with a hanging indent.
func (t Terminal) hanging(indent int, mark, s string) {
	columns := utf8.RuneCountInString(mark)
	for i, line := range wrap.Lines(s, t.width()-indent-columns) {
		if i > 0 {
			mark = strings.Repeat(" ", columns)
		}
		fmt.Fprintf(t.W, "%s%s%s\n", strings.Repeat(" ", indent), mark, line)
	}
}

func (t Terminal) width() int {
	if t.Width == 0 {
		return 80
	}
	return max(30, min(t.Width, widest))
}

func (t Terminal) paint(s string, colors ...text.Color) string {
	if !t.Color {
		return s
	}
	return text.Colors(colors).Sprint(s)
}
