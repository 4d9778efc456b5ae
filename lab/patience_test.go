package lab_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/scenarios"
)

// TestPatience checks that a run gives clients the time that a scenario asks for, or the run's own limit if
// that is shorter.
func TestPatience(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "patience", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	silent, ok := scenarios.Lookup("silent")
	require.True(t, ok)
	for timeout, want := range map[time.Duration]time.Duration{
		0:                      silent.Patience,
		time.Hour:              silent.Patience,
		250 * time.Millisecond: 250 * time.Millisecond,
	} {
		run, err := l.Run(t.Context(), []*scenarios.Scenario{silent}, set, lab.RunOptions{Timeout: timeout})
		require.NoError(t, err)
		cell := run.Scenarios[0].Cells[0]
		assert.True(t, cell.Documented, "%s: %s", cell.Kind, cell.Message)
		assert.GreaterOrEqual(t, cell.Duration, want)
		assert.Less(t, cell.Duration, want+5*time.Second, "told %s", timeout)
	}
}
