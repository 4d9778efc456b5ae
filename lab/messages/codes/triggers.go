package codes

import (
	"cmp"
	"slices"
	"sync"

	"example.com/tlslab/lab/internal/lexicon"
)

// triggers finds what a text must have for a finder, or for names, to be tried.
type triggers struct {
	lexicon.Lexicon
	of []int // the finder of each text; -1 for names
}

var triggered = sync.OnceValue(func() triggers {
	t := triggers{}
	var texts []string
	add := func(text string, of int) {
		texts = append(texts, text)
		t.of = append(t.of, of)
	}
	for i, f := range allFinders() {
		for _, text := range f.any {
			add(text, i)
		}
	}
	for name := range named() {
		if len(name) >= shortestName {
			add(name, -1)
		}
	}
	for _, form := range nameForms {
		add(form, -1)
	}
	t.Lexicon = lexicon.New(texts)
	return t
})

// In reports whether a text may contain a code. It is much faster than [Find].
func In(text string) bool { return triggered().In(text) }

// Find returns the codes that a text contains, in their order in the text.
func Find(text string) []Hit {
	t := triggered()
	var tried map[int]bool
	t.Each(text, func(n, _ int) bool {
		if tried == nil {
			tried = map[int]bool{}
		}
		tried[t.of[n]] = true
		return true
	})
	if tried == nil {
		return nil
	}
	var hits []Hit
	for i, f := range allFinders() {
		if tried[i] {
			hits = f.find(text, hits)
		}
	}
	if tried[-1] {
		hits = findNames(text, hits)
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(a.At, b.At) })
	return slices.CompactFunc(hits, func(a, b Hit) bool {
		return a.Space == b.Space && a.Number == b.Number && a.Name == b.Name && a.Direction == b.Direction
	})
}

// allFinders are tried in their order, which decides only between hits at one place.
var allFinders = sync.OnceValue(func() []finder { return slices.Concat(numberFinders(), byteFinders()) })
