package lab_test

import (
	"context"
	"sync/atomic"
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

// TestParallel checks that concurrent probes of one client give the same results as sequential ones, that
// each control is probed once, and that every cell is reported.
func TestParallel(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "parallel", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	counter := new(counting)
	counter.Prober = set.Clients[0].Prober
	set.Clients[0].Prober = counter
	var list []*scenarios.Scenario
	for _, id := range []string{"expired", "silent", "wrong-host", "good", "not-yet-valid", "wrong-ip", "unknown-host",
		"staple-expired"} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok)
		list = append(list, s)
	}
	var came [2][]string
	for i, parallel := range []int{1, 4} {
		counter.probes.Store(0)
		counter.most.Store(0)
		var last int
		run, err := l.Run(t.Context(), list, set, lab.RunOptions{Parallel: parallel, Progress: func(done, total int) {
			assert.Equal(t, last+1, done)
			assert.Equal(t, len(list), total)
			last = done
		}})
		require.NoError(t, err)
		for _, s := range run.Scenarios {
			came[i] = append(came[i], s.ID+" "+string(s.Cells[0].Kind)+" "+string(s.Cells[0].Class))
		}
		assert.EqualValues(t, len(list)+2, counter.probes.Load(), "each scenario once, and good-ip and good-stapled")
		assert.LessOrEqual(t, counter.most.Load(), int64(parallel), "at the same time")
	}
	assert.Equal(t, came[0], came[1])
}

// counting counts the probes of a client.
type counting struct {
	clients.Prober
	probes    atomic.Int64
	now, most atomic.Int64 // concurrently, except in scenarios that wait
}

func (c *counting) Probe(ctx context.Context, r clients.Request) clients.Result {
	c.probes.Add(1)
	if s, _ := scenarios.Lookup(r.Endpoint.ID); s.Patience == 0 {
		now := c.now.Add(1)
		defer c.now.Add(-1)
		for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); {
			most = c.most.Load()
		}
	}
	return c.Prober.Probe(ctx, r)
}

// TestWaitsBesideWork checks that a scenario in which time must pass runs beside the others and not after
// them, wherever it is in the list.
func TestWaitsBesideWork(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "waits", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"go/default"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	one := &together{Prober: set.Clients[0].Prober, begun: make(chan struct{})}
	set.Clients[0].Prober = one
	run, err := l.Run(t.Context(), lookUp(t, "expired", "wrong-host", "not-yet-valid", "expired-intermediate",
		"silent"), set, lab.RunOptions{Parallel: 2})
	require.NoError(t, err)
	for _, s := range run.Scenarios {
		assert.Equal(t, verdict.OK, s.Cells[0].Kind, s.Cells[0].Message)
	}
}

// together makes a client wait in every scenario except the control until it has begun the one that takes
// time.
type together struct {
	clients.Prober
	begun chan struct{}
}

func (c *together) Probe(ctx context.Context, r clients.Request) clients.Result {
	switch r.Endpoint.ID {
	case "good":
	case "silent":
		close(c.begun)
	default:
		select {
		case <-c.begun:
		case <-time.After(10 * time.Second):
			return clients.Result{Outcome: clients.Failed, Message: "the scenario that takes time has not begun"}
		}
	}
	return c.Prober.Probe(ctx, r)
}
