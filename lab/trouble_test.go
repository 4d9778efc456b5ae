package lab_test

import (
	"io/fs"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// TestPanicIsAnError checks that a panic on a connection is judged as the lab's error, in that cell only, and
// that the lab's temporary directory is removed nevertheless.
func TestPanicIsAnError(t *testing.T) {
	expired, _ := scenarios.Lookup("expired")
	other, _ := scenarios.Lookup("wrong-host")
	var told []error
	var mu sync.Mutex
	l, err := lab.New(lab.Config{
		Seed: "x",
		Watch: func(s *scenarios.Scenario, e serve.Event) {
			if s == expired && e.Kind == serve.EventHello {
				panic("as the test wants it")
			}
		},
		Trouble: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err)
		},
	})
	require.NoError(t, err)
	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"https"}, Only: []string{"go"}})
	require.NoError(t, err)
	defer set.Close()
	set.Clients = set.Clients[:1]
	run, err := l.Run(t.Context(), []*scenarios.Scenario{expired, other}, set, lab.RunOptions{})
	require.NoError(t, err)
	cell := run.Scenarios[0].Cells[0]
	assert.Equal(t, verdict.Error, cell.Kind)
	assert.Contains(t, cell.Why.Text, "internal error of the lab: as the test wants it")
	assert.Equal(t, verdict.OK, run.Scenarios[1].Cells[0].Kind)
	assert.NotEmpty(t, told)
	require.NoError(t, l.Close())
	_, err = os.Stat(l.Dir())
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
