package worker

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
)

// TestPool checks that the number of copies is limited, that waiting for one can be cancelled, and that a
// closed pool refuses probes.
func TestPool(t *testing.T) {
	p := NewPool("test", command(t, "good"), 2)
	hello, err := p.Start(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "1.2.3", hello.Version)
	one, err := p.take(t.Context())
	require.NoError(t, err)
	two, err := p.take(t.Context())
	require.NoError(t, err)
	assert.NotSame(t, one, two)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = p.take(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	p.free <- one
	p.free <- two

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			r := p.Probe(t.Context(), "default", clients.Request{Timeout: time.Minute})
			assert.Equal(t, clients.Result{Outcome: clients.Rejected, Message: "no", Code: "NO", Duration: r.Duration},
				r)
		})
	}
	group.Wait()
	assert.Len(t, p.all, 2)
	require.NoError(t, p.Close())
	assert.Equal(t, clients.Failed, p.Probe(t.Context(), "default", clients.Request{}).Outcome)

	unasked := NewPool("test", command(t, "good"), 1)
	require.NoError(t, unasked.Close())
	assert.Equal(t, "the worker is closed", unasked.Probe(t.Context(), "default", clients.Request{}).Message)
}
