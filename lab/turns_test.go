package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
)

// A program's turns grow as others come to their end, unless their number was asked for.
func TestTurns(t *testing.T) {
	client := func(stack, variant string) *clients.Client {
		return &clients.Client{Info: clients.Info{Stack: stack, Variant: variant}}
	}
	first, variant, second, third := client("a", "default"), client("a", "insecure"), client("b", "default"), client("c", "default")
	set := &clients.Set{Clients: []*clients.Client{first, variant, second, third}}

	shared := newTurns(set, 0, 6)
	for _, step := range []struct {
		done *clients.Client
		want int64
	}{{nil, 2}, {first, 2}, {variant, 3}, {second, 6}} {
		if step.done != nil {
			shared.done(step.done)
		}
		assert.Equal(t, step.want, free(shared.of(third).works))
		assert.Equal(t, step.want, free(shared.of(third).waits))
	}
	again := newTurns(set, 0, 6)
	assert.Same(t, again.of(first), again.of(variant), "variants share a program")

	assert.EqualValues(t, 1, free(newTurns(set, 0, 2).of(first).works), "each has one at least")

	fixed := newTurns(set, 1, 6)
	fixed.done(second)
	assert.EqualValues(t, 1, free(fixed.of(third).works))
	assert.Same(t, fixed.of(third).works, fixed.of(third).waits, "one thing at a time")
}

// free returns how many turns can be taken.
func free(s *semaphore.Weighted) (n int64) {
	for s.TryAcquire(1) {
		n++
	}
	s.Release(n)
	return n
}
