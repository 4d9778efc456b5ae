// Package version compares the versions of programs, which have no common scheme: 7.88.1, 3.13.0rc1, 3.0.2-dev, 1.1.1w,
// 17.0.2+8.
package version

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Compare orders versions. It returns a negative number if a comes before b, a positive one if a comes after b, and 0
// only if they are identical. The dotted numbers at the front are compared first: 3.9.18 is before 3.10.13. If these
// are equal, a pre-release comes before the release, and a version with a letter or build number after it: 3.13.0rc1 is
// before 3.13.0, and 1.1.1 before 1.1.1w.
func Compare(a, b string) int {
	x, y := cutFront(a), cutFront(b)
	return cmp.Or(
		compareNumbers(x.numbers, y.numbers),
		cmp.Compare(x.rank(), y.rank()),
		compareText(x.rest, y.rest),
		len(a)-len(b), // 3.0 before 3.0.0
		strings.Compare(a, b),
	)
}

// Older reports whether a version is older than another, by the dotted numbers at the front alone. Missing numbers are
// 0, and what follows the numbers is ignored: 3.13.0rc1 is not older than 3.13.
func Older(version, than string) bool {
	return compareNumbers(cutFront(version).numbers, cutFront(than).numbers) < 0
}

// Satisfies reports whether a version satisfies a constraint, such as ">=3.10", by the dotted numbers alone: see
// [Older]. The operators are <, <=, >, >=, = and none, which means =. A constraint with another operator is not
// satisfied.
func Satisfies(version, constraint string) bool {
	op := strings.TrimRight(constraint, "0123456789.")
	d := compareNumbers(cutFront(version).numbers, cutFront(strings.TrimPrefix(constraint, op)).numbers)
	switch op {
	case "<":
		return d < 0
	case "<=":
		return d <= 0
	case ">":
		return d > 0
	case ">=":
		return d >= 0
	case "=", "":
		return d == 0
	}
	return false
}

// HasPrefix reports whether a version begins with another in whole numbers: 3.1.4 begins with 3.1, but 3.11 does not.
func HasPrefix(version, prefix string) bool {
	rest, ok := strings.CutPrefix(version, prefix)
	return ok && (prefix == "" || rest == "" || rest[0] < '0' || rest[0] > '9')
}

// parts are the two parts of a version.
type parts struct {
	numbers []int  // the dotted numbers at the front; 1, 1, 1 in 1.1.1w
	rest    string // the rest; w in 1.1.1w
}

// front matches the dotted numbers at the front of a version.
var front = regexp.MustCompile(`^\d+(\.\d+)*`)

func cutFront(version string) parts {
	dotted := front.FindString(version)
	p := parts{rest: version[len(dotted):]}
	for part := range strings.SplitSeq(dotted, ".") {
		n, _ := strconv.Atoi(part) // clamped to the largest int; 0 without a number
		p.numbers = append(p.numbers, n)
	}
	return p
}

// prerelease matches the rest of a pre-release: rc1, b2, .dev3, -dev. A single letter, as in 1.1.1w, is a patch that
// comes after the release.
var prerelease = regexp.MustCompile(`^([-.]?[A-Za-z]+\d|-[A-Za-z])`)

// rank orders versions with the same numbers: it is -1 for pre-releases, 0 for the release, and 1 for what comes after.
func (p parts) rank() int {
	switch {
	case p.rest == "":
		return 0
	case prerelease.MatchString(p.rest):
		return -1
	}
	return 1
}

// compareNumbers compares number by number. Missing numbers are 0.
func compareNumbers(a, b []int) int {
	at := func(list []int, i int) int {
		if i < len(list) {
			return list[i]
		}
		return 0
	}
	for i := range max(len(a), len(b)) {
		if c := cmp.Compare(at(a, i), at(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

// token matches a number, or the text between two numbers.
var token = regexp.MustCompile(`\d+|\D+`)

// compareText compares texts, with the numbers in them as numbers: +8 is before +10.
func compareText(a, b string) int {
	return slices.CompareFunc(token.FindAllString(a, -1), token.FindAllString(b, -1), func(x, y string) int {
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(m, n)
		}
		return strings.Compare(x, y)
	})
}
