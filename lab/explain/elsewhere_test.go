package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// TestElsewhere checks the class and the stack of messages of programs and versions that the lab does not have.
func TestElsewhere(t *testing.T) {
	lines := fields(t, "testdata/elsewhere.txt")
	for _, f := range lines {
		if !assert.Len(t, f, 3, f) {
			continue
		}
		r := explain.Read(f[2])
		if !assert.Len(t, r.Findings, 1, f[2]) {
			continue
		}
		got := r.Findings[0]
		class := string(got.Class)
		if class == "" {
			class = strings.Join(strs(got.Possible), ",")
		}
		assert.Equal(t, f[0], class, "%s (for %q)", f[2], got.Words)
		if f[1] == "-" { // any stack's
			assert.Empty(t, got.Stacks, f[2])
		} else if assert.NotEmpty(t, got.Stacks, f[2]) {
			assert.Equal(t, f[1], got.Stacks[0], f[2])
		}
	}
	t.Logf("%d messages", len(lines))
	assert.GreaterOrEqual(t, len(lines), 40)
}
