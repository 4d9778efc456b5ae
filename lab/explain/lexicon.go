package explain

import (
	"strings"
	"sync"
)

// lexicon finds which of many literal texts a message contains, in one pass over the message.
type lexicon struct {
	texts []string
	index func() *index
}

// index holds the numbers of texts by their first two bytes.
type index struct {
	group  [1 << 16]uint16 // by two bytes; 0 is the empty group
	groups [][]int
}

// head returns the first two bytes of a text, as one number.
func head(text string) uint16 { return uint16(text[0])<<8 | uint16(text[1]) }

// newLexicon makes a lexicon of texts, each at least two bytes long.
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

// each calls f for every occurrence of a text in a message, with the number of the text and the position, until f
// returns false.
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

// in reports whether a message contains one of the texts.
func (l lexicon) in(message string) bool {
	found := false
	l.each(message, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// has returns the numbers of the texts that a message contains.
func (l lexicon) has(message string) map[int]bool {
	set := map[int]bool{}
	l.each(message, func(i, _ int) bool {
		set[i] = true
		return true
	})
	return set
}
