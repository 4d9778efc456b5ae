package diagnose

import "slices"

// Limits on the search for paths. A hostile server can send certificates that cross-sign each other in all directions.
const (
	mostSteps = 2000 // certificates that are tried, in all paths together
	mostPaths = 32   // paths that are kept
	deepest   = 12   // certificates in a path
)

// ending says how a path ends.
type ending string

const (
	endsAtRoot       ending = "root"        // at one of the given roots
	endsAtSelfSigned ending = "self-signed" // at a self-signed certificate that is not among them
	endsIncomplete   ending = "incomplete"  // at a certificate whose issuer is neither sent nor given
	endsAtLimit      ending = "limit"       // it is longer than the limit
)

// path leads from the leaf upwards, the leaf first.
type path struct {
	certificates []*certificate
	ending       ending
	marks        []mark // why it does not hold, and what else there is to say of its certificates
}

// role names the place of the certificate at position i.
func (p *path) role(i int) string {
	switch {
	case i == 0:
		return "leaf"
	case p.ending == endsAtRoot && i == len(p.certificates)-1 && p.certificates[i].selfIssued():
		return "root"
	case p.ending == endsAtSelfSigned && i == len(p.certificates)-1:
		return "root"
	}
	return "intermediate"
}

// roleOf returns the role of a certificate, and false if the path does not have it.
func (p *path) roleOf(c *certificate) (string, bool) {
	i := slices.Index(p.certificates, c)
	if i < 0 {
		return "", false
	}
	return p.role(i), true
}

// issuerOf returns the certificate above one of the path, or nil.
func (p *path) issuerOf(c *certificate) *certificate {
	if i := slices.Index(p.certificates, c); i >= 0 && i+1 < len(p.certificates) {
		return p.certificates[i+1]
	}
	return nil
}

// builder finds the paths from a leaf.
type builder struct {
	pool     *pool
	verifier *verifier
	steps    int
	paths    []*path
	cut      bool // a limit ended the search
}

// build returns the paths from a leaf, and whether a limit ended the search.
func build(p *pool, v *verifier, leaf *certificate) ([]*path, bool) {
	b := &builder{pool: p, verifier: v}
	b.walk(leaf, nil)
	return b.paths, b.cut
}

func (b *builder) walk(c *certificate, below []*certificate) {
	b.steps++
	if b.steps > mostSteps || len(b.paths) == mostPaths {
		b.cut = true
		return
	}
	trail := append(slices.Clone(below), c)
	switch {
	case c.root:
		b.end(trail, endsAtRoot)
		return
	case c.selfIssued() && b.verifier.signed(c, c) == stateVerifies:
		b.end(trail, endsAtSelfSigned)
		return
	case len(trail) == deepest:
		b.end(trail, endsAtLimit)
		return
	}
	candidates := b.candidates(c, trail)
	if len(candidates) == 0 {
		b.end(trail, endsIncomplete)
	}
	for _, issuer := range candidates {
		b.walk(issuer, trail)
	}
}

func (b *builder) end(trail []*certificate, e ending) {
	if len(b.paths) < mostPaths {
		b.paths = append(b.paths, &path{certificates: trail, ending: e})
	}
}

// candidates returns the certificates that bear the issuer's name: those whose key made the signature, or all if no key
// did. A name and key that the path has already is left out, so that paths do not run in circles.
func (b *builder) candidates(c *certificate, trail []*certificate) []*certificate {
	list := slices.DeleteFunc(b.pool.issuersOf(c), func(i *certificate) bool {
		return slices.ContainsFunc(trail, i.same)
	})
	signers := slices.DeleteFunc(slices.Clone(list), func(i *certificate) bool {
		return b.verifier.signed(c, i) == stateFails
	})
	if len(signers) > 0 {
		return signers
	}
	return list
}

// best returns the path with the least wrong: the first of several.
func best(paths []*path) *path {
	return slices.MinFunc(paths, func(a, b *path) int { return a.weight() - b.weight() })
}

// weight says how much is wrong with a path.
func (p *path) weight() int {
	sum := 0
	for _, m := range p.marks {
		switch c := codes[m.code]; {
		case c.severity != Failure:
		case c.trust:
			sum += 1000
		default:
			sum += 10
		}
	}
	return sum
}

// holds reports whether a client accepts the path.
func (p *path) holds() bool { return p.weight() == 0 }
