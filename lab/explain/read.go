package explain

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios/near"
)

// The limits of a report.
const (
	mostFindings = 200
	mostUnknown  = 20
	longestQuote = 4 << 10 // bytes

	// mostCompared is how many lines beyond the room of a report are still compared with those in it. The rest are
	// only counted.
	mostCompared   = 2_000
	mostRemembered = 4 << 20 // bytes of messages that are remembered, so that similar ones need not be read again
)

// ReadFrom reads a log in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell writes it. It keeps no more
// of the log than a report holds. The time that it takes is proportional to the length of the log, whatever is in it.
// If the reader fails or the context ends, it returns that error and the report of what it read before. Wrong options
// are an error, too.
func ReadFrom(ctx context.Context, r io.Reader, o Options) (Report, error) {
	if o.Client != "" && !slices.Contains(Clients(), o.Client) {
		return Report{}, fmt.Errorf(
			"no client %q is known%s: want one of %s", o.Client, near.Hint(o.Client, Clients()),
			strings.Join(Clients(), ", "),
		)
	}
	in := &reader{
		options: o, report: Report{Schema: Schema, Findings: []Finding{}, Unknown: []Unknown{}}, at: map[string]int{},
		unknown: map[string]bool{}, traits: map[string]traits{}, memory: map[string][]Finding{}, shapes: map[string]string{},
	}
	g := &grouper{emit: in.unit}
	lines, err := eachLine(ctx, transform.NewReader(r, unicode.BOMOverride(transform.Nop)), func(n int, line string) {
		in.keep(line)
		g.add(n, line)
		in.recent.add(line)
	})
	if ctx.Err() == nil {
		g.flush()
		in.settle()
	}
	in.endAll()
	if ctx.Err() == nil {
		in.whole()
	}
	in.report.Lines = lines
	return in.report, err
}

// reader makes a report from messages.
type reader struct {
	options Options
	report  Report
	at      map[string]int  // the index of a finding in the report
	unknown map[string]bool // shapes of unknown lines
	pending *pending        // a message without a finding, which may continue on the next line
	text    strings.Builder // the whole text as long as it is short: it may be one message
	long    bool            // the text is not short
	threads []*thread       // those that may go on, the oldest first
	recent  recent
	traits  map[string]traits // of lines, by likeness
	naming  string            // the last message in which the name of a protocol was looked for
	named   string            // and the name

	memory     map[string][]Finding // findings of messages, by likeness
	shapes     map[string]string    // shapes of unknown lines, by likeness
	remembered int                  // bytes of the keys of both
}

// pending is a message that has no class by itself.
type pending struct {
	unit
	found []Finding
}

// short is the number of bytes up to which a text may be one message.
const short = 8 << 10

func (in *reader) keep(line string) {
	if in.long = in.long || in.text.Len()+len(line) > short; !in.long {
		in.text.WriteString(uncolored(line))
		in.text.WriteByte('\n')
	}
}

// telling reports whether a message may have the words of a rule. Most lines of a log do not.
func telling(text string) bool {
	return tls.In(text) || connecting.In(text) && texts().In(text) || strings.Contains(text, `\u00`) ||
		certain().In(text) ||
		phrases.In(text) || codes.In(text)
}

// unit reads one message.
func (in *reader) unit(u unit) {
	if in.pending != nil && in.joined(u) {
		return
	}
	in.settle()
	if !telling(u.text) && !keyFile(u.text) {
		return
	}
	u.like = likenessOf(u.text)
	found := in.known(u)
	if len(found) == 0 || len(found) == 1 && found[0].Class == "" {
		if !strings.Contains(u.text, "\n") && len(u.text) >= 40 && tls.In(u.text) { // it may be wrapped
			in.pending = &pending{u, found}
			return
		}
	}
	in.place(u, found)
}

// known returns the findings of a message, and remembers them for messages of the same likeness.
func (in *reader) known(u unit) []Finding {
	if u.like == "" {
		u.like = likenessOf(u.text)
	}
	return in.recall(u.like, func() []Finding { return in.find(u) })
}

// likenessOf is [likeness] with the codes of a message, whose numbers count.
func likenessOf(text string) string {
	key := likeness(text)
	for _, h := range codes.Find(narrow(text)) {
		key += "\x00" + h.Name
	}
	return key
}

// recall returns what a function found for a key, and remembers it.
func (in *reader) recall(key string, find func() []Finding) []Finding {
	if found, ok := in.memory[key]; ok {
		return found
	}
	found := find()
	if in.room(key) {
		in.memory[key] = found
	}
	return found
}

// room reserves room to remember something by a key. It reports whether there was any left.
func (in *reader) room(key string) bool {
	in.remembered += len(key)
	return in.remembered < mostRemembered
}

// mostJoined is the number of bytes of each of two lines that are read together as one wrapped line.
const mostJoined = 4 << 10

// joined reads a message as the continuation of the pending one. It reports whether the two have a class together. A
// line that begins as messages of a log do, with a time for example, continues nothing.
func (in *reader) joined(u unit) bool {
	if begins.MatchString(u.text[:min(len(u.text), beginning)]) || strings.Contains(u.text, "\n") {
		return false
	}
	before := in.pending.text[max(0, len(in.pending.text)-mostJoined):]
	after := u.text[:min(len(u.text), mostJoined)]
	for _, between := range []string{" ", ""} {
		both := unit{line: in.pending.line, text: strings.ToValidUTF8(before+between+after, "")}
		if !adds(before, both.text) {
			continue
		}
		if found := in.find(both); len(found) > 0 && found[0].Class != "" {
			if len(in.known(u)) > 0 && found[0].Words != "" && strings.Contains(u.text, found[0].Words) {
				return false // it says so by itself
			}
			in.pending = nil
			in.place(both, found)
			return true
		}
	}
	return false
}

// settle adds the pending message to the report.
func (in *reader) settle() {
	if p := in.pending; p != nil {
		in.pending = nil
		in.place(p.unit, p.found)
	}
}

// failing matches words that say that something failed, in lines about TLS.
var failing = lazyregexp.New(`(?i)\b(error|fail|failed|failure|alert|refused|rejected|invalid|unable|cannot|` +
	`could not|denied|mismatch|untrusted|not trusted|bad|fatal|exception)\b|Error\b|Exception\b`)

// isUnknown reports whether a message without a finding is about a failure of TLS.
func isUnknown(u unit) bool {
	return (tls.In(u.text) || strings.Contains(u.text, "ertificate") && messages.AboutVerifying(u.text)) &&
		failing.MatchString(narrow(u.text))
}

// key is the same for findings that a report shows as one.
func (f Finding) key() string {
	return fmt.Sprint(f.Class, f.Possible, f.Cause, f.Stacks, f.Server, f.Setup, f.Objector, f.Aspects)
}

// add adds the findings of a message to the report, or the message as an unknown one if it has none.
func (in *reader) add(u unit, found []Finding) {
	if len(found) == 0 {
		in.addUnknown(u)
	}
	for _, f := range found {
		f.Line, f.Count = u.line, 1
		key := f.key()
		if i, ok := in.at[key]; ok {
			in.report.Findings[i].Count++
			continue
		}
		if len(in.report.Findings) == mostFindings {
			in.report.Left++
			continue
		}
		in.at[key] = len(in.report.Findings)
		in.report.Findings = append(in.report.Findings, f)
	}
}

func (in *reader) addUnknown(u unit) {
	if in.report.Left >= mostCompared {
		in.report.Left++
		return
	}
	quote := clip(tellingLine(narrow(u.text)))
	s := in.shape(quote)
	switch {
	case in.unknown[s]:
		return
	case len(in.report.Unknown) == mostUnknown:
		in.report.Left++
		return
	}
	in.unknown[s] = true
	line := Unknown{Line: u.line, Quote: quote, Nearest: append([]Near{}, seen().near(s)...), Report: s}
	if who, marked := says(u.text); marked {
		line.Stacks, line.Verbose = who.stacks, messages.Of(who.stacks[0]).Verbose
	}
	in.report.Unknown = append(in.report.Unknown, line)
}

// shape returns the shape of an unknown line, and remembers it for lines of the same likeness.
func (in *reader) shape(line string) string {
	key := likeness(line)
	s, ok := in.shapes[key]
	if !ok {
		if s = shape(line); in.room(key) {
			in.shapes[key] = s
		}
	}
	return s
}

// tellingLine returns the line of an unknown message to show: the last that says that something failed.
func tellingLine(text string) string {
	lines := strings.Split(text, "\n")
	for _, line := range slices.Backward(lines) {
		if failing.MatchString(line) && tls.In(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[0])
}

// mostWrapped is the greatest number of lines into which a message may be wrapped.
const mostWrapped = 12

var lineEnd = lazyregexp.New(`\s*\n\s*`)

// whole reads a short text as one message: one that the record has, or, if its lines had no findings, one that was
// wrapped.
func (in *reader) whole() {
	text := strings.TrimSpace(in.text.String())
	if in.long || text == "" {
		return
	}
	u := unit{line: 1, text: text}
	_, exact := seen().lookup(shape(text), nil)
	if f, ok := in.recorded(text, text); ok && exact {
		in.report.Findings, in.report.Unknown, in.at = []Finding{}, []Unknown{}, map[string]int{}
		f, _ = in.read(f, true, text, text)
		in.add(u, []Finding{f})
		return
	}
	if len(in.report.Findings) > 0 {
		return
	}
	if r, ok := bareOpenSSL(text); ok && in.options.Client == "" {
		in.report.Unknown = []Unknown{}
		f := Finding{Class: r.Class, Stacks: onOpenSSL(), Library: OpenSSL, Objector: Writer, Words: r.Contains}
		in.add(u, []Finding{in.sided(f, messages.Reading{}, "", text, text)})
		return
	}
	if n := strings.Count(text, "\n"); n == 0 || n > mostWrapped {
		return
	}
	for _, between := range []string{" ", ""} {
		flat := lineEnd.ReplaceAllString(text, between)
		if found := in.find(unit{line: 1, text: flat}); len(found) > 0 && flat != text {
			in.report.Unknown = []Unknown{}
			in.add(unit{line: 1, text: flat}, found)
			return
		}
	}
}
