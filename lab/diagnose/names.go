package diagnose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// asked is what a certificate must be for.
type asked struct {
	name string     // in lower case and ASCII, without a trailing dot; empty for an address
	ip   netip.Addr // invalid for a name
}

// askedFor reads the host that was asked for. Names with other letters become A-labels (RFC 5890, section 2.3.2.1).
func askedFor(host string) asked {
	bare := strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if ip, err := netip.ParseAddr(bare); err == nil {
		return asked{ip: ip.WithZone("").Unmap()}
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if ascii, err := idna.Lookup.ToASCII(name); err == nil {
		name = ascii
	}
	return asked{name: name}
}

// matches reports whether a DNS name in a certificate stands for a host (RFC 9525, section 6.3).
func matches(pattern, host string) bool {
	pattern = strings.ToLower(pattern)
	if rest, ok := strings.CutPrefix(pattern, "*."); ok && rest != "" && !strings.Contains(rest, "*") {
		first, after, _ := strings.Cut(host, ".")
		return first != "" && after == rest
	}
	return pattern != "" && !strings.Contains(pattern, "*") && pattern == host
}

// manyNames is the number of names from which a certificate is said to have many.
const manyNames = 100

// judgeNames compares the leaf's names with what was asked for.
func (t *teller) judgeNames(leaf *certificate) {
	a := askedFor(t.seen.Target.Host)
	switch {
	case t.seen.Target.Host == "":
		return
	case t.isNotFirst(leaf, a):
		t.note("leaf-not-first", "leaf", 0, quote(leaf.readable()))
		return
	case a.ip.IsValid():
		t.note("asked-by-address", "", 0)
		t.judgeAddress(leaf, a.ip)
	default:
		t.judgeName(leaf, a.name)
	}
	if n := len(leaf.dns) + len(leaf.ips); n >= manyNames {
		t.note("many-names", "leaf", float64(n), strconv.Itoa(n))
	}
}

// isNotFirst reports whether the first certificate is a CA's, and one for what was asked comes later.
func (t *teller) isNotFirst(first *certificate, a asked) bool {
	return first.ca && slices.ContainsFunc(t.pool.sent, func(c *certificate) bool {
		return c.err == nil && !c.ca && (containsAddress(c, a.ip) || slices.ContainsFunc(c.dns, func(name string) bool {
			return matches(name, a.name)
		}))
	})
}

// containsAddress reports whether a certificate is for an address.
func containsAddress(c *certificate, ip netip.Addr) bool {
	return slices.ContainsFunc(c.ips, func(other netip.Addr) bool { return other.Unmap() == ip })
}

func (t *teller) judgeAddress(leaf *certificate, ip netip.Addr) {
	if containsAddress(leaf, ip) {
		return
	}
	host := ip.String()
	code := "address-not-named"
	switch {
	case containsFold(leaf.dns, host):
		code = "address-as-name"
	case !leaf.has[oidAlternativeName] && leaf.names.common == host:
		code = "address-in-common-name"
	case len(leaf.ips) > 0:
		code = "address-mismatch"
	}
	t.note(code, "leaf", 0, host, t.namesOf(leaf))
}

func (t *teller) judgeName(leaf *certificate, host string) {
	for _, name := range leaf.dns {
		switch {
		case !matches(name, host):
		case strings.HasPrefix(name, "*."):
			t.note("wildcard", "leaf", 0, host, clip(name, longestName))
			return
		case name != strings.ToLower(name):
			t.note("upper-case-name", "leaf", 0, host, clip(name, longestName))
			return
		default:
			return
		}
	}
	for _, m := range nearMisses {
		for _, name := range leaf.dns {
			if m.is(strings.ToLower(name), host) {
				t.note(m.code, "leaf", 0, host, quote(clip(name, longestName)))
				return
			}
		}
	}
	code := "name-mismatch"
	if !leaf.has[oidAlternativeName] && matches(strings.ToLower(leaf.names.common), host) {
		code = "common-name-only"
	}
	t.note(code, "leaf", 0, host, t.namesOf(leaf))
}

// nearMisses are the ways in which a name seems to be right, and is not.
var nearMisses = []struct {
	code string
	is   func(name, host string) bool
}{
	{"name-with-nul", func(name, host string) bool {
		before, _, nul := strings.Cut(name, "\x00")
		return nul && before == host
	}},
	{"name-trailing-dot", func(name, host string) bool { return matches(strings.TrimSuffix(name, "."), host) }},
	{"wildcard-alone", func(name, _ string) bool { return name == "*" }},
	{"wildcard-bare", func(name, host string) bool { return name == "*."+host }},
	{"wildcard-too-deep", func(name, host string) bool {
		rest, ok := strings.CutPrefix(name, "*")
		return ok && rest != "" && strings.HasSuffix(host, rest)
	}},
	{"wildcard-partial", func(name, host string) bool {
		first, rest, _ := strings.Cut(name, ".")
		label, below, _ := strings.Cut(host, ".")
		if rest != below || strings.Count(first, "*") != 1 {
			return false
		}
		before, after, _ := strings.Cut(first, "*")
		return len(label) >= len(first)-1 && strings.HasPrefix(label, before) && strings.HasSuffix(label, after)
	}},
}

func containsFold(list []string, s string) bool {
	for _, other := range list {
		if strings.EqualFold(other, s) {
			return true
		}
	}
	return false
}

// mostShown is the number of names that are listed.
const mostShown = 4

// namesOf lists the names of a leaf for people to read.
func (t *teller) namesOf(leaf *certificate) string {
	var list []string
	for _, name := range leaf.dns[:min(len(leaf.dns), mostShown)] {
		list = append(list, clip(name, longestName))
	}
	for _, ip := range leaf.ips[:min(len(leaf.ips), max(0, mostShown-len(list)))] {
		list = append(list, ip.String())
	}
	rest := len(leaf.dns) + len(leaf.ips) - len(list)
	switch {
	case len(list) == 0 && leaf.names.common != "":
		return t.say("common-name", quote(leaf.names.common))
	case len(list) == 0:
		return t.say("no-names")
	case rest > 0:
		return t.say("and-more", strings.Join(list, t.say("comma")), strconv.Itoa(rest))
	}
	return strings.Join(list, t.say("comma"))
}

// quote puts text in quotation marks.
func quote(s string) string { return `"` + clip(s, 2*longestName) + `"` }
