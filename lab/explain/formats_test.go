package explain

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFormats checks that each format marks a line of a real log, and that the marks in testdata/formats.tsv are found.
func TestFormats(t *testing.T) {
	data, err := os.ReadFile("testdata/formats.tsv")
	require.NoError(t, err)
	in := &reader{traits: map[string]traits{}}
	met := map[int]bool{}
	for line := range strings.Lines(string(data)) {
		if line[0] == '#' {
			continue
		}
		row := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 2)
		require.Len(t, row, 2, line)
		u := unit{text: row[1]}
		of := in.traitsOf(u)
		for _, i := range of.formats {
			met[i] = true
		}
		var list []string
		for _, m := range of.marksIn(u.text) {
			list = append(list, m.name+"="+m.value)
		}
		assert.Equal(t, row[0], strings.Join(list, ", "), row[1])
	}
	for i, f := range formats {
		assert.True(t, met[i], "no line for %s, %s", f.name, f.key)
	}
}
