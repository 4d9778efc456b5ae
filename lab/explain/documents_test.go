package explain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/explain"
)

// classes returns the classes of a report in the form that testdata has.
func classes(r explain.Report) string {
	var list []string
	for _, f := range r.Findings {
		class := string(f.Class)
		if class == "" {
			class = strings.Join(strs(f.Possible), ",")
		}
		list = append(list, class)
	}
	if list == nil {
		return "-"
	}
	return strings.Join(list, ";")
}

// TestDocuments checks the class of every error message that the documents quote.
func TestDocuments(t *testing.T) {
	count := map[string]int{}
	for _, f := range fields(t, "testdata/documents.txt") {
		r := explain.Read(strings.ReplaceAll(f[2], `\n`, "\n"))
		assert.Equal(t, f[1], classes(r), "%s: %s", f[0], f[2])
		count[f[0]]++
	}
	t.Logf("messages: %v", count)
	assert.Len(t, count, 3)
}

func strs[T ~string](list []T) (out []string) {
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}
