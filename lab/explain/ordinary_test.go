package explain_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/scenarios/failure"
)

// fields returns the lines of a file in testdata, split at tabs, without comments.
func fields(t *testing.T, name string) [][]string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var list [][]string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			list = append(list, strings.Split(line, "\t"))
		}
	}
	return list
}

// TestNoFalseAlarm checks that ordinary lines are not explained as TLS failures, one at a time and all as one log. A
// connection that failed before TLS began is reported as just that.
func TestNoFalseAlarm(t *testing.T) {
	var log strings.Builder
	lines := fields(t, "testdata/ordinary.txt")
	n := 0
	for _, f := range lines {
		text := strings.Join(f, "\t")
		class := failure.Class("")
		if _, ok := failure.Lookup(failure.Class(f[0])); ok {
			class, text = failure.Class(f[0]), strings.Join(f[1:], "\t")
		}
		n++
		log.WriteString(text + "\n")
		r := explain.Read(text)
		for _, u := range r.Unknown {
			for _, near := range u.Nearest {
				t.Logf("%q is shown beside %q (%s, %.2f)", text, near.Message, near.Class, near.Likeness)
			}
		}
		if class == "" {
			assert.Empty(t, r.Findings, text)
			continue
		}
		if assert.Len(t, r.Findings, 1, text) {
			assert.Equal(t, class, r.Findings[0].Class, text)
			assert.True(t, r.Findings[0].BeforeTLS, text)
		}
	}
	for _, found := range explain.Read(log.String()).Findings {
		assert.True(
			t, found.BeforeTLS, "in a log, %q is explained as %s, for %q", found.Quote, found.Class, found.Words,
		)
	}
	t.Logf("%d ordinary lines", n)
	assert.GreaterOrEqual(t, n, 300)
}
