package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/scenarios"
)

func TestGood(t *testing.T) {
	for service, want := range map[scenarios.Service]string{
		scenarios.HTTPS: "good", scenarios.MongoDB: "mongo-good", scenarios.Mongod: "mongod-good",
	} {
		good := scenarios.Good(service)
		assert.Equal(t, want, good.ID)
		assert.Equal(t, scenarios.Accept, good.Expect.Verdict)
	}
}

func TestFirstControl(t *testing.T) {
	for _, test := range []struct {
		want string
		ids  []string
	}{
		{"good", []string{"good"}},
		{"good", []string{"expired"}},
		{"good-ip", []string{"wrong-ip", "expired"}}, // equally common, and first
		{"good", []string{"wrong-ip", "expired", "wrong-host"}},
		{"mongo-good", []string{"mongo-expired"}},
	} {
		var list []*scenarios.Scenario
		for _, id := range test.ids {
			s, ok := scenarios.Lookup(id)
			assert.True(t, ok, id)
			list = append(list, s)
		}
		assert.Equal(t, test.want, scenarios.FirstControl(list).ID, test.ids)
	}
	assert.Equal(t, "good", scenarios.FirstControl(scenarios.All()).ID)
	assert.Nil(t, scenarios.FirstControl(nil))
}
