package explain

import (
	"strings"
	"sync"
)

// lexicon finds which of many literal texts a message has, in one pass over the message.
type lexicon struct {
	texts []string
	index func() *index
}

// index has the numbers of texts by their first two bytes.
type index struct {
	group  [1 << 16]uint16 // of two bytes; 0 is the empty one
	groups [][]int
}

// head returns the first two bytes of a text, as one number.
func head(text string) uint16 { return uint16(text[0])<<8 | uint16(text[1]) }

// newLexicon makes a lexicon of texts of two bytes or more each.
func newLexicon(texts []string) lexicon {
	return lexicon{texts: texts, index: sync.OnceValue(func() *index {
		x := &index{groups: [][]int{nil}}
		for i, t := range texts {
			g := &x.group[head(t)]
			if *g == 0 {
				*g = uint16(len(x.groups))
				x.groups = append(x.groups, nil)
			}
			x.groups[*g] = append(x.groups[*g], i)
		}
		return x
	})}
}

// each calls f with the number of each text that a message has and where it begins, as often as the message has it,
// until f returns false.
func (l lexicon) each(message string, f func(text, at int) bool) {
	x := l.index()
	for at := 0; at+1 < len(message); at++ {
		g := x.group[head(message[at:])]
		if g == 0 {
			continue
		}
		for _, i := range x.groups[g] {
			if strings.HasPrefix(message[at:], l.texts[i]) && !f(i, at) {
				return
			}
		}
	}
}

// in reports whether a message has one of the texts.
func (l lexicon) in(message string) bool {
	found := false
	l.each(message, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// has returns the numbers of the texts that a message has.
func (l lexicon) has(message string) map[int]bool {
	set := map[int]bool{}
	l.each(message, func(i, _ int) bool {
		set[i] = true
		return true
	})
	return set
}
