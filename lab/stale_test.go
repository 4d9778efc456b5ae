package lab_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// TestStale uses a time some days ago at which everything except the roots without name constraints is still
// valid. Scenarios that depend on those roots must be left out with a reason, and no others.
func TestStale(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "stale", At: lab.Today(time.Now()).AddDate(0, 0, -5), Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	for id, want := range map[string]verdict.Kind{
		"good-unconstrained": verdict.Unsupported, "null-byte-name": verdict.Unsupported,
		"ip-as-dns-name": verdict.Unsupported,
		"good":           verdict.OK, "expired": verdict.OK, "not-yet-valid": verdict.OK, "expired-root": verdict.OK,
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok)
		run, err := l.Run(t.Context(), []*scenarios.Scenario{s}, set, lab.RunOptions{})
		require.NoError(t, err)
		cell := run.Scenarios[0].Cells[0]
		assert.Equal(t, want, cell.Kind, "%s: %s", id, cell.Why)
		if want == verdict.Unsupported {
			assert.Contains(t, cell.Why.Text, "live for two days after --at")
		}
	}
}
