package explain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// TestPairs checks who wrote a message and who objected, for failures of which both sides write.
func TestPairs(t *testing.T) {
	pairs := map[string]int{}
	for _, row := range fields(t, "testdata/sides.tsv") {
		failure, by, objector, class, message := row[0], row[1], row[2], row[3], row[4]
		pairs[failure]++
		r := explain.Read(message)
		if !assert.Len(t, r.Findings, 1, "%s: %s", failure, message) {
			continue
		}
		f := r.Findings[0]
		said := string(f.Class)
		if said == "" {
			said = string(f.Possible[0]) + "?"
		}
		assert.Equal(t, by, string(f.WrittenBy), "%s: who wrote %s", failure, message)
		assert.Equal(t, class, said, "%s: %s", failure, message)
		if objector != "-" {
			assert.Equal(t, objector, string(f.Objector), "%s: who objected in %s", failure, message)
		}
	}
	for failure, n := range pairs {
		assert.Equal(t, 2, n, failure)
	}
	assert.GreaterOrEqual(t, len(pairs), 30)
}
