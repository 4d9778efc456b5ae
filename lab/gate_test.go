package lab_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// tally is a client that counts its probes.
type tally struct {
	clients.Prober
	mu    sync.Mutex
	asked map[string]int
}

func (c *tally) Probe(ctx context.Context, r clients.Request) clients.Result {
	c.mu.Lock()
	c.asked[r.Endpoint.ID]++
	c.mu.Unlock()
	if c.Prober == nil {
		return clients.Result{Outcome: clients.Rejected, Message: "no"}
	}
	return c.Prober.Probe(ctx, r)
}

// TestGate checks that a client which rejects the gate is probed with nothing else, and that a client which
// accepts it is probed with it once.
func TestGate(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "gate", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	var list []*scenarios.Scenario
	for _, id := range []string{"good", "expired", "wrong-host"} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok)
		list = append(list, s)
	}
	known, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer known.Close()
	client := func(p clients.Prober) (*tally, *clients.Set) {
		c := &tally{Prober: p, asked: map[string]int{}}
		return c, &clients.Set{
			Clients: []*clients.Client{
				{Info: clients.Info{Stack: "go", Variant: "exit", Service: "https", UnderTest: true}, Prober: c},
			},
		}
	}

	refuses, set := client(nil)
	got, err := l.Run(t.Context(), list, set, lab.RunOptions{Gate: list[0]})
	require.NoError(t, err)
	require.NotNil(t, got.Stopped)
	assert.Equal(t, 2, got.Stopped.Unasked)
	assert.Equal(t, map[string]int{"good": 1}, refuses.asked)
	require.Len(t, got.Scenarios, 1)
	assert.Equal(t, verdict.Broken, got.Scenarios[0].Cells[0].Kind)

	refuses, set = client(nil)
	got, err = l.Run(t.Context(), list[1:], set, lab.RunOptions{Gate: list[0]})
	require.NoError(t, err)
	assert.Equal(t, 2, got.Stopped.Unasked)
	assert.Equal(t, map[string]int{"good": 1}, refuses.asked)

	accepts, set := client(known.Clients[0].Prober)
	got, err = l.Run(t.Context(), list, set, lab.RunOptions{Gate: list[0]})
	require.NoError(t, err)
	assert.Nil(t, got.Stopped)
	assert.True(t, got.Documented())
	assert.Equal(t, map[string]int{"good": 1, "expired": 1, "wrong-host": 1}, accepts.asked)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, set = client(nil)
	got, err = l.Run(ctx, list, set, lab.RunOptions{Gate: list[0]})
	require.Error(t, err)
	require.NotNil(t, got)
	assert.True(t, got.Interrupted)
}
