// Package mimic makes a scenario of a server that was seen: a chain of the same shape under the lab's keys, and the
// server's manners as far as the lab's servers can have them. No key, serial number, name or address of the original is
// in it, unless the options keep names.
//
// [Server] copies what package ask wrote down of a server, and [Chain] a chain alone. [Vary] applies the catalogue's
// defects to the shape of a copy.
package mimic

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Options says what a copy is called, and what it may keep of the original.
type Options struct {
	// ID is the scenario's ID. Empty means "mimic-" and the catalogue's row that is the same: "mimic-expired".
	ID string
	// Keep says which names may be kept: see [pki.RecipeOptions].
	Keep pki.RecipeOptions
}

// Copy is a scenario that is like a server.
type Copy struct {
	// Scenario is the copy.
	Scenario *scenarios.Scenario
	// Good is its control: the same with the fault fixed, so that clients must accept it. It is Scenario itself if nothing
	// is wrong with the server.
	Good *scenarios.Scenario
	// Notes says what could not be copied, and what is in its place.
	Notes []pki.Note
	// Report is the diagnosis of the original. Unlike the copy, it has the original's names.
	Report *diagnose.Report

	seen *ask.Seen
}

// Chain copies a chain: certificates in DER, in the order in which a server sends them. Roots are the certificates that
// clients trust, in DER; nil means that they are not known. Host is what clients ask for; if it is empty, it is the
// first name of the leaf. At is when the chain was seen.
func Chain(sent, roots [][]byte, host string, at time.Time, o Options) (*Copy, error) {
	if host == "" {
		host = firstName(sent)
	}
	seen := &ask.Seen{
		Target: ask.Target{Host: host, Port: 443}, At: at, Speaks: "tls",
		Addresses: []ask.Address{{End: ask.EndOpen}},
		Attempts:  []ask.Attempt{{Name: "ordinary", Certificates: sent, Complete: true, Answered: true}},
	}
	return Server(seen, roots, o)
}

// Server copies a server that was seen. Roots are the certificates that clients trust, in DER; nil means that they are
// not known.
func Server(seen *ask.Seen, roots [][]byte, o Options) (*Copy, error) {
	m := &mimic{options: o, roots: roots, Copy: &Copy{Scenario: &scenarios.Scenario{Service: scenarios.HTTPS}, seen: seen}}
	m.service()
	if err := m.chain(roots); err != nil {
		return nil, err
	}
	if err := m.tell(roots); err != nil {
		return nil, err
	}
	m.manners()
	m.faults()
	m.words()
	m.good()
	return m.Copy, nil
}

// mimic is the state of copying a server.
type mimic struct {
	*Copy
	options Options
	roots   [][]byte              // what clients trust, in DER, if it is known
	rows    []*scenarios.Scenario // the rows that are the same as what is wrong, the most harmful first
}

func (m *mimic) note(where, what, why string, args ...any) {
	m.Notes = append(m.Notes, pki.Note{Where: where, What: what, Why: fmt.Sprintf(why, args...)})
}

// telling returns the first attempt to which the server sent certificates, or else the first one.
func (m *mimic) telling() ask.Attempt {
	for _, a := range m.seen.Attempts {
		if len(a.Certificates) > 0 {
			return a
		}
	}
	if len(m.seen.Attempts) > 0 {
		return m.seen.Attempts[0]
	}
	return ask.Attempt{}
}

// chain copies the chain. A server that sent none gets the good one.
func (m *mimic) chain(roots [][]byte) error {
	s, a := m.Scenario, m.telling()
	if len(a.Certificates) == 0 {
		s.Host = "localhost"
		if ip, err := netip.ParseAddr(m.seen.Target.Host); err == nil {
			s.Host = loopback(ip)
		}
		m.note("chain", "sent", "the server sent no certificate, so the copy has the good chain")
		return nil
	}
	c, err := pki.RecipeOf(pki.Seen{
		Sent: a.Certificates, Roots: roots, Staple: a.Staple, At: m.midnight(), Host: m.seen.Target.Host,
		KeyProven: a.KeyProven,
	}, m.options.Keep)
	if err != nil {
		return fmt.Errorf("copying the chain: %w", err)
	}
	s.Recipe, s.Host = c.Recipe, c.Host
	m.steady(&s.Recipe)
	m.Notes = append(m.Notes, c.Notes...)
	return nil
}

// loopback is the address of this machine that is of the same kind.
func loopback(ip netip.Addr) string {
	if ip.Is4() {
		return "127.0.0.1"
	}
	return "::1"
}

// tell diagnoses the original. If it is not known which roots clients trust, they are taken to trust what the copy's
// clients trust, so the chain is that of the copy.
func (m *mimic) tell(roots [][]byte) error {
	given := diagnose.Roots{Name: "the given roots", Certificates: roots}
	seen := m.seen
	if a := m.telling(); roots == nil && len(a.Certificates) > 0 {
		chain, err := m.mint(m.Scenario.Recipe)
		if err != nil {
			return fmt.Errorf("minting the copy: %w", err)
		}
		var copied *ask.Seen
		copied, given = outside(m.Scenario, chain, seen.At)
		same := *seen
		same.Target.Host = m.Scenario.Host
		same.Attempts = slices.Clone(seen.Attempts)
		for i := range same.Attempts {
			if len(same.Attempts[i].Certificates) > 0 {
				same.Attempts[i].Certificates = copied.Attempts[0].Certificates
				same.Attempts[i].Staple = copied.Attempts[0].Staple
			}
		}
		seen = &same
	}
	m.Report = diagnose.Tell(seen, given, diagnose.Options{})
	return nil
}

// words gives the copy its ID, texts and expectation: those of the rows that are the same. The diagnosis' own sentences
// have the original's names in them.
func (m *mimic) words() {
	s := m.Scenario
	name := "server"
	if len(m.rows) > 0 {
		name = m.rows[0].Original()
	} else if m.Report.Wrong() {
		name = string(m.Report.Failures()[0].Class)
	}
	s.ID = cmp.Or(m.options.ID, "mimic-"+cmp.Or(name, "server"))
	if !m.Report.Wrong() {
		s.Title = "a copy of a server with nothing wrong"
		s.Story = scenarios.Story{What: "A copy of a real server. Nothing that clients refuse was found.",
			Where: "At the server that it was made from.", See: "The client connects."}
		s.Expect = scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must}
		return
	}
	ids, meanings, fixes := []string{}, []string{}, []string{}
	for _, row := range m.rows {
		ids, fixes = append(ids, row.Original()), append(fixes, row.Fix)
	}
	for _, f := range m.Report.Failures() {
		if info, ok := failure.Lookup(f.Class); ok && !slices.Contains(meanings, info.Meaning) {
			meanings = append(meanings, info.Meaning)
		}
	}
	s.Title = "a copy of a server, like " + cmp.Or(strings.Join(ids, ", "), name)
	s.Story = scenarios.Story{What: "A copy of a real server, as it was seen from outside. " + strings.Join(meanings, " "),
		Where: "At the server that it was made from.", See: "The client refuses it as it refuses the original."}
	s.Fix = strings.Join(fixes, " ")
	s.Expect = m.expectation()
	if len(m.rows) == 1 {
		s.Known = slices.Clone(m.rows[0].Known)
	}
}

// expectation is that of the row that is the same. If several things are wrong, a rejection may be for each of them,
// and clients must reject if one of them demands it.
func (m *mimic) expectation() scenarios.Expectation {
	e := scenarios.Expectation{Verdict: scenarios.Reject, Level: scenarios.Must}
	if len(m.rows) > 0 && m.rows[0].Expect.Verdict != scenarios.Accept {
		e = m.rows[0].Expect
	}
	e.Failures = slices.Clone(e.Failures)
	add := func(classes ...failure.Class) {
		for _, c := range classes {
			if c != "" && !slices.Contains(e.Failures, c) {
				e.Failures = append(e.Failures, c)
			}
		}
	}
	for _, row := range m.rows {
		if row.Expect.Verdict == scenarios.Reject && row.Expect.Level == scenarios.Must {
			e.Verdict, e.Level, e.Feature = scenarios.Reject, scenarios.Must, ""
		}
		add(row.Expect.Failures...)
	}
	for _, f := range m.Report.Failures() {
		add(f.Class)
	}
	return e
}
