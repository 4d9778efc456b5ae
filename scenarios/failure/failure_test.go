package failure_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/scenarios/failure"
)

// TestInfos holds what is said of each class to be whole: sentences, a group that there is, and a
// fix for each of its two readers.
func TestInfos(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z].*\.$`)
	seen := map[failure.Class]bool{}
	for _, i := range failure.All() {
		assert.False(t, seen[i.Class], "%s is there twice", i.Class)
		seen[i.Class] = true
		assert.Contains(t, []string{"certificate", "handshake", "wire", "client"}, i.Group, i.Class)
		for _, text := range []string{i.Meaning, i.Fix, i.Client} {
			assert.Regexp(t, sentence, text, i.Class)
		}
	}
	assert.False(t, slices.ContainsFunc(failure.All(), func(i failure.Info) bool { return i.Client == i.Fix }),
		"the same words for two readers")
}
