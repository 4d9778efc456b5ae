package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// network lists classes of failures that need no TLS.
var network = []string{"unexpected-eof", "connection-refused", "name-resolution"}

// TestProgramsUnderTest checks that the messages of the programs of lab/verdict, exactly as they were written, get
// their class and their stack, and that lines which give no reason add nothing.
func TestProgramsUnderTest(t *testing.T) {
	for _, f := range fields(t, "../messages/testdata/programs.txt") {
		want, program, message := strings.TrimPrefix(f[0], "untold"), f[1], strings.ReplaceAll(f[2], `\n`, "\n")
		if program == "psql" && !strings.Contains(message, "SSL") && slices.Contains(network, want) {
			continue // libpq says the same without TLS
		}
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
