// Package near finds the names that a mistyped one may have meant: "did you mean".
package near

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// most is how many names are suggested at most.
const most = 3

// Names returns up to three of the names that are known and that a word may have meant, the likeliest first. Case and
// the choice between - and _ make no difference.
func Names(word string, known []string) []string {
	names, _ := nearest(word, known)
	return names
}

// Hint is what an error says behind a mistyped word: " (did you mean expired?)". It is empty if no known name is near. Of
// several lists of names, it takes those of the one that has the nearest.
func Hint(word string, known ...[]string) string {
	var hint []string
	closest := math.MaxInt
	for _, list := range known {
		if names, distance := nearest(word, list); distance < closest {
			hint, closest = names, distance
		}
	}
	return Did(hint...)
}

// Did is what [Hint] says of names that were found already.
func Did(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(names, ", "))
}

// nearest returns what [Names] does, and how far away the first of them is.
func nearest(word string, known []string) (names []string, closest int) {
	word = plain(word)
	type name struct {
		text     string
		distance int
	}
	var near []name
	for _, k := range known {
		p := plain(k)
		n := name{k, distance(word, p)}
		part := len(word) > 2 && strings.Contains(p, word) || len(p) > 4 && strings.Contains(word, p) || strings.HasPrefix(word, p+"-")
		if (part || n.distance <= typos(word)) && !slices.Contains(near, n) {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		return nil, math.MaxInt
	}
	slices.SortStableFunc(near, func(a, b name) int { return cmp.Compare(a.distance, b.distance) })
	for _, n := range near[:min(most, len(near))] {
		names = append(names, n.text)
	}
	return names, near[0].distance
}

// typos is how many letters of a word may be wrong.
func typos(word string) int {
	switch n := len(word); {
	case n < 4:
		return 1
	case n < 9:
		return 2
	}
	return 3
}

// distance is the Levenshtein distance of two words, in which neighbours that have changed places count as one letter.
func distance(a, b string) int {
	if swapped(a, b) {
		return 1
	}
	return levenshtein.ComputeDistance(a, b)
}

// swapped reports whether two neighbouring letters have changed places, and nothing else differs.
func swapped(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) - 1 {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// plain is a word without what people do not remember of it.
func plain(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "_", "-")
}
