package pki

import (
	"maps"
	"slices"
	"strings"
)

// Difference is one property in which two chains differ.
type Difference struct {
	// Where is the recipe's name for the certificate, or "chain" for a property of the whole chain.
	Where string `json:"where"`
	// What is the field or extension, as RFC 5280 calls it. Certificates also have "signature" (whether it
	// verifies), "key" (its kind) and "present" (whether the certificate exists). The chain has "sent",
	// "trusted", "key" (whether the server holds the leaf's), "staple", "responder" and "crl".
	What string `json:"what"`
	// Got is the value in the chain, Want the value in its control.
	Got  string `json:"got"`
	Want string `json:"want"`
}

// String returns "leaf.notAfter", or Where alone if What is empty.
func (d Difference) String() string {
	if d.What == "" {
		return d.Where
	}
	return d.Where + "." + d.What
}

// Compare returns the differences between a chain and its control. Keys, serial numbers, key identifiers and
// signatures are unique to a chain, so their values are not compared. What is compared is the kind of each
// key, whether identifiers match, and whether signatures verify.
func Compare(chain, control *Chain) []Difference {
	a, b := chain.facts(), control.facts()
	var out []Difference
	for _, where := range slices.Sorted(maps.Keys(merge(a, b))) {
		switch {
		case b[where] == nil:
			out = append(out, Difference{Where: where, What: "present", Got: "yes", Want: "no"})
		case a[where] == nil:
			out = append(out, Difference{Where: where, What: "present", Got: "no", Want: "yes"})
		default:
			for _, what := range slices.Sorted(maps.Keys(merge(a[where], b[where]))) {
				if got, want := a[where][what], b[where][what]; got != want {
					out = append(out, Difference{where, what, got, want})
				}
			}
		}
	}
	return out
}

func merge[V any](a, b map[string]V) map[string]V {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}

// facts describes the chain, by certificate and field.
func (c *Chain) facts() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, m := range slices.Concat(c.Path, c.Sent, c.Trusted, c.Client) {
		if all[m.Name] == nil {
			all[m.Name] = m.facts(c.issuerOf(m))
		}
	}
	all["chain"] = map[string]string{
		"sent":      namesOf(c.Sent),
		"trusted":   namesOf(c.Trusted),
		"key":       map[bool]string{true: "the leaf's", false: "another"}[c.HoldsKey()],
		"staple":    c.stapleFact(),
		"responder": c.responderFact(),
		"crl":       c.crlFact(),
	}
	return all
}

func namesOf(list []Minted) string {
	var names []string
	for _, m := range list {
		names = append(names, m.Name)
	}
	return strings.Join(names, " ")
}

// issuerOf returns the certificate that comes after m on a path, or m itself.
func (c *Chain) issuerOf(m Minted) Minted {
	if m.issuedBy(m) {
		return m
	}
	for _, path := range [][]Minted{c.Path, c.Client, c.Sent, c.Trusted} {
		i := slices.IndexFunc(path, func(p Minted) bool { return p.Name == m.Name })
		if i >= 0 && i+1 < len(path) && m.issuedBy(path[i+1]) {
			return path[i+1]
		}
	}
	for _, t := range c.all {
		if m.issuedBy(t) {
			return t
		}
	}
	return m
}
