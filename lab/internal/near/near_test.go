package near_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/near"
)

func TestHint(t *testing.T) {
	for _, test := range []struct {
		word  string
		known []string
		want  string
	}{
		{"pyhton", []string{"go", "python", "pyopenssl"}, " (did you mean python?)"},
		{"must_staple", []string{"stapling", "must-staple"}, " (did you mean must-staple?)"},
		{"EXIT", []string{"exit", "served"}, " (did you mean exit?)"},
		{"python/strct", []string{"python/strict", "python/default"}, " (did you mean python/strict?)"},
		{"5", []string{"5s"}, " (did you mean 5s?)"},
		{"names", []string{"names", "names"}, " (did you mean names?)"},
		{"zebra", []string{"names", "chain"}, ""},
		{"x", []string{"expired"}, ""},
		{"", []string{"expired", "good"}, ""},
		{"chain", []string{"chain-1", "chain-2", "chain-3", "chain-4"}, " (did you mean chain-1, chain-2, chain-3?)"},
		{"过期", []string{"expired"}, ""},
	} {
		assert.Equal(t, test.want, near.Hint(test.word, test.known), test.word)
	}
}

func TestScenario(t *testing.T) {
	assert.Equal(t, " (did you mean expired?)", near.Scenario("expird"))
	assert.Equal(t, " (did you mean wrong-host?)", near.Scenario("worng_host"))
	assert.Equal(t, " (did you mean mongo-expired?)", near.Scenario("mongo-expird"))
	assert.Contains(t, near.Scenario("monogod-good"), "mongod-good")
	assert.Empty(t, near.Scenario("frobnicate"))
}
