package diagnose_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// asker returns what a scenario's server did, or skips the test with a reason.
type asker func(t *testing.T, s *scenarios.Scenario) (*ask.Seen, diagnose.Roots, diagnose.Options)

// TestLoop checks that each row of the catalogue is named by a diagnosis of its server, and that it is found wrong if
// and only if clients must refuse it. The servers are a stand-in made from what the rows declare.
func TestLoop(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "diagnose", ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	loop(t, standIn{l}.ask)
}

// loop diagnoses every scenario.
func loop(t *testing.T, ask asker) {
	var named, twin, hidden atomic.Int64
	all := scenarios.All()
	t.Run("rows", func(t *testing.T) { // which ends when all of them have ended
		for _, s := range all {
			t.Run(s.ID, func(t *testing.T) {
				t.Parallel() // most of the time, some of them wait for a server that hangs
				seen, roots, options := ask(t, s)
				r := diagnose.Tell(seen, roots, options)
				first := ""
				if len(r.Rows) > 0 {
					first = r.Rows[0]
				}
				as, isUnseen := unseenAs(s.ID)
				switch {
				case first == s.ID:
					named.Add(1)
				case isTwin(s.ID, first):
					twin.Add(1)
				case isUnseen && first == as:
					hidden.Add(1)
				default:
					assert.Fail(t, "another row is named", "got %q, findings:\n%s", r.Rows, codesOf(r))
				}
				if isUnseen {
					return
				}
				switch s.Expect.Verdict {
				case scenarios.Reject:
					assert.True(t, r.Wrong(), "clients refuse it, and nothing is found wrong")
					assert.True(t, slices.ContainsFunc(r.Failures(), func(f diagnose.Finding) bool {
						return isExpected(s, f.Class)
					}), "want one of %s, got:\n%s", s.Expect.Failures, codesOf(r))
				case scenarios.Accept:
					assert.False(t, r.Wrong(), "clients accept it:\n%s", codesOf(r))
				}
				for _, f := range r.Findings {
					assert.NotContains(t, f.What, ".what", "no text for %s", f.Code)
					assert.NotContains(t, f.What, "%!", f.Code)
					if f.Severity != diagnose.Note {
						assert.NotEmpty(t, f.Fix, "no fix for %s", f.Code)
					}
				}
			})
		}
	})
	t.Logf("%d rows: %d named, %d by a twin, %d that cannot be seen from outside", len(all), named.Load(),
		twin.Load(), hidden.Load())
}

// isExpected reports whether a row expects a class. Up to TLS 1.2, clients are told of a missing client certificate by
// alert handshake_failure only (RFC 5246, section 7.4.6); a diagnosis knows of the request.
func isExpected(s *scenarios.Scenario, c failure.Class) bool {
	missing := c == failure.ClientCertificateRequired && slices.Contains(s.Expect.Failures, failure.HandshakeFailure)
	return missing || slices.Contains(s.Expect.Failures, c)
}

// codesOf lists a report's findings.
func codesOf(r *diagnose.Report) string {
	var lines []string
	for _, f := range r.Findings {
		lines = append(lines, string(f.Severity)+" "+f.Code+" "+f.Where+" "+strings.Join(f.Rows, ",")+": "+f.What)
	}
	return strings.Join(lines, "\n")
}

func isTwin(id, other string) bool {
	return slices.ContainsFunc(diagnose.AllTwins(), func(w diagnose.Twins) bool {
		return slices.Contains(w.Rows, id) && slices.Contains(w.Rows, other)
	})
}

func unseenAs(id string) (string, bool) {
	for _, u := range diagnose.AllUnseen() {
		if u.Row == id {
			return u.As, true
		}
	}
	return "", false
}

// TestDeclared checks that all rows that are declared here exist, and that each row of the catalogue is either known by
// a finding or declared to be unseen.
func TestDeclared(t *testing.T) {
	for _, w := range diagnose.AllTwins() {
		assert.NotEmpty(t, w.Why)
		for _, id := range w.Rows {
			_, ok := scenarios.Lookup(id)
			assert.True(t, ok, "there is no row %s", id)
		}
	}
	for _, u := range diagnose.AllUnseen() {
		for _, id := range []string{u.Row, u.As} {
			_, ok := scenarios.Lookup(id)
			assert.True(t, ok, "there is no row %s", id)
		}
	}
	known := diagnose.RowIDs()
	for _, id := range known {
		_, ok := scenarios.Lookup(id)
		assert.True(t, ok, "there is no row %s", id)
	}
	for _, s := range scenarios.All() {
		_, isUnseen := unseenAs(s.ID)
		assert.NotEqual(t, isUnseen, slices.Contains(known, s.ID), "%s must be known by a finding, or unseen", s.ID)
	}
}
