package failure_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/scenarios/failure"
)

// TestInfos checks that each class is described once, in whole sentences and in an existing group, with a fix for the
// people who run servers and one for the authors of clients.
func TestInfos(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z].*\.$`)
	seen := map[failure.Class]bool{}
	for _, i := range failure.All() {
		assert.False(t, seen[i.Class], "%s is listed twice", i.Class)
		seen[i.Class] = true
		assert.Contains(t, []string{"certificate", "handshake", "wire", "client"}, i.Group, i.Class)
		for _, text := range []string{i.Meaning, i.Fix, i.Client} {
			assert.Regexp(t, sentence, text, i.Class)
		}
	}
	assert.False(t, slices.ContainsFunc(failure.All(), func(i failure.Info) bool { return i.Client == i.Fix }),
		"the same words for two readers")
}
