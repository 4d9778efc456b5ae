package explain

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios/failure"
)

// members match where a message goes on to the next server (PyMongo and MongoDB's drivers for Java and Go) or to the
// next fault (.NET's SslPolicyErrors).
var members = []*lazyregexp.Regexp{
	lazyregexp.New(`,(?:SSL handshake failed: )?[A-Za-z0-9][A-Za-z0-9.-]*:(?:\d{2,5}|PORT): `),
	lazyregexp.New(`\) SSL handshake failed: [A-Za-z0-9][A-Za-z0-9.-]*:(?:\d{2,5}|PORT): `),
	lazyregexp.New(`, \{address=`),
	lazyregexp.New(`\}, \{ Addr: `),
	lazyregexp.New(`, (?:RemoteCertificateNameMismatch|RemoteCertificateChainErrors|NotTimeValid|PartialChain|` +
		`UntrustedRoot|RevocationStatusUnknown)\b`),
}

// parts returns what a message says about each server, without the details that repeat it at the end.
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

// first returns at most the first n members of a list.
func first(n int, list []string) []string { return list[:min(n, len(list))] }

// find returns the findings of a message.
func (in *reader) find(u unit) []Finding { return in.findIn(u, narrow(u.text)) }

// findIn returns the findings of a message that is part of a longer text.
func (in *reader) findIn(u unit, all string) []Finding {
	texts := []string{narrow(u.text)}
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

// causes matches the text between a Java exception and its cause.
var causes = lazyregexp.New(`(?:\n\s*(?:at |\.\.\. |Suppressed: )[^\n]*)*\n\s*Caused by: `)

// one returns what a message about one connection tells, by its words, codes and phrases; all is the whole message that
// it is part of.
func (in *reader) one(text, all string) (Finding, bool) {
	f, ok := in.byWords(text, all)
	return in.read(f, ok, text, all)
}

// byWords returns what the words of a message tell.
func (in *reader) byWords(text, all string) (Finding, bool) {
	if strings.Contains(text, "Caused by: ") {
		text = causes.ReplaceAllString(text, " <- ")
	}
	who, marked := says(text)
	if !marked {
		who, marked = says(all)
	}
	if writtenBy(all) == phrases.Server && !who.own {
		who.server, marked = true, true
	}
	if c := in.options.Client; c != "" {
		who, marked = speaker{stacks: []string{c}, server: isServer(c)}, true
	}
	f := Finding{Stacks: who.stacks, Server: who.server, Setup: who.own, Objector: Writer}
	if !deciding().In(text) { // so it is with most lines about TLS
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
	if !texts().In(text) {
		return in.byUntold(f, text, all)
	}
	first, others := mostTelling(inOrder(), text)
	if first.Class == messages.Untold { // another stack's: there the words stand for other classes
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

// mostTelling returns the most telling rule that some stacks have for a message, and the stacks that have it. If rules
// are equally telling, it is that of the first stack.
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

// byList makes a finding of the first rule of some lists that fits.
func (in *reader) byList(f Finding, text string, lists ...[]rule) (Finding, bool) {
	known := tls.In(text) || f.Server || f.Setup
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

// byUntold makes a finding of words that name no cause.
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

// recorded makes a finding of a message that is in the record.
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
	if !whole && !tls.In(text) {
		return Finding{}, false
	}
	for _, c := range candidates {
		one := whole && c == text
		if !one && !texts().In(c) { // every message of the record has the words of a rule
			continue
		}
		hit, ok := seen().find(shape(c), stacks, func(s string, hit sighting) bool {
			return (one || tls.In(s) && len(s) >= 20) && (hit.class != failure.MissingFile ||
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
			f.Stacks, f.Seen = stacks, false // only other stacks have said so
		}
		if in.options.Client == "" {
			f = in.attributed(f, who, marked, text, c)
		}
		return in.finish(f, text, all), true
	}
	return Finding{}, false
}

// attributed tells whose a recorded message is. The record knows which stacks wrote it in the lab, but others may write
// the same: OpenSSL's own texts come from any program that uses it. A mark in the message outranks the record.
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

// byRule makes a finding of a message by a rule of lab/messages.
func (in *reader) byRule(f Finding, r messages.Rule, text, all string) Finding {
	f.Class, f.Words = r.Class, r.Contains
	if r.Class == messages.Untold {
		f.Class, f.Possible = "", possible(f.Stacks, r.Contains)
		if strings.Contains(r.Contains, "handshake") {
			f.Objector = Either
		}
	}
	return in.finish(f, text, all)
}

// possible returns the classes that the record has for words that name no cause, the likeliest first.
func possible(stacks []string, words string) []failure.Class {
	count := map[failure.Class]int{}
	for _, m := range seen().messages {
		if m.FromAlert && slices.Contains(stacks, m.Stack) && strings.Contains(m.Message, words) {
			count[m.Class]++
		}
	}
	for _, m := range seen().messages { // not one of the lab's stacks, but it may use the same library
		if len(count) == 0 && m.FromAlert && strings.Contains(m.Message, words) {
			return possible([]string{m.Stack}, words)
		}
	}
	if len(count) == 0 {
		return anyCertificate
	}
	return likelier(count)
}

// refusedByPeer matches alerts by which the other side says that it refused.
var refusedByPeer = lazyregexp.New(`\balert\b|_ALERT_|remote error: tls|fatal alert|SERVER ALERT|Received alert|` +
	`received alert|sent a TLS alert|TLSV1_UNRECOGNIZED_NAME|tlsv1 unrecognized name`)

// finish fills in the fields that do not depend on how the finding was made.
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
		f.Quote = clip(text) // the part about one server
	}
	if !f.Server && !f.Setup {
		f.Host, f.Port = address(text)
		if f.Host == "" {
			f.Host, f.Port = address(all)
		}
	}
	if in.naming != all {
		in.naming, in.named = all, namedIn(all)
	}
	f.Protocol = in.named
	f.Aspects = aspectsOf(f, text)
	f.Scenarios = leading(f.showing(), f.Scenarios)
	f.Scenarios = reproducing(f)
	return f
}

// quoted returns the last line of a message that has the words, or else the last about TLS, or else the first.
func quoted(all, words string) string {
	lines := strings.Split(all, "\n")
	for _, line := range slices.Backward(lines) {
		if words != "" && strings.Contains(line, words) {
			return strings.TrimSpace(line)
		}
	}
	for _, line := range slices.Backward(lines) {
		if tls.In(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[0])
}

// clip cuts a quote to a bounded length.
func clip(s string) string {
	if len(s) <= longestQuote {
		return s
	}
	return strings.ToValidUTF8(s[:longestQuote], "") + "…"
}

// inOrder returns the stacks that have rules, the more common first.
func inOrder() []string {
	list := messages.Stacks()
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
