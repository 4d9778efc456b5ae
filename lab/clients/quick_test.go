package clients

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients/stack"
)

// TestQuick holds that a slow stack is left out, and said to be, where nobody named it.
func TestQuick(t *testing.T) {
	opened := 0
	slow := stack.Stack{
		Name: "slow", Slow: "it takes hours",
		Find: func(context.Context) ([]stack.Place, error) { return []stack.Place{{Path: "here"}}, nil },
		Open: func(context.Context, stack.Place) (*stack.Install, error) {
			opened++
			return &stack.Install{Version: "1", Variants: []stack.Variant{{Name: "default"}}}, nil
		},
	}
	for _, c := range []struct {
		options Options
		clients int
	}{{Options{}, 1}, {Options{Quick: true}, 0}, {Options{Quick: true, Only: []string{"slow"}}, 1}} {
		opened = 0
		set, err := discover(t.Context(), []stack.Stack{slow}, c.options)
		require.NoError(t, err)
		assert.Len(t, set.Clients, c.clients, c.options)
		assert.Equal(t, c.clients, opened, c.options)
		if c.clients == 0 {
			assert.Equal(t, []Missing{{Stack: "slow", Reason: "it takes hours"}}, set.Missing)
		}
		require.NoError(t, set.Close())
	}
}
