package diagnose

import (
	"slices"
	"strconv"
)

// judgeChain judges the certificates that the server sent.
func (t *teller) judgeChain() {
	if len(t.pool.sent) == 0 {
		t.note("no-certificate", "", 0)
		return
	}
	leaf := t.pool.sent[0]
	if leaf.err != nil {
		t.note("malformed", "leaf", 0, clip(leaf.err.Error(), 2*longestName))
		return
	}
	var cut bool
	if t.paths, cut = build(t.pool, t.verifier, leaf); cut {
		t.note("search-cut", "", 0)
	}
	for _, p := range t.paths {
		t.judge(p)
	}
	t.best = best(t.paths)
	t.marks = append(t.marks, t.best.marks...)
	if t.best.holds() {
		t.noteOtherPaths()
	}
	t.judgeNames(leaf)
	t.judgeSentList()
	t.judgeRevocation()
	if proven := t.telling.KeyProven; proven != nil && !*proven {
		t.note("key-not-proven", "leaf", 0, leaf.keyName())
	}
}

// noteOtherPaths notes that another path does not hold, for old clients that try one path only.
func (t *teller) noteOtherPaths() {
	for _, p := range t.paths {
		if p == t.best || p.holds() || p.ending != endsAtRoot {
			continue
		}
		for _, m := range p.marks {
			if codes[m.code].severity == Failure {
				top := p.certificates[len(p.certificates)-1]
				t.note("other-path-fails", m.at, 0, quote(top.readable()), t.say(m.code+".what", m.args...))
				return
			}
		}
	}
}

// judgeSentList judges the list of certificates as it was sent: its order, and what does not belong there (RFC 8446,
// section 4.4.2).
func (t *teller) judgeSentList() {
	counts := map[*certificate]int{}
	last, ordered := -1, true
	for i, c := range t.pool.sent {
		counts[c]++
		place := slices.Index(t.best.certificates, c)
		switch {
		case counts[c] == 2:
			t.note("certificate-twice", "", 0, quote(c.readable()))
		case counts[c] > 2:
		case c.err != nil:
			t.note("malformed-extra", "", 0, strconv.Itoa(i+1), clip(c.err.Error(), 2*longestName))
		case place >= 0:
			ordered = ordered && place > last
			last = place
			if c.root && i > 0 && c.selfIssued() {
				t.note("root-sent", "root", 0, quote(c.readable()))
			}
		case !t.onAnyPath(c):
			t.note("unrelated-certificate", "", 0, quote(c.readable()))
		}
	}
	if !ordered {
		t.note("chain-order", "", 0, t.order())
	}
	intermediates := 0
	for i := range t.best.certificates {
		if t.best.role(i) == "intermediate" {
			intermediates++
		}
	}
	if intermediates > 1 {
		t.note("long-chain", "", float64(intermediates), strconv.Itoa(intermediates))
	}
}

func (t *teller) onAnyPath(c *certificate) bool {
	return slices.ContainsFunc(t.paths, func(p *path) bool { return slices.Contains(p.certificates, c) })
}

// order lists what was sent, in order.
func (t *teller) order() string {
	list := ""
	for i, c := range t.pool.sent[:min(len(t.pool.sent), deepest)] {
		if i > 0 {
			list += t.say("comma")
		}
		list += quote(c.readable())
	}
	return list
}
