package explain

import (
	"cmp"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/messages/phrases"
)

// The limits on what is kept of a log, so that lines that belong together can be read together.
const (
	mostThreads   = 64 // that are open at once
	mostEntries   = 12 // messages of one thread
	mostRecent    = 64 // lines before a message that may tell who wrote it
	longestRecent = 512
)

// thread is the messages of a log with the same connection, request or thread.
type thread struct {
	marks   []mark
	before  []string // lines before it that tell who wrote them
	entries []entry
	last    int // the line of the last message
	size    int // of the messages, in bytes
}

// entry is a message of a thread.
type entry struct {
	unit
	found []Finding
}

// recent are the last lines of a log.
type recent struct {
	lines [mostRecent]string
	next  int
}

func (r *recent) add(line string) {
	r.lines[r.next%mostRecent] = line[:min(len(line), longestRecent)]
	r.next++
}

// place adds the findings of a message to its thread, if its line has the marks of one, or else to the report.
func (in *reader) place(u unit, found []Finding) {
	if len(found) == 0 && !isUnknown(u) {
		return
	}
	traits := in.traitsOf(u)
	list := traits.marksIn(u.text)
	if len(list) == 0 {
		in.add(u, found)
		return
	}
	in.expire(u.line)
	i := slices.IndexFunc(in.threads, func(t *thread) bool { return t.takes(u.line, list) })
	if i >= 0 && (in.threads[i].repeats(found) || in.threads[i].others(u.text, list)) {
		in.end(i)
		i = -1
	}
	if i < 0 {
		if len(in.threads) == mostThreads {
			in.end(0)
		}
		t := &thread{marks: list}
		if !traits.voiced {
			t.before = in.before(u, list)
		}
		in.threads = append(in.threads, t)
		i = len(in.threads) - 1
	}
	t := in.threads[i]
	for _, m := range list {
		if !has(t.marks, m.name) {
			t.marks = append(t.marks, m)
		}
	}
	t.entries, t.last, t.size = append(t.entries, entry{u, found}), u.line, t.size+len(u.text)
	if len(t.entries) == mostEntries || t.size > longestRead {
		in.end(i)
	}
}

// expire ends the threads that are too far back for any further line.
func (in *reader) expire(line int) {
	for i := 0; i < len(in.threads); {
		if t := in.threads[i]; t.last+int(t.farthest()) < line {
			in.end(i)
			continue
		}
		i++
	}
}

func (t *thread) farthest() (most reach) {
	for _, m := range t.marks {
		most = max(most, m.reach)
	}
	return most
}

// takes reports whether a message with some marks belongs to the thread: a mark is the same and near enough, and no
// mark of the same name is another.
func (t *thread) takes(line int, list []mark) bool {
	same := false
	for _, m := range list {
		for _, own := range t.marks {
			switch {
			case own.name != m.name:
			case own.value != m.value:
				return false
			case line-t.last <= int(m.reach):
				same = true
			}
		}
	}
	return same
}

// others reports whether a message of the same thread or process names other peers than the messages before it, so that
// it is about another connection.
func (t *thread) others(text string, list []mark) bool {
	return !t.sure(list) && slices.ContainsFunc(t.entries, func(e entry) bool {
		return differ(sockets(e.text), sockets(text))
	})
}

// sure reports whether one of some marks is that of a connection, and the thread's, too.
func (t *thread) sure(list []mark) bool {
	return slices.ContainsFunc(list, func(m mark) bool { return m.reach == ofConnection && slices.Contains(t.marks, m) })
}

// repeats reports whether a message has the words of another of the thread. Then something failed again.
func (t *thread) repeats(found []Finding) bool {
	return len(found) > 0 && slices.ContainsFunc(t.entries, func(e entry) bool {
		return len(e.found) > 0 && e.found[0].Words == found[0].Words && e.found[0].Class == found[0].Class
	})
}

// peer matches the address and the port of a peer.
var peer = lazyregexp.New(`\d{1,3}(?:\.\d{1,3}){3}[:.]\d{3,5}\b`)

func sockets(text string) []string { return peer.FindAllString(text[:min(len(text), beginning)], 8) }

// differ reports whether two messages both name peers, and none in common.
func differ(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 &&
		!slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// endAll ends all threads, the oldest first.
func (in *reader) endAll() {
	for len(in.threads) > 0 {
		in.end(0)
	}
	slices.SortStableFunc(in.report.Findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	slices.SortStableFunc(in.report.Unknown, func(a, b Unknown) int { return cmp.Compare(a.Line, b.Line) })
	for i, f := range in.report.Findings {
		in.at[f.key()] = i
	}
}

// end adds what the messages of a thread tell together to the report.
func (in *reader) end(i int) {
	t := in.threads[i]
	in.threads = slices.Delete(in.threads, i, i+1)
	if len(t.before) > 0 || len(t.entries) > 1 {
		in.voice(t)
	}
	if len(t.entries) > 1 {
		t.entries = in.together(t)
	}
	for _, e := range t.entries {
		in.add(e.unit, e.found)
	}
}

// text is what a thread's messages say, as one.
func (t *thread) text() string {
	var list []string
	for _, e := range t.entries {
		list = append(list, e.text)
	}
	return narrow(strings.Join(list, "\n"))
}

// voiced reports whether a text tells who wrote it.
func voiced(text string) bool {
	_, marked := says(text)
	return marked || writtenBy(text) != ""
}

// voice reads again the messages of a thread that do not tell who wrote them, if others of the thread do.
func (in *reader) voice(t *thread) {
	text := strings.TrimSpace(strings.Join(t.before, "\n") + "\n" + t.text())
	who, marked := says(text)
	by := writtenBy(text)
	if !marked && by == "" {
		return
	}
	for i, e := range t.entries {
		if len(e.found) == 0 || voiced(e.text) {
			continue
		}
		key := "\x00" + string(by) + "\x00" + strings.Join(who.stacks, ",") + "\x00" + likeness(e.text)
		found := in.recall(key, func() []Finding { return in.findIn(e.unit, text) })
		if len(found) != len(e.found) {
			continue
		}
		found = slices.Clone(found)
		for n := range found {
			found[n].Quote = e.found[n].Quote
		}
		t.entries[i].found = found
	}
}

// together returns the messages of a thread with what they tell together: a finding that tells less than another of the
// thread is left out, and so is a message that tells nothing beside one that does. If none tells enough by itself, they
// are read as one message.
func (in *reader) together(t *thread) []entry {
	most := messages.TellsLittle - 1
	for _, e := range t.entries {
		for _, f := range e.found {
			most = max(most, tells(f))
		}
	}
	if most < messages.TellsSome {
		all := unit{line: t.entries[0].line, text: t.text()}
		if found := in.known(all); len(found) > 0 && tells(found[0]) > most {
			return []entry{{all, found}}
		}
	}
	var list []entry
	for i, e := range t.entries {
		found := slices.DeleteFunc(slices.Clone(e.found), func(f Finding) bool { return t.covers(i, f) })
		if len(found) > 0 || most < messages.TellsLittle {
			list = append(list, entry{e.unit, found})
		}
	}
	return list
}

// tells returns how much a finding tells.
func tells(f Finding) messages.Tells {
	if n := messages.TellsOf(f.classes(), f.Cause); f.Class != "" || n < messages.TellsClass {
		return n
	}
	return messages.TellsSome
}

// covers reports whether a finding of a thread's message is the same failure as one of another message that tells more,
// or as much before it.
func (t *thread) covers(i int, f Finding) bool {
	for n, e := range t.entries {
		for _, g := range e.found {
			if n == i || f.BeforeTLS || g.BeforeTLS || f.Setup != g.Setup || otherHop(f, g) {
				continue
			}
			if less(f, g, n < i, t.marks[0].reach == ofConnection) || same(f, g) && before(n < i, g, f) {
				return true
			}
		}
	}
	return false
}

// otherHop reports whether two findings of a proxy are about its client and about its upstream.
func otherHop(f, g Finding) bool {
	return (f.WrittenBy == phrases.Upstream) != (g.WrittenBy == phrases.Upstream) && (f.Server || g.Server)
}

// less reports whether a finding tells less of a failure than another, which came before it if after is true. The end
// of a connection follows from the failure; before it, in a thread, another connection ended.
func less(f, g Finding, after, connection bool) bool {
	switch mine, its := tells(f), tells(g); {
	case mine >= its:
		return mine == its && f.Class == "" && len(g.Possible) < len(f.Possible) && overlap(f.Possible, g.classes())
	case mine <= messages.TellsEnd:
		return after || connection
	case mine <= messages.TellsRefused:
		return true
	case f.Class == "":
		return overlap(f.Possible, g.classes())
	}
	return f.Class == g.Class
}

// before reports whether the first of two findings that tell the same is the one to keep: the one whose words say why,
// or else the one that comes first in the log.
func before(comesFirst bool, f, g Finding) bool {
	if a, b := noReason(f.Words), noReason(g.Words); a != b {
		return b
	}
	return comesFirst
}

// noReason reports whether words say only that something failed.
func noReason(w string) bool {
	return slices.ContainsFunc(untold, func(r rule) bool { return slices.Contains(r.words, w) })
}

// same reports whether two findings tell the same.
func same(f, g Finding) bool {
	if f.Class == "" && g.Class == "" {
		return overlap(f.Possible, g.Possible) && tells(f) == tells(g)
	}
	return f.Class == g.Class && (f.Cause == "" || f.Cause == g.Cause)
}

// before returns the lines before a message that have one of its marks, and that tell who wrote them.
func (in *reader) before(u unit, list []mark) (lines []string) {
	r := &in.recent
	for i := max(0, r.next-mostRecent); i < r.next; i++ {
		line := r.lines[i%mostRecent]
		if line == "" || !slices.ContainsFunc(list, func(m mark) bool {
			return m.value != "" && strings.Contains(line, m.value)
		}) || writtenBy(line) == "" || strings.HasPrefix(u.text, line) {
			continue
		}
		t := thread{marks: list, last: u.line}
		if t.takes(u.line, in.traitsOf(unit{text: line}).marksIn(line)) {
			lines = append(lines, line)
		}
	}
	return lines
}
