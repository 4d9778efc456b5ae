package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/locale"
	"example.com/tlslab/lab/lessons/check"
)

// TestProse holds each finding to be said in each language.
func TestProse(t *testing.T) {
	seen := map[string]string{}
	for _, name := range check.Names() {
		for _, in := range locale.All() {
			p := check.Finding{Name: name}.Prose(in)
			assert.NotEmpty(t, p.Says, "%s in %s", name, in)
			assert.NotEmpty(t, p.Next, "%s in %s", name, in)
			assert.Empty(t, seen[p.Says], "%s in %s says what another does", name, in)
			seen[p.Says] = name
		}
	}
}
