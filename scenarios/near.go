package scenarios

import (
	"cmp"
	"slices"
	"strings"
)

// Near returns the IDs of up to three scenarios that a mistyped one may have meant, the likeliest
// first.
func Near(id string) []string {
	var known []string
	for _, s := range all {
		known = append(known, s.ID)
	}
	for _, service := range Services()[1:] {
		if !strings.HasPrefix(id, "mongo") {
			break // or each would be named twice
		}
		for _, s := range Behind(service) {
			known = append(known, s.ID)
		}
	}
	var near []string
	for _, k := range known {
		if strings.Contains(k, id) || strings.Contains(id, k) && len(k) > 4 || distance(k, id) <= 2 {
			near = append(near, k)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance(a, id), distance(b, id)) })
	return near[:min(3, len(near))]
}

// distance is the Levenshtein distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
