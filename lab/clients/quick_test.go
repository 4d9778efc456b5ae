package clients

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lang"
)

// TestQuick checks that a slow stack which is not named is left out and listed as missing.
func TestQuick(t *testing.T) {
	opened := 0
	slow := Stack{
		Name: "slow", Slow: "it takes hours",
		Find: func(context.Context) ([]Place, error) { return []Place{{Path: "here"}}, nil },
		Open: func(context.Context, Place) (*Install, error) {
			opened++
			return &Install{Version: "1", Variants: []Variant{{Name: "default"}}}, nil
		},
	}
	for _, c := range []struct {
		options Options
		clients int
	}{{Options{}, 1}, {Options{Quick: true}, 0}, {Options{Quick: true, Only: []string{"slow"}}, 1}} {
		opened = 0
		c.options.Stacks = []Stack{slow}
		set, err := Discover(t.Context(), c.options)
		require.NoError(t, err)
		assert.Len(t, set.Clients, c.clients, c.options)
		assert.Equal(t, c.clients, opened, c.options)
		if c.clients == 0 {
			assert.Equal(t, []Missing{{Stack: "slow", Reason: lang.Plain("it takes hours")}}, set.Missing)
		}
		require.NoError(t, set.Close())
	}
}
