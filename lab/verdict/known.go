package verdict

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
)

// Matches reports whether a known deviation of a stack or a TLS library applies to this client. Known deviations of a
// library do not excuse a client under test.
func Matches(k scenarios.Known, c clients.Info) bool {
	return concerns(k, c.Stack, c.Library) && (k.Library == "" || !c.UnderTest) &&
		(len(k.Variants) == 0 || slices.Contains(k.Variants, c.Variant)) &&
		matchesVersion(k.Versions, c)
}

// concerns reports whether a known deviation is about a stack or its TLS library, as in "OpenSSL 3.0.19". One that
// names neither is about all of them.
func concerns(k scenarios.Known, stack, library string) bool {
	name, _, _ := strings.Cut(library, " ")
	return (k.Stack == "" || k.Stack == stack) &&
		(k.Library == "" || k.Library == name || k.Library == messages.Of(stack).Over)
}

// Certain reports whether a known deviation certainly applies to a user's own client: the client is the stack, or uses
// the library, in a version that the deviation is about. It is the stack if it reports so, with its version, or if its
// message has a mark that no other program with the same library makes. Words alone do not make it the stack: GnuTLS's
// words are those of Wget and of git.
func Certain(k scenarios.Known, c clients.Info, message string) bool {
	if k.Stack == "" && k.Library == "" {
		return false
	}
	switch says := c.Version != "" && concerns(k, c.Speaks, c.Library); {
	case says:
		c.Stack = c.Speaks
	case k.Stack != "" && messages.Identified(message, k.Stack):
		c.Stack, c.Version, c.Library = k.Stack, "", "" // they are those of the program, not of the stack
	default:
		return false
	}
	c.Variant, c.UnderTest = "default", false
	return Matches(k, c)
}

// matchesVersion reports whether a client satisfies a constraint: ">=3.10", "OpenSSL <3.2", or several of them,
// separated by commas. A constraint that names no library is about the stack's own version. An unknown version
// satisfies no constraint.
func matchesVersion(constraint string, c clients.Info) bool {
	for part := range strings.SplitSeq(constraint, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		has := c.Version
		if library, rest, ok := strings.Cut(part, " "); ok {
			name, v, _ := strings.Cut(c.Library, " ")
			if name != library {
				return false
			}
			has, part = v, rest
		}
		if has == "" {
			return false
		}
		if !version.Satisfies(has, part) {
			return false
		}
	}
	return true
}
