// Package lexicon finds which of many literal texts a message contains, in one pass over the message.
package lexicon

import (
	"strings"
	"sync"
)

// Lexicon is a list of texts. Its zero value has none.
type Lexicon struct {
	// Texts are the texts. They must not be changed.
	Texts []string
	index func() *index
}

// index holds the numbers of texts by their first two bytes.
type index struct {
	group  [1 << 16]uint16 // by two bytes; 0 is the empty group
	groups [][]int
}

// head returns the first two bytes of a text, as one number.
func head(text string) uint16 { return uint16(text[0])<<8 | uint16(text[1]) }

// New returns a lexicon of texts, each at least two bytes long.
func New(texts []string) Lexicon {
	return Lexicon{Texts: texts, index: sync.OnceValue(func() *index {
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

// Each calls f for every occurrence of a text in a message, with the number of the text and the position, until f
// returns false.
func (l Lexicon) Each(message string, f func(text, at int) bool) {
	if l.index == nil {
		return
	}
	x := l.index()
	for at := 0; at+1 < len(message); at++ {
		g := x.group[head(message[at:])]
		if g == 0 {
			continue
		}
		for _, i := range x.groups[g] {
			if strings.HasPrefix(message[at:], l.Texts[i]) && !f(i, at) {
				return
			}
		}
	}
}

// In reports whether a message contains one of the texts.
func (l Lexicon) In(message string) bool {
	found := false
	l.Each(message, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// Has returns the numbers of the texts that a message contains.
func (l Lexicon) Has(message string) map[int]bool {
	set := map[int]bool{}
	l.Each(message, func(i, _ int) bool {
		set[i] = true
		return true
	})
	return set
}
