package explain

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"example.com/tlslab/lab/internal/near"
	"example.com/tlslab/lab/messages"
)

// The room in a report.
const (
	mostFindings = 200
	mostUnknown  = 20
	longestQuote = 4 << 10 // bytes

	// lines without room in a report, each compared with those that have it; of more it only counts
	mostCompared   = 2_000
	mostRemembered = 4 << 20 // bytes of messages whose like need not be read again
)

// ReadFrom reads a log: in UTF-8, or in UTF-16 with a byte order mark, as Windows PowerShell writes it. It keeps
// no more of it than a report holds, however long it is. The time that it takes grows with the length of the log and
// no faster, whatever the log holds. An error is that of the reader or of the context, with the report of what came
// before it, or that of options that are wrong.
func ReadFrom(ctx context.Context, r io.Reader, o Options) (Report, error) {
	if o.Client != "" && !slices.Contains(Clients(), o.Client) {
		return Report{}, fmt.Errorf(
			"no client %q is known%s: want one of %s", o.Client, near.Hint(o.Client, Clients()),
			strings.Join(Clients(), ", "),
		)
	}
	in := &reader{
		options: o, report: Report{Schema: Schema, Findings: []Finding{}, Unknown: []Unknown{}}, at: map[string]int{},
		unknown: map[string]bool{}, memory: map[string][]Finding{}, shapes: map[string]string{},
	}
	g := &grouper{emit: in.unit}
	lines, err := eachLine(ctx, transform.NewReader(r, unicode.BOMOverride(transform.Nop)), func(n int, line string) {
		in.keep(line)
		g.add(n, line)
	})
	if ctx.Err() == nil {
		g.flush()
		in.settle()
		in.whole()
	}
	in.report.Lines = lines
	return in.report, err
}

// reader makes a report of messages.
type reader struct {
	options Options
	report  Report
	at      map[string]int  // where in the report a finding is
	unknown map[string]bool // shapes of unknown lines
	pending *pending        // a message that told nothing, and may go on in the next line
	text    strings.Builder // the text while it is short: it may be one message
	long    bool            // it is not

	memory     map[string][]Finding // what messages told, by their likeness
	shapes     map[string]string    // shapes of unknown lines, by their likeness
	remembered int                  // bytes of what both are by
}

// pending is a message that told nothing by itself.
type pending struct {
	unit
	found []Finding
}

// short is up to how many bytes a text may be one message.
const short = 8 << 10

func (in *reader) keep(line string) {
	if in.long = in.long || in.text.Len()+len(line) > short; !in.long {
		in.text.WriteString(uncolored(line))
		in.text.WriteByte('\n')
	}
}

// telling reports whether a message has words of any rule: most lines of a log have none.
func telling(text string) bool {
	return tls.in(text) || connecting.in(text) && texts().in(text) || strings.Contains(text, `\u00`) ||
		certain().in(text)
}

// unit reads a message.
func (in *reader) unit(u unit) {
	if in.pending != nil && in.joined(u) {
		return
	}
	in.settle()
	if !telling(u.text) && !keyFile(u.text) {
		return
	}
	found := in.known(u)
	if len(found) == 0 || len(found) == 1 && found[0].Class == "" {
		if !strings.Contains(u.text, "\n") && len(u.text) >= 40 && tls.in(u.text) { // it may have been wrapped
			in.pending = &pending{u, found}
			return
		}
	}
	in.add(u, found)
}

// known finds what a message tells, and remembers it for messages of the same likeness.
func (in *reader) known(u unit) []Finding {
	key := likeness(u.text)
	if found, ok := in.memory[key]; ok {
		return found
	}
	found := in.find(u)
	if in.room(key) {
		in.memory[key] = found
	}
	return found
}

// room reports whether there is room to remember something by a key, and takes it.
func (in *reader) room(key string) bool {
	in.remembered += len(key)
	return in.remembered < mostRemembered
}

// mostJoined is how much of two lines is read as one that was wrapped, in bytes of each.
const mostJoined = 4 << 10

// joined reports whether a message goes on with the one that is pending and told nothing, and together they
// tell something. Lines that a log begins with a time begin a message.
func (in *reader) joined(u unit) bool {
	if begins.MatchString(u.text[:min(len(u.text), beginning)]) || strings.Contains(u.text, "\n") {
		return false
	}
	before := in.pending.text[max(0, len(in.pending.text)-mostJoined):]
	after := u.text[:min(len(u.text), mostJoined)]
	for _, between := range []string{" ", ""} {
		both := unit{in.pending.line, strings.ToValidUTF8(before+between+after, "")}
		if !adds(before, both.text) {
			continue
		}
		if found := in.find(both); len(found) > 0 && found[0].Class != "" {
			if len(in.known(u)) > 0 && found[0].Words != "" && strings.Contains(u.text, found[0].Words) {
				return false // it says so alone
			}
			in.pending = nil
			in.add(both, found)
			return true
		}
	}
	return false
}

// settle reports a message that was pending.
func (in *reader) settle() {
	if p := in.pending; p != nil {
		in.pending = nil
		in.add(p.unit, p.found)
	}
}

// failing matches words of failing, in any line that speaks of TLS.
var failing = regexp.MustCompile(`(?i)\b(error|fail|failed|failure|alert|refused|rejected|invalid|unable|cannot|` +
	`could not|denied|mismatch|untrusted|not trusted|bad|fatal|exception)\b|Error\b|Exception\b`)

// add puts what was found in a message into the report.
func (in *reader) add(u unit, found []Finding) {
	if len(found) == 0 && failing.MatchString(narrow(u.text)) && (tls.in(u.text) ||
		messages.AboutVerifying(u.text) && strings.Contains(u.text, "ertificate")) {
		in.addUnknown(u)
	}
	for _, f := range found {
		f.Line, f.Count = u.line, 1
		key := fmt.Sprint(f.Class, f.Possible, f.Stacks, f.Server, f.Setup, f.Objector, f.Aspects)
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
	in.report.Unknown = append(in.report.Unknown, Unknown{
		Line: u.line, Quote: quote, Nearest: append([]Near{}, seen().near(s)...),
	})
}

// shape returns the shape of an unknown line, and remembers it for those of the same likeness.
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

// tellingLine returns the line of an unknown message to show: the last that speaks of failing.
func tellingLine(text string) string {
	lines := strings.Split(text, "\n")
	for _, line := range slices.Backward(lines) {
		if failing.MatchString(line) && tls.in(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[0])
}

// mostWrapped is into how many lines a message may be wrapped.
const mostWrapped = 12

var lineEnd = regexp.MustCompile(`\s*\n\s*`)

// whole reads a short text as one message, where its lines told nothing: one that the record has, or
// one that was wrapped.
func (in *reader) whole() {
	text := strings.TrimSpace(in.text.String())
	if in.long || text == "" {
		return
	}
	u := unit{1, text}
	_, exact := seen().lookup(shape(text), nil)
	if f, ok := in.recorded(text, text); ok && exact {
		in.report.Findings, in.report.Unknown, in.at = []Finding{}, []Unknown{}, map[string]int{}
		in.add(u, []Finding{f})
		return
	}
	if len(in.report.Findings) > 0 {
		return
	}
	if r, ok := bareOpenSSL(text); ok && in.options.Client == "" {
		in.report.Unknown = []Unknown{}
		in.add(u, []Finding{
			in.finish(Finding{
				Class: r.Class, Stacks: onOpenSSL(), Library: OpenSSL, Objector: Writer, Words: r.Contains,
			}, text, text),
		})
		return
	}
	if n := strings.Count(text, "\n"); n == 0 || n > mostWrapped {
		return
	}
	for _, between := range []string{" ", ""} {
		flat := lineEnd.ReplaceAllString(text, between)
		if found := in.find(unit{1, flat}); len(found) > 0 && flat != text {
			in.report.Unknown = []Unknown{}
			in.add(unit{1, flat}, found)
			return
		}
	}
}
