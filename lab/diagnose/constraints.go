package diagnose

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// nameConstraints are a CA's permitted and excluded subtrees (RFC 5280, section 4.2.1.10). Only names and addresses
// matter for servers.
type nameConstraints struct {
	permitted, excluded subtrees
}

// subtrees are the subtrees of DNS names and addresses.
type subtrees struct {
	dns []string
	ips []net.IPNet
}

// mostSubtrees bounds the subtrees of each kind that are read.
const mostSubtrees = 1000

func (e *extensions) readNameConstraints(value cryptobyte.String) bool {
	var s cryptobyte.String
	if !value.ReadASN1(&s, cbasn1.SEQUENCE) {
		return false
	}
	for i, into := range []*subtrees{&e.constraints.permitted, &e.constraints.excluded} {
		var list cryptobyte.String
		var has bool
		tag := cbasn1.Tag(i).Constructed().ContextSpecific()
		if !s.ReadOptionalASN1(&list, &has, tag) || has && !into.read(list) {
			return false
		}
	}
	return true
}

func (t *subtrees) read(list cryptobyte.String) bool {
	for n := 0; !list.Empty() && n < mostSubtrees; n++ {
		var subtree, base cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadASN1(&subtree, cbasn1.SEQUENCE) || !subtree.ReadAnyASN1(&base, &tag) {
			return false
		}
		switch tag {
		case tagDNS:
			t.dns = append(t.dns, strings.ToLower(string(base)))
		case tagIP:
			if len(base) != 8 && len(base) != 32 {
				return false
			}
			half := len(base) / 2
			t.ips = append(t.ips, net.IPNet{IP: net.IP(base[:half]), Mask: net.IPMask(base[half:])})
		}
	}
	return true
}

// any reports whether there are constraints on names or addresses.
func (n nameConstraints) any() bool {
	return len(n.permitted.dns)+len(n.permitted.ips)+len(n.excluded.dns)+len(n.excluded.ips) > 0
}

// onAddresses reports whether there are constraints on addresses.
func (n nameConstraints) onAddresses() bool { return len(n.permitted.ips)+len(n.excluded.ips) > 0 }

// mostComparisons bounds the comparisons of names with the subtrees of one certificate.
const mostComparisons = 1 << 22

// refuses returns the first of a leaf's names that the constraints do not allow, and false if they allow all.
func (n nameConstraints) refuses(leaf *certificate) (string, bool) {
	size := len(n.permitted.dns) + len(n.permitted.ips) + len(n.excluded.dns) + len(n.excluded.ips)
	if size == 0 {
		return "", false
	}
	most := mostComparisons / size
	for _, name := range leaf.dns[:min(len(leaf.dns), most)] {
		if !n.allowsName(name) {
			return clip(name, longestName), true
		}
	}
	for _, ip := range leaf.ips[:min(len(leaf.ips), most)] {
		if !n.allowsAddress(ip) {
			return ip.String(), true
		}
	}
	return "", false
}

func (n nameConstraints) allowsName(name string) bool {
	name = strings.ToLower(name)
	within := func(base string) bool {
		base = strings.TrimPrefix(base, ".")
		return base == "" || name == base || strings.HasSuffix(name, "."+base)
	}
	if slices.ContainsFunc(n.excluded.dns, within) {
		return false
	}
	return len(n.permitted.dns) == 0 || slices.ContainsFunc(n.permitted.dns, within)
}

func (n nameConstraints) allowsAddress(ip netip.Addr) bool {
	within := func(block net.IPNet) bool { return block.Contains(ip.AsSlice()) }
	if slices.ContainsFunc(n.excluded.ips, within) {
		return false
	}
	return len(n.permitted.ips) == 0 || slices.ContainsFunc(n.permitted.ips, within)
}
