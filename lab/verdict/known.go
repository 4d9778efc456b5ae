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

// Certain reports whether something known of a stack is known of somebody's own client too: if that is the stack for
// certain, and of a version that it is known of. It is the stack if it says so of itself, with its version, or if its
// message bears a mark that no other program on the same library makes. Words alone make nobody the stack: those of
// GnuTLS are Wget's, and git's as well.
func Certain(k scenarios.Known, c clients.Info, message string) bool {
	says := c.Speaks == k.Stack && c.Version != ""
	if k.Stack == "" || !says && !identified(message, k.Stack) {
		return false
	}
	if !says {
		c.Version, c.Library = "", "" // of what it calls itself, and not of the stack
	}
	c.Stack, c.Variant = k.Stack, "default"
	return Matches(k, c)
}

// identities are what a single program says, and nothing else that stands on the same library.
var identities = []struct{ contains, stack string }{
	{"curl: (", "curl"},
	{"ERROR: The certificate of ", "wget"},
	{"ERROR: cannot verify ", "wget"},
	{"OpenSSL.SSL.", "pyopenssl"},
	{"current topology: {", "mongo-go"},
	{"net::ERR_", "chromium"},
}

// identified reports whether a message can be of a stack alone.
func identified(message, stack string) bool {
	for _, i := range identities {
		if i.stack == stack && strings.Contains(message, i.contains) {
			return true
		}
	}
	return false
}

// matchesVersion holds a version against a constraint: ">=3.10", "OpenSSL <3.2", several of
// them with commas between. One that names no library is about the stack's own version. An unknown version
// satisfies no constraint.
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
		if version == "" {
			return false
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
