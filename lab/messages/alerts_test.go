package messages_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

func TestAlertClasses(t *testing.T) {
	assert.Equal(
		t, failure.Expired, messages.AlertClasses(wire.AlertCertificateExpired)[0], "what most mean comes first",
	)
	assert.Contains(t, messages.AlertClasses(wire.AlertUnknownCA), failure.Untrusted)
	assert.Empty(t, messages.AlertClasses(wire.AlertCloseNotify))
	for code := range 256 {
		list := messages.AlertClasses(wire.AlertCode(code))
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(list))), len(list), "each once")
		assert.Equal(t, list, messages.AlertClasses(wire.AlertCode(code)), "always in the same order")
	}
}
