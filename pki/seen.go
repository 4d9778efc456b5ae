package pki

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Seen is a chain as a server sends it, and what is known around it.
type Seen struct {
	// Sent are the certificates as sent, in DER, the leaf first: duplicates and junk included.
	Sent [][]byte
	// Roots are the certificates that the client trusts, in DER. Nil means that they are not known.
	Roots [][]byte
	// Staple is the stapled OCSP response, if any.
	Staple []byte
	// At is when the chain was seen. Dates are copied relative to it.
	At time.Time
	// Host is the name or address that the client asked for. It may be empty.
	Host string
	// KeyProven says whether the server's signature in the handshake was made with the leaf's key. Nil means
	// that it is not known.
	KeyProven *bool
}

// RecipeOptions says what a copy may keep of the original.
type RecipeOptions struct {
	// KeepNames keeps host names and addresses. The chain then has a root of its own that lives two days.
	KeepNames bool
	// KeepSubjects keeps the text in subjects, such as organizations. Host names in them are names.
	KeepSubjects bool
}

// Copy is a recipe that mints the same shape as a chain that was seen.
type Copy struct {
	Recipe Recipe
	// Host is the name or address to ask for, as [Seen.Host] was for the original.
	Host string
	// Notes says what could not be copied.
	Notes []Note
}

// Note says what a copy has not kept.
type Note struct {
	// Where is the recipe's name for the certificate, or "chain".
	Where string `json:"where"`
	// What is the field or extension, as in [Difference].
	What string `json:"what"`
	// Why is the reason, and what is in its place, in one sentence.
	Why string `json:"why"`
}

// String returns "leaf.key: …".
func (n Note) String() string { return n.Where + "." + n.What + ": " + n.Why }

// Limits of what [RecipeOf] reads. A client accepts no more from a server either.
const (
	MaxSeenCertificates = 64
	MaxSeenBytes        = 256 << 10 // of all certificates sent
	maxSeenStaple       = 16 << 10
	maxSeenRoots        = 2048
	maxRootsCopied      = 8
)

// RecipeOf returns a recipe that mints a chain of the same shape under the lab's keys: subjects and names of the
// same structure, dates relative to now, the same extensions in the same order, the same kinds of keys and
// signatures, the same certificates sent in the same order, with the same links missing. No key, serial number,
// signature, name or address of the original is in it, unless the options keep them.
//
// It is an error if there is too much, or if the first certificate cannot be read. Other certificates that cannot
// be read are left out, with a [Note].
func RecipeOf(s Seen, o RecipeOptions) (Copy, error) {
	if err := s.check(); err != nil {
		return Copy{}, err
	}
	c := &copier{Seen: s, options: o}
	c.At = s.At.UTC().Truncate(time.Second)
	if err := c.read(); err != nil {
		return Copy{}, err
	}
	c.link()
	texts := c.texts()
	c.neutral, c.traces = newNeutral(c.Host, o, texts), traces(texts)
	return Copy{Recipe: c.recipe(), Host: c.neutral.hostTo, Notes: c.notes}, nil
}

func (s Seen) check() error {
	size := 0
	for _, der := range s.Sent {
		size += len(der)
	}
	switch {
	case len(s.Sent) == 0:
		return errors.New("the server sent no certificate: there is no chain to copy")
	case len(s.Sent) > MaxSeenCertificates:
		return fmt.Errorf("the server sent %d certificates: at most %d can be copied", len(s.Sent), MaxSeenCertificates)
	case size > MaxSeenBytes:
		return fmt.Errorf("the server sent %d bytes of certificates: at most %d can be copied", size, MaxSeenBytes)
	case len(s.Roots) > maxSeenRoots:
		return fmt.Errorf("the client trusts %d certificates: at most %d can be searched", len(s.Roots), maxSeenRoots)
	case s.At.IsZero():
		return errors.New("the time at which the chain was seen is missing: set it, because dates are copied relative " +
			"to it")
	}
	return nil
}

// copier is the state of copying a chain.
type copier struct {
	Seen
	options RecipeOptions
	neutral *neutral
	sent    []*part // in order; a certificate that is sent twice is twice in it
	parts   []*part // every certificate once: those sent, then the roots among them
	path    []*part // from the leaf up to the last known issuer
	trusted []*part
	notes   []Note
	traces  []string // text that must not be in the copy
}

// maxTraces is how many texts are searched for in extensions.
const maxTraces = 256

// traces returns the texts that are long enough to identify somebody, in lower case.
func traces(texts []string) []string {
	had := map[string]bool{}
	for _, text := range texts {
		text = strings.ToLower(strings.TrimLeft(text, "*."))
		if len(text) >= 4 && !isReserved(text) && len(had) <= maxTraces {
			had[text] = true
		}
	}
	return slices.Sorted(maps.Keys(had))
}

// part is a certificate of the copy.
type part struct {
	*seenCert
	name    string
	issuer  *part // itself if it is self-signed, nil if its issuer is not known
	below   *part // of a stand-in: the certificate that it issues
	invalid bool  // its signature does not verify
	of      string
	profile Profile
	number  int // position in parts
}

func (p *part) self() bool { return p.issuer == p }

func (c *copier) note(where, what, why string, args ...any) {
	n := Note{Where: where, What: what, Why: fmt.Sprintf(why, args...)}
	if !slices.Contains(c.notes, n) {
		c.notes = append(c.notes, n)
	}
}

// read parses everything once.
func (c *copier) read() error {
	known := map[string]*part{}
	add := func(der []byte) (*part, error) {
		if p := known[string(der)]; p != nil {
			return p, nil
		}
		cert, err := parseSeen(der)
		if err != nil {
			return nil, err
		}
		p := &part{seenCert: cert, number: len(c.parts)}
		known[string(der)], c.parts = p, append(c.parts, p)
		return p, nil
	}
	for i, der := range c.Sent {
		p, err := add(der)
		if err != nil && i == 0 {
			return fmt.Errorf("the first certificate cannot be read, so there is no leaf to copy: %w", err)
		}
		if err != nil {
			c.note("chain", "sent", "certificate %d of %d cannot be read (%v): it is left out", i+1, len(c.Sent), err)
			continue
		}
		c.sent = append(c.sent, p)
	}
	for _, root := range c.usefulRoots() {
		p, err := add(root)
		if err == nil && !slices.Contains(c.trusted, p) {
			c.trusted = append(c.trusted, p)
		}
	}
	return nil
}

// usefulRoots returns the roots that matter: those that were sent or that have the name of an issuer. If none
// does and there are few, it returns all of them.
func (c *copier) usefulRoots() [][]byte {
	wanted := map[string]bool{}
	for _, p := range c.parts {
		wanted[canonical(p.issuerName)] = true
	}
	var useful, all [][]byte
	for _, der := range c.Roots {
		cert, err := parseSeen(der)
		if err != nil {
			continue
		}
		all = append(all, der)
		sent := slices.ContainsFunc(c.Sent, func(s []byte) bool { return string(s) == string(der) })
		if sent || wanted[canonical(cert.subject)] {
			useful = append(useful, der)
		}
	}
	if len(useful) == 0 && len(all) <= maxRootsCopied {
		useful = all
	}
	if len(useful) > maxRootsCopied {
		c.note("chain", "trusted", "%d trusted certificates have names of issuers in the chain: %d are copied",
			len(useful), maxRootsCopied)
		useful = useful[:maxRootsCopied]
	}
	return useful
}

// texts returns the names that the original must not leave behind.
func (c *copier) texts() []string {
	list := []string{c.Host}
	for _, p := range c.parts {
		for _, a := range slices.Concat(p.subjectAttributes(), p.issuerAttributes()) {
			list = append(list, a.Value)
		}
		list = append(list, p.constraintNames()...)
		for _, name := range p.generalNames() {
			if kind, value, ok := strings.Cut(name, ":"); ok && kind != "DER" {
				list = append(list, value)
			}
		}
	}
	return list
}

// names of certificates for which there is more than one.
func numbered(base string, n int) string {
	if n == 0 {
		return base
	}
	return fmt.Sprintf("%s-%d", base, n+1)
}

func isAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
