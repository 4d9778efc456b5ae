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
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// hanging is a client that never ends by itself.
type hanging struct{ asked atomic.Int64 }

func (h *hanging) Probe(context.Context, clients.Request) clients.Result {
	h.asked.Add(1)
	return clients.Overrun(time.Second)
}

// TestHangs checks that a client under test which hangs with a control is not probed with the scenarios of
// that control: each would take the full time limit.
func TestHangs(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "hangs", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	var list []*scenarios.Scenario
	for _, id := range []string{"expired", "not-yet-valid", "wrong-host"} { // they share one control
		s, ok := scenarios.Lookup(id)
		require.True(t, ok)
		list = append(list, s)
	}
	for underTest, want := range map[bool]int64{true: 1, false: 4} {
		h := new(hanging)
		set := &clients.Set{
			Clients: []*clients.Client{
				{Info: clients.Info{Stack: "own", Variant: "exit", Service: "https", UnderTest: underTest}, Prober: h},
			},
		}
		run, err := l.Run(t.Context(), list, set, lab.RunOptions{})
		require.NoError(t, err)
		for _, s := range run.Scenarios {
			assert.Equal(t, verdict.Void, s.Cells[0].Kind, s.ID)
		}
		assert.Equal(t, want, h.asked.Load())
	}
}
