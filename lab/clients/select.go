package clients

import (
	"strings"

	"example.com/tlslab/lab/internal/version"
)

// Matches reports whether a pattern names a client. Patterns are those of Options.Only: a stack,
// with or without a version or the beginning of one, with or without a variant.
func Matches(p string, i Info) bool { return pattern(p).matches(i) }

// pattern is one of Options.Only: a stack, with or without a version or the
// beginning of one, with or without a variant: "python", "python-3.11",
// "python/strict", "python-3.11.7/default".
type pattern string

// matches reports whether the pattern names the client.
func (p pattern) matches(i Info) bool {
	program, variant, narrow := strings.Cut(string(p), "/")
	if narrow && variant != i.Variant {
		return false
	}
	wanted, ok := cutStack(program, i.Stack)
	return ok && version.HasPrefix(i.Version, wanted)
}

// mayMatch reports whether the pattern may name a client at the place, as far as
// can be told without starting it.
func (p pattern) mayMatch(name string, at Place) bool {
	program, _, _ := strings.Cut(string(p), "/")
	wanted, ok := cutStack(program, name)
	return ok && (version.HasPrefix(at.Version, wanted) || version.HasPrefix(wanted, at.Version))
}

// cutStack returns the version part of a pattern without its variant, and whether
// the pattern is about the stack named at all.
func cutStack(program, name string) (version string, ok bool) {
	rest, ok := strings.CutPrefix(program, name)
	if !ok || rest == "" {
		return "", ok
	}
	return strings.CutPrefix(rest, "-")
}
