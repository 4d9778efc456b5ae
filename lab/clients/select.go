package clients

import (
	"strings"
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
	version, ok := cutStack(program, i.Stack)
	return ok && beginsVersion(i.Version, version)
}

// mayMatch reports whether the pattern may name a client at the place, as far as
// can be told without starting it.
func (p pattern) mayMatch(name string, at Place) bool {
	program, _, _ := strings.Cut(string(p), "/")
	version, ok := cutStack(program, name)
	return ok && (beginsVersion(at.Version, version) || beginsVersion(version, at.Version))
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

// beginsVersion reports whether version begins with prefix, in whole numbers:
// 3.1 begins 3.1.4, and not 3.11.
func beginsVersion(version, prefix string) bool {
	rest, ok := strings.CutPrefix(version, prefix)
	return ok && (prefix == "" || rest == "" || rest[0] < '0' || rest[0] > '9')
}

// CompareVersions orders versions by their numbers: 3.9.18 before 3.10.13. What is
// no number ("3.13.0rc1", "1.1.1w") is compared as text.
func CompareVersions(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if len(x) != len(y) {
			return len(x) - len(y)
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
		x, a = cutText(a)
		y, b = cutText(b)
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
	}
	return len(a) - len(b)
}

// cutNumber cuts the digits off the front of s, without leading zeros.
func cutNumber(s string) (number, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	return strings.TrimLeft(s[:len(s)-len(rest)], "0"), rest
}

// cutText cuts what is no digit off the front of s.
func cutText(s string) (text, rest string) {
	if i := strings.IndexAny(s, "0123456789"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}
