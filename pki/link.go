package pki

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// maxTried is how many certificates of the right name are tried as the issuer of one.
const maxTried = 8

// link finds the issuer of each certificate, and the path from the leaf.
func (c *copier) link() {
	for _, p := range c.parts {
		c.findIssuer(p)
	}
	c.breakCircles()
	for p := c.parts[0]; ; p = p.issuer {
		c.path = append(c.path, p)
		if p.issuer == nil || p.self() {
			return
		}
	}
}

// findIssuer finds the certificate that issued p: one whose subject is p's issuer, and if possible one whose key
// verifies p's signature. Among several, a trusted one comes first, then one whose key identifier matches, then
// one that was sent after p.
func (c *copier) findIssuer(p *part) {
	name := canonical(p.issuerName)
	var candidates []*part
	for _, q := range c.parts {
		if canonical(q.subject) == name {
			candidates = append(candidates, q)
		}
	}
	slices.SortStableFunc(candidates, func(a, b *part) int { return cmp.Compare(c.rank(p, a), c.rank(p, b)) })
	candidates = candidates[:min(len(candidates), maxTried)]
	for _, q := range candidates {
		switch p.signedBy(q.seenCert) {
		case verified:
			p.issuer, p.invalid = q, false
			return
		case unchecked:
			if p.issuer == nil || p.invalid {
				p.issuer, p.invalid = q, false
			}
		case refuted:
			if p.issuer == nil {
				p.issuer, p.invalid = q, true
			}
		}
	}
}

// rank orders the candidates for p's issuer. Lower is better.
func (c *copier) rank(p, q *part) int {
	n := 0
	if !slices.Contains(c.trusted, q) {
		n += 4
	}
	if id := authorityKeyID(p.seenCert); id == nil || !bytes.Equal(id, q.keyID()) {
		n += 2
	}
	if q.number < p.number {
		n++
	}
	return n
}

// breakCircles gives certificates that issue each other in a circle no issuer: none of them could be minted.
func (c *copier) breakCircles() {
	for _, p := range c.parts {
		seen := map[*part]bool{}
		for q := p; q.issuer != nil && !q.self(); q = q.issuer {
			if seen[q] {
				c.note("chain", "sent", "certificates issue each other in a circle: the copy has a stand-in for one of them")
				q.issuer, q.invalid = nil, false
				break
			}
			seen[q] = true
		}
	}
}

// recipe puts the copy together.
func (c *copier) recipe() Recipe {
	root := c.place()
	r, inner := Recipe{}, make([]Certificate, len(c.path)-1)
	c.neutral.take(c.parts)
	for _, p := range c.parts {
		spec := c.certificate(p)
		spec.Name = ""
		switch {
		case p.name == "leaf":
			r.Leaf = spec
		case p == root:
			r.Root = spec
		case slices.Contains(c.path, p):
			inner[slices.Index(c.path, p)-1] = spec
		default:
			spec.Name = p.name
			r.Others = append(r.Others, spec)
		}
	}
	r.Intermediates = inner
	r.Send, r.Trust = c.lists(root)
	if c.KeyProven != nil && !*c.KeyProven {
		r.ServeKey = "another key"
	}
	r.Staple = c.staple(&r)
	c.limitRoot(&r)
	return r.simplify()
}

// place names every certificate, and adds stand-ins for the issuers that are not known. It returns the
// certificate that becomes the recipe's root, or nil if that is the lab's.
func (c *copier) place() *part {
	var root *part
	top := c.path[len(c.path)-1]
	switch {
	case top.issuer == nil:
		root = c.standIns(top)
	case slices.Contains(c.trusted, top) && len(c.path) > 1:
		root = top
	case c.Roots == nil && len(c.path) > 1:
		root = top
		c.note("root", "trusted", "the client's roots are not known: the copy's client trusts the root at the end")
	}
	if c.Roots == nil && len(c.path) == 1 && top.self() {
		c.note("chain", "trusted", "the client's roots are not known: the copy's client does not trust the self-signed leaf")
	}
	if root == nil && len(c.trusted) > 0 {
		i := slices.IndexFunc(c.trusted, func(p *part) bool { return !slices.Contains(c.path, p) && p.self() })
		if i >= 0 {
			root = c.trusted[i]
		}
	}
	if root == nil && c.Roots != nil && len(c.trusted) == 0 {
		c.note("chain", "trusted", "the client trusts none of the chain's issuers: the copy's client trusts the lab's root")
	}
	c.path[0].name = "leaf"
	if root != nil {
		root.name, root.profile = "root", ProfileRoot
	}
	inner := slices.DeleteFunc(slices.Clone(c.path[1:]), func(p *part) bool { return p == root || p.self() })
	for i, p := range inner {
		p.name, p.profile = intermediateName(i, len(inner)), ProfileIntermediate
	}
	c.path = append(c.path[:1:1], inner...)
	for i := 0; i < len(c.parts); i++ { // stand-ins are added on the way
		p := c.parts[i]
		if p.issuer == nil {
			p.issuer = c.standIn(p)
			p.issuer.issuer = p.issuer
		}
		if p.name == "" {
			p.profile = ProfileServer
			base := "other"
			if p.isCA() || p.below != nil || c.issues(p) {
				p.profile, base = ProfileIntermediate, "other-ca"
				if p.self() {
					p.profile, base = ProfileRoot, "other-root"
				}
			}
			p.name = c.free(base)
		}
	}
	c.shareKeys()
	return root
}

// issues reports whether another certificate has p as its issuer.
func (c *copier) issues(p *part) bool {
	return slices.ContainsFunc(c.parts, func(q *part) bool { return q != p && q.issuer == p })
}

func (c *copier) free(base string) string {
	for n := 0; ; n++ {
		name := numbered(base, n)
		if !slices.ContainsFunc(c.parts, func(p *part) bool { return p.name == name }) {
			return name
		}
	}
}

// standIn adds a certificate that was not sent: the issuer of p.
func (c *copier) standIn(p *part) *part {
	q := &part{below: p, number: len(c.parts), seenCert: &seenCert{subject: p.issuerName, issuerName: p.issuerName}}
	c.parts = append(c.parts, q)
	return q
}

// standIns adds what is missing between the last certificate of the path and a root, and returns that root, or nil
// for the lab's. From outside, an intermediate that was not sent looks like a root that is not trusted. A leaf
// that comes alone is taken to miss its intermediate; a chain of several, to lead to another root.
func (c *copier) standIns(top *part) *part {
	q := c.standIn(top)
	top.issuer, q.issuer = q, q
	switch {
	case len(c.path) == 1:
		q.issuer = nil // place gives it an issuer, or the root
		c.path = append(c.path, q)
		root := c.anchor()
		q.issuer = root
		if c.Roots == nil {
			c.note("chain", "trusted", "the client's roots are not known: the copy's leaf misses its intermediate")
		}
		return root
	case c.Roots == nil:
		c.note("root", "trusted", "the client's roots are not known: the copy's client trusts the root at the end")
		return q
	}
	return nil
}

// anchor returns a root that the client trusts and that is off the path, or a stand-in for the lab's.
func (c *copier) anchor() *part {
	for _, p := range c.trusted {
		if p.self() && !slices.Contains(c.path, p) {
			return p
		}
	}
	root := &part{seenCert: &seenCert{}, number: len(c.parts)}
	root.issuer, root.below = root, root
	c.parts = append(c.parts, root)
	return root
}

// shareKeys finds certificates that share subject and key with one before them, as cross-certificates do.
func (c *copier) shareKeys() {
	order := slices.SortedStableFunc(slices.Values(c.parts), func(a, b *part) int {
		return cmp.Compare(slices.Index(c.path, b), slices.Index(c.path, a))
	})
	slices.SortStableFunc(order, func(a, b *part) int {
		return map[bool]int{true: 0, false: 1}[a.name == "root"] - map[bool]int{true: 0, false: 1}[b.name == "root"]
	})
	for i, p := range order {
		if len(p.spki) == 0 {
			continue
		}
		for _, q := range order[:i] {
			if q.of != "" || !bytes.Equal(q.spki, p.spki) {
				continue
			}
			if bytes.Equal(q.subject, p.subject) {
				p.of = q.name
				break
			}
			c.note(p.name, "key", "it shares its key with %s, which has another subject: the copy has two keys", q.name)
		}
	}
}

// lists returns what is sent and what is trusted, or nil for what is usual.
func (c *copier) lists(root *part) (send, trust []string) {
	var usual []string
	for _, p := range c.path {
		usual = append(usual, p.name)
	}
	for _, p := range c.sent {
		send = append(send, p.name)
	}
	if slices.Equal(send, usual) {
		send = nil
	}
	for _, p := range c.trusted {
		trust = append(trust, p.name)
	}
	if root != nil && len(trust) == 0 {
		trust = []string{"root"}
	}
	if slices.Equal(trust, []string{"root"}) {
		trust = nil
	}
	return send, trust
}

// rootLife is how long a root lives that may issue for any name.
const rootLife Moment = "47h"

// limitRoot shortens the life of roots that may issue for any name, as the lab's own such root is short-lived.
func (c *copier) limitRoot(r *Recipe) {
	limit := func(spec *Certificate, name string) {
		named := slices.ContainsFunc(spec.Permit, func(s string) bool { return strings.HasPrefix(s, "DNS:") })
		usual := spec.Permit == nil && spec.Version != 1 && spec.Extensions == nil && spec.Order == nil
		end, err := spec.NotAfter.time(Config{At: c.At})
		if (named || usual) && !c.options.KeepNames || err == nil && spec.NotAfter != "" && end.Before(c.At) {
			return
		}
		most, _ := rootLife.time(Config{At: c.At}) // a constant that parses
		if spec.NotAfter == "" || err != nil || end.After(most) {
			spec.NotAfter = rootLife
			c.note(name, "notAfter", "a root that may issue for any name lives no more than two days in the lab")
		}
	}
	if (c.options.KeepNames || c.neutral.outside) && r.Root.isZero() {
		r.Root.Permit = []string{"any"}
		if r.Root.NotBefore == "" {
			r.Root.NotBefore = "-1h"
		}
	}
	limit(&r.Root, "root")
	for i, o := range r.Others {
		if slices.Contains(r.Trust, o.Name) && o.Profile == ProfileRoot {
			limit(&r.Others[i], o.Name)
		}
	}
}

// simplify writes the key type once if all certificates have the same, and drops what is usual.
func (r Recipe) simplify() Recipe {
	all := []*Certificate{&r.Root, &r.Leaf}
	for i := range r.Intermediates {
		all = append(all, &r.Intermediates[i])
	}
	for i := range r.Others {
		if r.Others[i].Of == "" {
			all = append(all, &r.Others[i])
		}
	}
	key := r.Leaf.Key
	for _, c := range all {
		if c.Key != key && !(c == &r.Root && c.isZero()) {
			return r.usual()
		}
	}
	for _, c := range all {
		c.Key = ""
	}
	r.Key = key
	return r.usual()
}

// usual drops the intermediates if there is one that is good.
func (r Recipe) usual() Recipe {
	if len(r.Intermediates) == 1 && r.Intermediates[0].isZero() && r.Intermediates[0].Issuer == "" {
		r.Intermediates = nil
	}
	return r
}
