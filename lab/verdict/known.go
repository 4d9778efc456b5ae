package verdict

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios"
)

// Matches reports whether something known of a stack, or of a TLS library, is known of this client. Nothing that is
// known of a library excuses a client under test.
func Matches(k scenarios.Known, c clients.Info) bool {
	return concerns(k, c.Stack, c.Library) && (k.Library == "" || !c.UnderTest) &&
		(len(k.Variants) == 0 || slices.Contains(k.Variants, c.Variant)) &&
		matchesVersion(k.Versions, c)
}

// concerns reports whether something known is known of a stack over a TLS library: "OpenSSL 3.0.19". It is known of all
// if it names neither.
func concerns(k scenarios.Known, stack, library string) bool {
	name, _, _ := strings.Cut(library, " ")
	return (k.Stack == "" || k.Stack == stack) &&
		(k.Library == "" || k.Library == name || k.Library == messages.Of(stack).Over)
}

// Certain reports whether something known is known of somebody's own client too: if that is the stack for certain, or
// stands on the library, and of a version that it is known of. It is the stack if it says so of itself, with its
// version, or if its message bears a mark that no other program on the same library makes. Words alone make nobody the
// stack: those of GnuTLS are Wget's, and git's as well.
func Certain(k scenarios.Known, c clients.Info, message string) bool {
	if k.Stack == "" && k.Library == "" {
		return false
	}
	switch says := c.Version != "" && concerns(k, c.Speaks, c.Library); {
	case says:
		c.Stack = c.Speaks
	case k.Stack != "" && messages.Identified(message, k.Stack):
		c.Stack, c.Version, c.Library = k.Stack, "", "" // of what it calls itself, and not of the stack
	default:
		return false
	}
	c.Variant, c.UnderTest = "default", false
	return Matches(k, c)
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
