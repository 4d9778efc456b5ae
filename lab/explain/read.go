package explain

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// The room in a report.
const (
	mostFindings = 200
	mostUnknown  = 20
	longestQuote = 4 << 10 // bytes

	mostRemembered = 4 << 20 // bytes of messages whose like need not be read again
)

// ReadFrom reads a log. It keeps no more of it than a report holds, however long it is. An error is that of
// the reader, with the report of what came before it, or that of options that are wrong.
func ReadFrom(r io.Reader, o Options) (Report, error) {
	if o.Client != "" && !slices.Contains(Clients(), o.Client) {
		return Report{}, fmt.Errorf("no client %q is known: want one of %s", o.Client, strings.Join(Clients(), ", "))
	}
	in := &reader{options: o, report: Report{Schema: Schema, Findings: []Finding{}, Unknown: []Unknown{}}, at: map[string]int{}, unknown: map[string]bool{}, memory: map[string][]Finding{}}
	g := &grouper{emit: in.unit}
	lines, err := eachLine(r, func(n int, line string) {
		in.keep(line)
		g.add(n, line)
	})
	g.flush()
	in.settle()
	in.whole()
	in.report.Lines = lines
	return in.report, err
}

// reader makes a report of messages.
type reader struct {
	options Options
	report  Report
	at      map[string]int  // where in the report a finding is
	unknown map[string]bool // shapes of unknown lines
	pending *unit           // a message that told nothing, and may go on in the next line
	text    strings.Builder // the text while it is short: it may be one message
	long    bool            // it is not

	memory     map[string][]Finding // what messages told, by their text without numbers
	remembered int                  // bytes of those texts
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
	return tls.in(text) || connecting.in(text) && texts().in(text) || strings.Contains(text, `\u00`)
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
			in.pending = &u
			return
		}
	}
	in.add(u, found)
}

// known finds what a message tells, and remembers it for messages that differ in numbers alone.
func (in *reader) known(u unit) []Finding {
	key := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return '0'
		}
		return r
	}, u.text)
	if found, ok := in.memory[key]; ok {
		return found
	}
	found := in.find(u)
	if in.remembered += len(key); in.remembered < mostRemembered {
		in.memory[key] = found
	}
	return found
}

// joined reports whether a message goes on with the one that is pending and told nothing, and together they
// tell something. Lines that a log begins with a time begin a message.
func (in *reader) joined(u unit) bool {
	if begins.MatchString(u.text) || strings.Contains(u.text, "\n") {
		return false
	}
	for _, between := range []string{" ", ""} {
		both := unit{in.pending.line, in.pending.text + between + u.text}
		if found := in.find(both); len(found) > 0 && found[0].Class != "" {
			if len(in.find(u)) > 0 && found[0].Words != "" && strings.Contains(u.text, found[0].Words) {
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
	if u := in.pending; u != nil {
		in.pending = nil
		in.add(*u, in.find(*u))
	}
}

// failing matches words of failing, in any line that speaks of TLS.
var failing = regexp.MustCompile(`(?i)\b(error|fail|failed|failure|alert|refused|rejected|invalid|unable|cannot|could not|denied|mismatch|untrusted|not trusted|bad|fatal|exception)\b|Error\b|Exception\b`)

// add puts what was found in a message into the report.
func (in *reader) add(u unit, found []Finding) {
	if len(found) == 0 && tls.in(u.text) && failing.MatchString(u.text) {
		in.addUnknown(u)
	}
	for _, f := range found {
		f.Line, f.Count = u.line, 1
		key := fmt.Sprint(f.Class, f.Possible, f.Stacks, f.Server, f.Objector)
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
	quote := clip(tellingLine(u.text))
	s := shape(quote)
	switch {
	case in.unknown[s]:
		return
	case len(in.report.Unknown) == mostUnknown:
		in.report.Left++
		return
	}
	in.unknown[s] = true
	in.report.Unknown = append(in.report.Unknown, Unknown{Line: u.line, Quote: quote, Nearest: append([]Near{}, seen().near(s)...)})
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

// whole reads a short text as one message, where its lines told nothing: one that the record has, or
// one that was wrapped. Where still nobody knows it, it is shown with what is nearest.
func (in *reader) whole() {
	text := strings.TrimSpace(in.text.String())
	if in.long || text == "" {
		return
	}
	u := unit{1, text}
	if f, ok := in.recorded(text, text); ok {
		in.report.Findings, in.report.Unknown, in.at = []Finding{}, []Unknown{}, map[string]int{}
		in.add(u, []Finding{f})
		return
	}
	if len(in.report.Findings) > 0 {
		return
	}
	for _, between := range []string{" ", ""} {
		if strings.Count(text, "\n") > 12 {
			break
		}
		flat := regexp.MustCompile(`\s*\n\s*`).ReplaceAllString(text, between)
		if found := in.find(unit{1, flat}); len(found) > 0 && flat != text {
			in.report.Unknown = []Unknown{}
			in.add(unit{1, flat}, found)
			return
		}
	}
	if len(in.report.Unknown) == 0 && !strings.Contains(text, "\n") {
		if list := seen().near(shape(text)); len(list) > 0 {
			in.report.Unknown = append(in.report.Unknown, Unknown{Line: 1, Quote: clip(text), Nearest: list})
		}
	}
}

// members part messages that tell of several servers: PyMongo's, and those of the drivers for Java and Go.
var members = []*regexp.Regexp{
	regexp.MustCompile(`,(?:SSL handshake failed: )?[A-Za-z0-9][A-Za-z0-9.-]*:(?:\d{2,5}|PORT): `),
	regexp.MustCompile(`, \{address=`),
	regexp.MustCompile(`\}, \{ Addr: `),
}

// parts returns what a message tells of each server, without what it repeats behind.
func parts(text string) []string {
	if before, _, ok := strings.Cut(text, ", Topology Description: "); ok {
		text = before
	}
	for _, re := range members {
		cuts := re.FindAllStringIndex(text, -1)
		if cuts == nil {
			continue
		}
		head := text[:min(len(text), strings.IndexAny(text+":", ":")+1)]
		var list []string
		from := 0
		for _, cut := range cuts {
			list = append(list, text[from:cut[0]])
			from = cut[0] + 1
		}
		list = append(list, text[from:])
		for i := 1; i < len(list); i++ {
			list[i] = head + " " + strings.TrimSpace(list[i]) // whose words they are stands at the beginning
		}
		return list
	}
	return []string{text}
}

// find returns what a message tells.
func (in *reader) find(u unit) []Finding {
	texts := []string{u.text}
	if t := inner(u.text); t != "" {
		texts = append(texts, t)
	}
	var found []Finding
	for _, text := range texts {
		var list []Finding
		for _, part := range parts(text) {
			f, ok := in.one(strings.TrimSpace(part), u.text)
			if ok && !slices.ContainsFunc(list, func(o Finding) bool { return o.Class == f.Class && slices.Equal(o.Possible, f.Possible) }) {
				list = append(list, f)
			}
		}
		if len(found) == 0 || len(list) > 0 && found[0].Class == "" && list[0].Class != "" {
			found = list
		}
	}
	return found
}

// causes matches what stands between an exception of Java's and its cause.
var causes = regexp.MustCompile(`(?:\n\s*(?:at |\.\.\. |Suppressed: )[^\n]*)*\n\s*Caused by: `)

// one returns what a message about one connection tells; all is what it is part of.
func (in *reader) one(text, all string) (Finding, bool) {
	text = causes.ReplaceAllString(text, " <- ")
	who, marked := says(text)
	if !marked {
		who, marked = says(all)
	}
	if c := in.options.Client; c != "" {
		who, marked = speaker{stacks: []string{c}, server: isServer(c)}, true
	}
	f := Finding{Stacks: who.stacks, Server: who.server, Objector: Writer}
	if f, ok := in.byList(f, text, true); ok {
		return in.finish(f, text, all), true
	}
	if who.server {
		return in.byUntold(f, text, all)
	}
	if f, ok := in.recorded(text, all); ok {
		return f, true
	}
	if f, ok := in.byList(f, text, false); ok {
		return in.finish(f, text, all), true
	}
	if marked {
		for _, stack := range who.stacks {
			if r, ok := judged(stack, text); ok {
				return in.byRule(f, r, text, all), true
			}
		}
	}
	if !texts().in(text) {
		return in.byUntold(f, text, all)
	}
	var others []string
	var first verdict.Rule
	for _, stack := range inOrder() {
		r, ok := judged(stack, text)
		switch {
		case !ok:
		case len(others) == 0:
			first, others = r, []string{stack}
		case r.Class == first.Class && r.Contains == first.Contains:
			others = append(others, stack)
		}
	}
	if len(others) > 0 {
		if !marked {
			f.Stacks = others
		}
		return in.byRule(f, first, text, all), true
	}
	return in.byUntold(f, text, all)
}

// byList tries the lists of this package: of servers, or of clients.
func (in *reader) byList(f Finding, text string, server bool) (Finding, bool) {
	if !tls.in(text) && !f.Server {
		return f, false
	}
	lists := [][]rule{ofClients}
	if server {
		if !f.Server {
			return f, false
		}
		lists = [][]rule{fromClients, ofServers}
	}
	for n, list := range lists {
		for _, r := range list {
			i := slices.IndexFunc(r.words, func(w string) bool { return strings.Contains(text, w) })
			if i < 0 || r.by != "" && !slices.Contains(f.Stacks, r.by) {
				continue
			}
			f.Class, f.Possible, f.Words = r.class, r.possible, r.words[i]
			if r.peer || server && n == 0 {
				f.Objector = Peer
			}
			return f, true
		}
	}
	return f, false
}

// byUntold tries the words that tell no cause.
func (in *reader) byUntold(f Finding, text, all string) (Finding, bool) {
	for _, r := range untold {
		for _, w := range r.words {
			if strings.Contains(text, w) {
				f.Possible, f.Words = r.possible, w
				return in.finish(f, text, all), true
			}
		}
	}
	return f, false
}

// recorded finds a message in the record.
func (in *reader) recorded(text, all string) (Finding, bool) {
	who, _ := says(all)
	stacks := who.stacks
	if in.options.Client != "" {
		stacks = []string{in.options.Client}
	}
	whole := strings.TrimSpace(in.text.String()) == strings.TrimSpace(all) && !in.long
	candidates := []string{text}
	if lines := strings.Split(text, "\n"); len(lines) > 1 {
		candidates = append(candidates, strings.TrimSpace(lines[len(lines)-1]), strings.TrimSpace(lines[0]))
	}
	if !whole && !tls.in(text) {
		return Finding{}, false
	}
	for _, c := range candidates {
		s := shape(c)
		for {
			if whole && c == text || tls.in(s) && len(s) >= 20 {
				if hit, ok := seen().lookup(s, stacks); ok {
					return in.finish(Finding{
						Class: hit.class, Possible: hit.possible, Stacks: hit.stacks, Scenarios: hit.scenarios, Seen: true, Objector: Writer, Words: c,
					}, text, all), true
				}
			}
			_, after, ok := strings.Cut(s, ": ")
			if !ok {
				break
			}
			s = after
		}
	}
	return Finding{}, false
}

// byRule makes a finding of a rule of lab/verdict.
func (in *reader) byRule(f Finding, r verdict.Rule, text, all string) Finding {
	f.Class, f.Words = r.Class, r.Contains
	if r.Class == verdict.Untold {
		f.Class, f.Possible = "", possible(f.Stacks, r.Contains)
	}
	return in.finish(f, text, all)
}

// possible returns what the record has for messages that tell no cause, the most frequent first.
func possible(stacks []string, words string) []failure.Class {
	count := map[failure.Class]int{}
	for _, m := range seen().messages {
		if m.FromAlert && slices.Contains(stacks, m.Stack) && strings.Contains(m.Message, words) {
			count[m.Class]++
		}
	}
	if len(count) == 0 {
		return anyCertificate
	}
	return slices.SortedFunc(maps.Keys(count), func(a, b failure.Class) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
}

// refusedByPeer matches the alerts by which the other side tells that it refused.
var refusedByPeer = regexp.MustCompile(`\balert\b|_ALERT_|remote error: tls|fatal alert|SERVER ALERT|Received alert|received alert|sent a TLS alert|TLSV1_UNRECOGNIZED_NAME|tlsv1 unrecognized name`)

// finish fills in what is the same for all findings.
func (in *reader) finish(f Finding, text, all string) Finding {
	if refusedByPeer.MatchString(text) && !strings.Contains(text, "generated ") {
		f.Objector = Peer
	}
	switch f.Class {
	case failure.UnexpectedEOF, failure.ConnectionReset, failure.ConnectionRefused, failure.ClientCertificateRequired:
		if !f.Server {
			f.Objector = Peer
		}
	}
	if len(f.Stacks) == 0 {
		f.Stacks = []string{}
	}
	f.BeforeTLS = beforeTLS[f.Class]
	f.Quote = clip(quoted(all, f.Words))
	if !f.Server {
		f.Host, f.Port = address(text)
		if f.Host == "" {
			f.Host, f.Port = address(all)
		}
	}
	f.Scenarios = reproducing(f)
	return f
}

// quoted returns the line of a message that has the words, the last if several have; else the first.
func quoted(all, words string) string {
	lines := strings.Split(all, "\n")
	for _, line := range slices.Backward(lines) {
		if words != "" && strings.Contains(line, words) {
			return strings.TrimSpace(line)
		}
	}
	for _, line := range slices.Backward(lines) {
		if tls.in(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[0])
}

// clip returns a quote of bounded length.
func clip(s string) string {
	if len(s) <= longestQuote {
		return s
	}
	return strings.ToValidUTF8(s[:longestQuote], "") + "…"
}

// inOrder returns the stacks that there are rules for, the commoner first.
func inOrder() []string {
	list := verdict.Stacks()
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
