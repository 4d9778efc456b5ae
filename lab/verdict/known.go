package verdict

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/scenarios"
)

// Matches reports whether something known of a stack is known of this client.
func Matches(k scenarios.Known, c clients.Info) bool {
	return (k.Stack == "" || k.Stack == c.Stack) &&
		(len(k.Variants) == 0 || slices.Contains(k.Variants, c.Variant)) &&
		matchesVersion(k.Versions, c)
}

// matchesVersion holds a version against a constraint: ">=3.10", "OpenSSL <3.2", several of
// them with commas between. One that names no library is about the stack's own version.
func matchesVersion(constraint string, c clients.Info) bool {
	for part := range strings.SplitSeq(constraint, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		version := c.Version
		if library, rest, ok := strings.Cut(part, " "); ok {
			name, v, _ := strings.Cut(c.Library, " ")
			if name != library {
				return false
			}
			version, part = v, rest
		}
		op := strings.TrimRight(part, "0123456789.")
		d := compareVersions(version, strings.TrimPrefix(part, op))
		ok := map[string]bool{"<": d < 0, "<=": d <= 0, ">": d > 0, ">=": d >= 0, "=": d == 0, "": d == 0}[op]
		if !ok {
			return false
		}
	}
	return true
}

// compareVersions compares dotted numbers part by part; letters after a number ("1.1.1w") do
// not count.
func compareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if d := cmp.Compare(part(x, i), part(y, i)); d != 0 {
			return d
		}
	}
	return 0
}

func part(list []string, i int) int {
	if i >= len(list) {
		return 0
	}
	s := list[i]
	if end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		s = s[:end]
	}
	n, _ := strconv.Atoi(s)
	return n
}
