package clients

import (
	"strings"

	"example.com/tlslab/lab/internal/version"
)

// Matches reports whether a pattern matches a client: see [Options].Only.
func Matches(p string, i Info) bool { return pattern(p).matches(i) }

// pattern is an entry of Options.Only: a stack, optionally followed by a version or its beginning, and a variant:
// "python", "python-3.11", "python/strict", "python-3.11.7/default". Clients of results may also be selected by
// their image: "python@debian:12".
type pattern string

// matches reports whether the pattern matches the client.
func (p pattern) matches(i Info) bool {
	named, image, within := strings.Cut(string(p), "@")
	if within && image != i.Image {
		return false
	}
	program, variant, narrow := strings.Cut(named, "/")
	if narrow && variant != i.Variant {
		return false
	}
	wanted, ok := cutStack(program, i.Stack)
	return ok && version.HasPrefix(i.Version, wanted)
}

// mayMatch reports whether the pattern may match a client at the place, as far as that is known without
// starting it.
func (p pattern) mayMatch(name string, at Place) bool {
	program, _, _ := strings.Cut(string(p), "/")
	wanted, ok := cutStack(program, name)
	return ok && (version.HasPrefix(at.Version, wanted) || version.HasPrefix(wanted, at.Version))
}

// cutStack returns the version in a pattern without its variant, and whether the pattern is for the given
// stack.
func cutStack(program, name string) (version string, ok bool) {
	rest, ok := strings.CutPrefix(program, name)
	if !ok || rest == "" {
		return "", ok
	}
	return strings.CutPrefix(rest, "-")
}
