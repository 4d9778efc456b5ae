package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
)

// TestServices holds each service to have scenarios of its own IDs and ports, which are found by their IDs, and those
// that are the catalogue again to differ from it in nothing but the service.
func TestServices(t *testing.T) {
	ports := map[int]string{}
	for _, service := range scenarios.Services() {
		list := scenarios.Behind(service)
		require.NotEmpty(t, list, service)
		for _, s := range list {
			found, ok := scenarios.Lookup(s.ID)
			assert.True(t, ok && found == s, "%s is not found", s.ID)
			assert.Equal(t, service, s.Service, s.ID)
			assert.Equal(t, s.ID, service.Prefix()+scenarios.Base(s.ID))
			assert.Empty(t, ports[s.Port], "%s has a port of another", s.ID)
			ports[s.Port] = s.ID
			original, ok := scenarios.Lookup(s.Original())
			require.True(t, ok, s.ID)
			if original == s {
				continue
			}
			assert.Equal(t, scenarios.HTTPS, original.Service, s.ID)
			again := *s
			again.ID, again.Service, again.Port = original.ID, original.Service, original.Port
			again.Control, again.Known = original.Control, original.Known
			assert.Equal(t, *original, again, s.ID)
		}
	}
	assert.Empty(t, scenarios.Behind("none"))
	assert.Equal(t, "expired", scenarios.Base("expired"))
	assert.Equal(t, scenarios.MongoDB, scenarios.Mongod.Protocol())
	assert.Equal(t, scenarios.HTTPS, scenarios.HTTPS.Protocol())
}
