package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// TestProgramsUnderTest holds what the programs of lab/verdict wrote, as they wrote it, to be of the class that it has
// there, and theirs; and nothing to be said beside it that tells no reason.
func TestProgramsUnderTest(t *testing.T) {
	for _, f := range fields(t, "../messages/testdata/programs.txt") {
		want, program, message := strings.TrimPrefix(f[0], "untold"), f[1], strings.ReplaceAll(f[2], `\n`, "\n")
		r := explain.Read(message)
		if !assert.NotEmpty(t, r.Findings, "%s: %s: %s", program, want, message) {
			continue
		}
		for _, also := range r.Findings[1:] {
			assert.NotEmpty(t, also.Class, "%s: %s\n%s", program, classes(r), message)
		}
		found := r.Findings[0]
		assert.Equal(t, want, string(found.Class), message)
		assert.Equal(t, program, found.Stacks[0], message)
		assert.Equal(t, want == "", len(found.Possible) > 0, message)
	}
}
