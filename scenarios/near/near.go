// Package near suggests names for a mistyped one: "did you mean".
package near

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// most is the maximum number of suggestions.
const most = 3

// Names returns up to three known names that are similar to a word, the most similar first. It ignores case, and treats
// - and _ alike.
func Names(word string, known []string) []string {
	names, _ := nearest(word, known)
	return names
}

// Hint returns the suggestion that an error appends to a mistyped word, such as " (did you mean expired?)", or "" if no
// known name is similar. If there are several lists of names, it uses the one with the most similar name.
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

// Did returns the suggestion as [Hint] does, with names that were already found.
func Did(names ...string) string {
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(names, ", "))
}

// nearest returns what [Names] does, and the distance of the first name.
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
		part := len(word) > 2 && strings.Contains(p, word) || len(p) > 4 && strings.Contains(word, p) ||
			strings.HasPrefix(word, p+"-")
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

// typos returns how many letters of a word may be wrong.
func typos(word string) int {
	switch n := len(word); {
	case n < 4:
		return 1
	case n < 9:
		return 2
	}
	return 3
}

// distance returns the Levenshtein distance of two words, or 1 if they differ only in two swapped neighbouring letters.
func distance(a, b string) int {
	if swapped(a, b) {
		return 1
	}
	return levenshtein.ComputeDistance(a, b)
}

// swapped reports whether two words differ only in two swapped neighbouring letters.
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

// plain returns a word in lower case, with - instead of _.
func plain(word string) string {
	return strings.ReplaceAll(strings.ToLower(word), "_", "-")
}
