package explain

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// members part messages that tell of several servers (PyMongo's, and those of the drivers for Java and Go), or of
// several faults (.NET's SslPolicyErrors).
var members = []*regexp.Regexp{
	regexp.MustCompile(`,(?:SSL handshake failed: )?[A-Za-z0-9][A-Za-z0-9.-]*:(?:\d{2,5}|PORT): `),
	regexp.MustCompile(`\) SSL handshake failed: [A-Za-z0-9][A-Za-z0-9.-]*:(?:\d{2,5}|PORT): `),
	regexp.MustCompile(`, \{address=`),
	regexp.MustCompile(`\}, \{ Addr: `),
	regexp.MustCompile(`, (?:RemoteCertificateNameMismatch|RemoteCertificateChainErrors|NotTimeValid|PartialChain|` +
		`UntrustedRoot|RevocationStatusUnknown)\b`),
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
		var list []string
		from := 0
		for _, cut := range cuts {
			list = append(list, text[from:cut[0]])
			from = cut[0] + 1
		}
		list = append(list, text[from:])
		return list
	}
	return []string{text}
}

// first returns a list without what is beyond a number of its members.
func first(n int, list []string) []string { return list[:min(n, len(list))] }

// find returns what a message tells.
func (in *reader) find(u unit) []Finding {
	all := narrow(u.text)
	texts := []string{all}
	if t := inner(u.text); t != "" {
		texts = append(texts, narrow(t))
	}
	var found []Finding
	for _, text := range texts {
		var list []Finding
		for _, part := range first(mostParts, parts(text)) {
			f, ok := in.one(strings.TrimSpace(part), all)
			if ok && !slices.ContainsFunc(list, func(o Finding) bool {
				return o.Class == f.Class && slices.Equal(o.Possible, f.Possible)
			}) {
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
	if strings.Contains(text, "Caused by: ") {
		text = causes.ReplaceAllString(text, " <- ")
	}
	who, marked := says(text)
	if !marked {
		who, marked = says(all)
	}
	if c := in.options.Client; c != "" {
		who, marked = speaker{stacks: []string{c}, server: isServer(c)}, true
	}
	f := Finding{Stacks: who.stacks, Server: who.server, Setup: who.own, Objector: Writer}
	if !deciding().in(text) { // as most lines that speak of TLS
		if who.server || who.own {
			return f, false
		}
		return in.recorded(text, all)
	}
	if who.server || who.own {
		if f, ok := in.byList(f, text, fromClients, ofServers); ok {
			return in.finish(f, text, all), true
		}
		return in.byUntold(f, text, all)
	}
	if f, ok := in.byList(f, text, insteadOfRecord); ok {
		return in.finish(f, text, all), true
	}
	if f, ok := in.recorded(text, all); ok {
		return f, true
	}
	if f, ok := in.byList(f, text, ofClients, inTheClear); ok {
		return in.finish(f, text, all), true
	}
	if marked {
		if r, _ := mostTelling(who.words(), text); r.Class != "" {
			return in.byRule(f, r, text, all), true
		}
	}
	if !texts().in(text) {
		return in.byUntold(f, text, all)
	}
	first, others := mostTelling(inOrder(), text)
	if first.Class == messages.Untold { // of another stack's: what it stands for there is not what it does here
		if f, ok := in.byUntold(f, text, all); ok {
			return f, true
		}
	}
	if len(others) > 0 {
		if !marked {
			f.Stacks = others
			if list, ok := ofOpenSSL(text, first.Class); ok {
				f.Stacks, f.Library = list, OpenSSL
			}
		}
		return in.byRule(f, first, text, all), true
	}
	return in.byUntold(f, text, all)
}

// mostTelling returns the rule that tells most of a message, of those of some stacks that count in it, and the stacks
// that have it. The first stack's is that of several that tell as much.
func mostTelling(stacks []string, text string) (most messages.Rule, by []string) {
	for _, stack := range stacks {
		r, ok := judged(stack, text)
		switch {
		case !ok:
		case len(by) == 0 || messages.MoreTelling(r, most):
			most, by = r, []string{stack}
		case r == most:
			by = append(by, stack)
		}
	}
	return most, by
}

// byList tries lists of this package.
func (in *reader) byList(f Finding, text string, lists ...[]rule) (Finding, bool) {
	known := tls.in(text) || f.Server || f.Setup
	for n, list := range lists {
		for _, r := range list {
			i := slices.IndexFunc(r.words, func(w string) bool { return strings.Contains(text, w) })
			if i < 0 || !known && !r.sure || r.by != "" && !slices.Contains(f.Stacks, r.by) {
				continue
			}
			f.Class, f.Possible, f.Words = r.class, r.possible, r.words[i]
			switch {
			case r.either:
				f.Objector = Either
			case r.peer || f.Server && n == 0: // fromClients
				f.Objector = Peer
			}
			if len(f.Stacks) == 0 {
				if list, ok := ofOpenSSL(text, f.Class); ok {
					f.Stacks, f.Library = list, OpenSSL
				} else if r.library != "" {
					f.Stacks, f.Library = onOpenSSL(), r.library
				}
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
			if strings.Contains(text, w) && (r.by == "" || slices.Contains(f.Stacks, r.by)) {
				f.Possible, f.Words = r.possible, w
				if r.either {
					f.Objector = Either
				}
				if r.library != "" && len(f.Stacks) == 0 {
					f.Stacks, f.Library = onOpenSSL(), r.library
				}
				return in.finish(f, text, all), true
			}
		}
	}
	return f, false
}

// recorded finds a message in the record.
func (in *reader) recorded(text, all string) (Finding, bool) {
	if _, ok := in.byList(Finding{}, text, insteadOfRecord); ok {
		return Finding{}, false
	}
	who, marked := says(all)
	stacks := who.words()
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
		one := whole && c == text
		if !one && !texts().in(c) { // no message of the record is without the words of a rule
			continue
		}
		hit, ok := seen().find(shape(c), stacks, func(s string, hit sighting) bool {
			return (one || tls.in(s) && len(s) >= 20) && (hit.class != failure.MissingFile ||
				!strings.Contains(s, "PATH") || keyName.MatchString(c))
		})
		if !ok {
			continue
		}
		f := Finding{
			Class: hit.class, Possible: hit.possible, Stacks: hit.stacks, Scenarios: hit.scenarios, Seen: true,
			Objector: Writer, Words: c,
		}
		if len(stacks) > 0 && !slices.ContainsFunc(hit.stacks, func(s string) bool {
			return slices.Contains(stacks, s)
		}) {
			f.Stacks, f.Seen = stacks, false // others have said so, and not this one
		}
		if in.options.Client == "" {
			f = in.attributed(f, who, marked, text, c)
		}
		return in.finish(f, text, all), true
	}
	return Finding{}, false
}

// attributed says whose a recorded message is: the record knows who has said it in the lab, and others may say
// the same. What is OpenSSL's own text is any program's that uses it; a mark in the message outranks the record.
func (in *reader) attributed(f Finding, who speaker, marked bool, text, words string) Finding {
	if !marked {
		if list, ok := ofOpenSSL(words, f.Class); ok {
			f.Stacks, f.Library = list, OpenSSL
		}
		return f
	}
	bears := func(stack string) bool { return messages.Marked(text, stack) }
	if len(who.speaks) > 0 || slices.ContainsFunc(who.stacks, bears) && !slices.ContainsFunc(f.Stacks, bears) {
		f.Stacks = who.stacks
	}
	return f
}

// byRule makes a finding of a rule of lab/messages.
func (in *reader) byRule(f Finding, r messages.Rule, text, all string) Finding {
	f.Class, f.Words = r.Class, r.Contains
	if r.Class == messages.Untold {
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
	for _, m := range seen().messages { // no stack of the lab's, and perhaps on the library of one
		if len(count) == 0 && m.FromAlert && strings.Contains(m.Message, words) {
			return possible([]string{m.Stack}, words)
		}
	}
	if len(count) == 0 {
		return anyCertificate
	}
	return likelier(count)
}

// refusedByPeer matches the alerts by which the other side tells that it refused.
var refusedByPeer = regexp.MustCompile(`\balert\b|_ALERT_|remote error: tls|fatal alert|SERVER ALERT|Received alert|` +
	`received alert|sent a TLS alert|TLSV1_UNRECOGNIZED_NAME|tlsv1 unrecognized name`)

// finish fills in what is the same for all findings.
func (in *reader) finish(f Finding, text, all string) Finding {
	if f.Objector == Writer && !f.Setup && refusedByPeer.MatchString(text) && !strings.Contains(text, "generated ") {
		f.Objector = Peer
	}
	switch f.Class {
	case failure.UnexpectedEOF, failure.ConnectionReset, failure.ConnectionRefused, failure.ClientCertificateRequired:
		if !f.Server && !f.Setup {
			f.Objector = Peer
		}
	}
	if len(f.Stacks) == 0 {
		f.Stacks = []string{}
	}
	f.BeforeTLS = beforeTLS[f.Class]
	f.Quote = clip(quoted(all, f.Words))
	if !strings.Contains(all, "\n") && len(text) < len(all) && strings.Contains(text, f.Words) {
		f.Quote = clip(text) // what it tells of one server
	}
	if !f.Server && !f.Setup {
		f.Host, f.Port = address(text)
		if f.Host == "" {
			f.Host, f.Port = address(all)
		}
	}
	f.Aspects = aspectsOf(f, text)
	f.Scenarios = leading(f.showing(), f.Scenarios)
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
	list := messages.Stacks()
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
