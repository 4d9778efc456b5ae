package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/sync/semaphore"

	"example.com/tlslab/lab/clients"
)

// TestTurns checks that a program's turns grow as other programs finish, unless a number was given.
func TestTurns(t *testing.T) {
	client := func(stack, variant string) *clients.Client {
		return &clients.Client{Info: clients.Info{Stack: stack, Variant: variant}}
	}
	first, variant, second, third := client("a", "default"), client("a", "insecure"), client("b", "default"),
		client("c", "default")
	set := &clients.Set{Clients: []*clients.Client{first, variant, second, third}}

	shared := newTurns(set, 0, 6)
	for _, step := range []struct {
		done *clients.Client
		want int64
	}{{nil, 2}, {first, 2}, {variant, 3}, {second, 6}} {
		if step.done != nil {
			shared.done(step.done)
		}
		assert.Equal(t, step.want, free(shared.forClient(third).works))
		assert.Equal(t, step.want, free(shared.forClient(third).waits))
	}
	again := newTurns(set, 0, 6)
	assert.Same(t, again.forClient(first), again.forClient(variant), "variants share a program")

	assert.EqualValues(t, 1, free(newTurns(set, 0, 2).forClient(first).works), "each has at least one")

	fixed := newTurns(set, 1, 6)
	fixed.done(second)
	assert.EqualValues(t, 1, free(fixed.forClient(third).works))
	assert.Same(t, fixed.forClient(third).works, fixed.forClient(third).waits, "one thing at a time")
}

// free returns how many turns are free.
func free(s *semaphore.Weighted) (n int64) {
	for s.TryAcquire(1) {
		n++
	}
	s.Release(n)
	return n
}
