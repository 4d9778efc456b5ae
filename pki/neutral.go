package pki

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// neutral replaces what tells whose a chain is: host names, addresses, organizations, people. Equal text stays
// equal and different text stays different, so that names which match still do, and no others.
type neutral struct {
	options RecipeOptions
	host    string // what was asked for, in lower case
	hostTo  string // what the copy asks for instead
	// outside says that a name in the copy is one that the lab's root does not permit.
	outside bool
	given   map[string]string // from kind and original to its replacement
	taken   map[string]bool   // kind and replacement
	next    map[string]int    // by kind and first candidate, the number of the next one
}

// site is the domain of neutral names, below the top-level domain that RFC 6761 reserves for tests.
const site = "site"

// reserved are the names that identify nobody: those that the lab's root permits.
var reserved = []string{"localhost", "test", "example", "invalid"}

// newNeutral decides what the host is replaced with. That is localhost if the names of the chain match it only
// exactly. A wildcard or a constraint that covers it needs a name of the same depth.
func newNeutral(host string, o RecipeOptions, texts []string) *neutral {
	m := &neutral{options: o, host: strings.ToLower(strings.TrimSuffix(host, ".")), given: map[string]string{},
		taken: map[string]bool{}, next: map[string]int{}}
	switch {
	case host == "":
		m.hostTo = hostName
	case o.KeepNames:
		m.hostTo = host
	case isAddress(host):
		m.hostTo = m.address(host)
	case isReserved(m.host) || slices.ContainsFunc(texts, m.covers):
		m.hostTo = m.name(m.host)
	default:
		m.hostTo = hostName
		m.give("name", m.host, hostName)
	}
	return m
}

// covers reports whether a wildcard or a subtree, written with a dot in front, contains the host.
func (m *neutral) covers(pattern string) bool {
	first, rest, dotted := strings.Cut(strings.ToLower(pattern), ".")
	if !dotted || first != "" && !strings.Contains(first, "*") {
		return false
	}
	return strings.HasSuffix(m.host, "."+rest) || first == "" && m.host == rest
}

func isReserved(name string) bool {
	name = strings.TrimPrefix(name, ".")
	return slices.Contains(reserved, name) || name == "tlslab.test" || strings.HasSuffix(name, ".tlslab.test")
}

// give remembers a replacement.
func (m *neutral) give(kind, from, to string) string {
	m.given[kind+" "+from], m.taken[kind+" "+to] = to, true
	return to
}

// pick returns the replacement of a text. The first one that is not taken is remembered.
func (m *neutral) pick(kind, from string, candidate func(n int) string) string {
	if to, ok := m.given[kind+" "+from]; ok {
		return to
	}
	first := kind + " " + candidate(0)
	for n := m.next[first]; ; n++ {
		if to := candidate(n); !m.taken[kind+" "+to] {
			m.next[first] = n + 1
			return m.give(kind, from, to)
		}
	}
}

// name replaces a host name, label by label: wildcards stay wildcards, and names keep their depth.
func (m *neutral) name(s string) string {
	if m.options.KeepNames || s == "" || s == "." {
		return s
	}
	if isAddress(s) {
		return m.address(s)
	}
	lower := strings.ToLower(s)
	core := strings.TrimSuffix(strings.TrimPrefix(lower, "."), ".")
	to := m.labels(core)
	if strings.HasPrefix(lower, ".") && core != "" {
		to = "." + to
	}
	if strings.HasSuffix(lower, ".") {
		to += "."
	}
	if s != lower && s == strings.ToUpper(s) {
		to = strings.ToUpper(to)
	}
	return to
}

// maxName is the length of names whose labels are kept. DNS allows 253 (RFC 1035, section 2.3.4).
const maxName = 1000

func (m *neutral) labels(name string) string {
	if to, ok := m.given["name "+name]; ok {
		return to
	}
	labels := strings.Split(name, ".")
	switch {
	case isReserved(name) && !(name == hostName && m.hostTo == hostName && m.host != "" && m.host != hostName):
		return name
	case strings.Trim(name, "*.") == "":
		return name // nothing but wildcards
	case len(name) > maxName:
		m.outside = true
		return m.pick("name", name, func(n int) string { return numbered("host", n) + strings.Repeat("x", len(name)) })
	case len(labels) == 1:
		m.outside = true
		return m.pick("name", name, func(n int) string { return numbered("host", n) + marks(name) })
	}
	last := len(labels) - 2
	domain := strings.Join(labels[last:], ".")
	base := m.pick("domain", domain, func(n int) string { return numbered(site, n) + ".test" })
	if strings.Contains(labels[last], "*") {
		base = labels[last][:strings.IndexByte(labels[last], '*')+1] + ".test"
	}
	for i := last - 1; i >= 0; i-- {
		base = m.label(labels[i]) + "." + base
	}
	return base
}

// ordinary are labels that say nothing of whose they are.
var ordinary = []string{"www", "mail", "smtp", "imap", "api", "ftp", "ldap", "db", "*", "localhost", ""}

func (m *neutral) label(label string) string {
	if slices.Contains(ordinary, label) {
		return label
	}
	if before, after, is := strings.Cut(label, "*"); is {
		return m.part(before, strings.HasPrefix) + "*" + m.part(after, strings.HasSuffix)
	}
	base := "host"
	if strings.HasPrefix(label, "xn--") {
		base = "xn--mxa" // an A-label that is valid (RFC 5890, section 2.3.2.1)
	}
	to := m.pick("label", label, func(n int) string {
		if base != "host" && n > 0 && n < 14 {
			return "xn--" + string(rune('m'+n)) + "xa"
		}
		return numbered(base, n) + marks(label)
	})
	if len(label) > 63 && len(to) < len(label) { // longer than DNS allows (RFC 1035, section 2.3.4)
		to += strings.Repeat("x", len(label)-len(to))
	}
	return to
}

// part replaces the text before or after an asterisk so that it matches the host's label as it did.
func (m *neutral) part(text string, matches func(s, part string) bool) string {
	first, _, _ := strings.Cut(m.host, ".")
	if text == "" {
		return ""
	}
	if to := m.label(first); matches(first, text) && len(text) <= len(to) {
		if i := len(to) - len(text); strings.HasSuffix(first, text) && !strings.HasPrefix(first, text) {
			return to[i:]
		}
		return to[:len(text)]
	}
	return strings.Repeat("x", len(text))
}

// marks returns the characters of a label that a host name does not have.
func marks(label string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '*' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == utf8.RuneError {
			return -1
		}
		if r > 0x7f {
			return 'é'
		}
		return r
	}, label)
}

// Networks that identify nobody, and the documentation networks (RFC 5737, RFC 3849) that stand for all others.
var (
	privateNetworks = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7",
		"fe80::/10", "100.64.0.0/10")
	documentation = map[bool]netip.Prefix{
		true: netip.MustParsePrefix("192.0.2.0/24"), false: netip.MustParsePrefix("2001:db8::/32")}
	loopbacks = map[bool]string{true: "127.0.0.1", false: "::1"}
)

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// address replaces an IP address. The host's becomes the loopback address of its family.
func (m *neutral) address(s string) string {
	ip, err := netip.ParseAddr(s)
	if err != nil || m.options.KeepNames || ip.IsUnspecified() {
		return s
	}
	if ip.Is4In6() {
		return "::ffff:" + m.address(ip.Unmap().String())
	}
	asked, _ := netip.ParseAddr(m.host)
	if ip == asked && !ip.IsLoopback() {
		return m.give("address", s, loopbacks[ip.Unmap().Is4()])
	}
	loopback := ip.IsLoopback()
	if loopback && (s != loopbacks[ip.Is4()] || !asked.IsValid() || asked.IsLoopback() || asked.Is4() != ip.Is4()) {
		return s
	}
	network := documentation[ip.Unmap().Is4()]
	for _, p := range privateNetworks {
		if p.Contains(ip.Unmap()) {
			network = p
		}
	}
	if loopback && ip.Is4() {
		network = netip.MustParsePrefix("127.0.1.0/24") // another loopback address than the one asked for
	}
	return m.pick("address", s, func(n int) string {
		next := network.Addr()
		for range n + 1 {
			next = next.Next()
		}
		return next.String()
	})
}

// network replaces a network in a constraint.
func (m *neutral) network(s string) string {
	p, err := netip.ParsePrefix(s)
	if err != nil || m.options.KeepNames || p.Bits() == 0 || p.Addr().IsLoopback() {
		return s
	}
	for _, q := range privateNetworks {
		if q.Overlaps(p) && q.Bits() >= p.Bits() {
			return s
		}
		if q.Overlaps(p) {
			return netip.PrefixFrom(q.Addr(), p.Bits()).String()
		}
	}
	if asked, err := netip.ParseAddr(m.host); err == nil && p.Contains(asked) {
		lo := netip.MustParseAddr(loopbacks[p.Addr().Is4()])
		return netip.PrefixFrom(lo, p.Bits()).Masked().String()
	}
	d := documentation[p.Addr().Is4()]
	return netip.PrefixFrom(d.Addr(), p.Bits()).Masked().String()
}

// email replaces an address of mail, or in a constraint a domain of them.
func (m *neutral) email(s string) string {
	local, domain, at := strings.Cut(s, "@")
	if m.options.KeepNames {
		return s
	}
	if !at {
		return m.name(s)
	}
	return m.pick("mailbox", local, func(n int) string { return numbered("user", n) }) + "@" + m.name(domain)
}

// uri replaces host and path of a URI. Its scheme and the number of its path's segments stay.
func (m *neutral) uri(s string) string {
	if m.options.KeepNames {
		return s
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		if scheme, _, ok = strings.Cut(s, ":"); ok {
			return m.pick("uri", s, func(n int) string { return scheme + ":" + numbered("tlslab", n) })
		}
		return m.name(s) // a constraint's
	}
	host, path, _ := strings.Cut(rest, "/")
	host, port, hasPort := strings.Cut(host, ":")
	to := scheme + "://" + m.name(host)
	if hasPort {
		to += ":" + port
	}
	if !strings.Contains(rest, "/") {
		return to
	}
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if segment != "" {
			segments[i] = m.pick("segment", segment, func(n int) string { return numbered("path", n) })
		}
	}
	return to + "/" + strings.Join(segments, "/")
}

var hostLike = regexp.MustCompile(`(?i)^(\*\.)?([a-z0-9_*-]+\.)+[a-z][a-z0-9-]*\.?$`)

// text replaces the value of an attribute. The suggestion is used if it is still free.
func (m *neutral) text(a Attribute, suggestion string) string {
	v := a.Value
	lower := strings.ToLower(v)
	switch {
	case v == "":
		return ""
	case strings.Contains(v, "@") && !strings.Contains(v, " ") && (a.Type == "CN" || a.Type == "emailAddress"):
		return m.email(v)
	case isAddress(v):
		return m.address(v)
	case hostLike.MatchString(v) || lower == m.host || lower == hostName || v == "*":
		return m.name(v)
	case m.options.KeepSubjects:
		return v
	case a.Type == "DC":
		return m.pick("DC", lower, func(n int) string { return numbered("tlslab", n) })
	case a.Type == "C" || a.Type == "jurisdictionC": // user-assigned codes (ISO 3166-1)
		return m.pick("C", lower, func(n int) string {
			if n < 26 {
				return "X" + string(rune('A'+(n+23)%26))
			}
			return fmt.Sprint("X", n)
		})
	}
	key := canonicalText(v)
	to := m.pick(a.Type, key, func(n int) string { return m.words(a, suggestion, n) })
	if spelled := m.pick(a.Type+" spelled", v, func(n int) string { return fmt.Sprint(key, n) }); spelled != key+"0" {
		to = strings.ToUpper(to) // the same name to those that fold case, and another to those that do not
	}
	return to
}

// words returns the n-th neutral text for an attribute.
func (m *neutral) words(a Attribute, suggestion string, n int) string {
	to := suggestion
	if to == "" {
		to = "tlslab " + a.Type
	}
	if n > 0 {
		to += fmt.Sprintf(" %d", n+1)
	}
	if a.Encoding == NumericString || a.Type == "serialNumber" || a.Type == "postalCode" {
		to = fmt.Sprint(10000 + n)
	}
	if !isText([]byte(a.Value)) {
		to += " é" // the text is not ASCII
	} else if usualString(a.Value) == UTF8String && a.Encoding == UTF8String && usualString(to) != UTF8String {
		to += "_" // the text does not fit PrintableString
	}
	if a.Encoding == PrintableString && usualString(to) != PrintableString {
		to = strings.Map(func(r rune) rune {
			if usualString(string(r)) != PrintableString {
				return ' '
			}
			return r
		}, to)
	}
	if long := utf8.RuneCountInString(a.Value); long > 64 && utf8.RuneCountInString(to) < long {
		to += strings.Repeat("x", long-utf8.RuneCountInString(to)) // longer than X.520 allows
	}
	return to
}
