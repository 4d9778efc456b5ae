package messages_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

func TestAlertClasses(t *testing.T) {
	assert.Equal(t, failure.Expired, messages.AlertClasses(45)[0], "what most mean comes first")
	assert.Contains(t, messages.AlertClasses(48), failure.Untrusted)
	assert.Empty(t, messages.AlertClasses(0))
	for code := range 256 {
		list := messages.AlertClasses(uint8(code))
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(list))), len(list), "each once")
		assert.Equal(t, list, messages.AlertClasses(uint8(code)), "always in the same order")
	}
}
