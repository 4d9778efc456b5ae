package near_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/scenarios/near"
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

// TestLists checks that suggestions are from the list with the most similar name, or from the first one if several are
// equally similar.
func TestLists(t *testing.T) {
	https := []string{"expired", "expired-root", "wrong-host", "good"}
	mongo := []string{"mongo-expired", "mongo-expired-root", "mongo-wrong-host", "mongo-good"}
	mongod := []string{"mongod-expired", "mongod-good"}
	for word, want := range map[string]string{
		"expird":            "expired",
		"worng_host":        "wrong-host",
		"expire":            "expired, expired-root",
		"mongo-expird":      "mongo-expired",
		"mongo-wrong-hosts": "mongo-wrong-host",
		"monogod-good":      "mongod-good",
		"mongx-good":        "mongo-good",
	} {
		assert.Equal(t, near.Did(want), near.Hint(word, https, mongo, mongod), word)
	}
	assert.Equal(t, near.Did("ab"), near.Hint("aa", []string{"ab"}, []string{"ac"}))
	assert.Empty(t, near.Hint("frobnicate", https, mongo, mongod))
	assert.Empty(t, near.Hint("expird"))
}
