package check_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/lessons/check"
)

// TestHints checks that each hint names the codes of the findings that it helps with.
func TestHints(t *testing.T) {
	for _, l := range lessons.All() {
		for i, h := range l.Hints(lang.English) {
			assert.NotEmpty(t, h.About, "%s, hint %d", l.ID, i+1)
			for _, name := range h.About {
				assert.Contains(t, assess.Codes(), assess.Code(name), "%s, hint %d", l.ID, i+1)
			}
		}
	}
}

// TestHint checks that hints are about the finding: each try gets the next one, and the last one is repeated.
func TestHint(t *testing.T) {
	l, _ := lessons.Lookup("write-a-client")
	hints := l.Hints(lang.English)
	about := func(code assess.Code) []string {
		var texts []string
		for _, h := range hints {
			if slices.Contains(h.About, string(code)) {
				texts = append(texts, h.Text)
			}
		}
		return texts
	}
	assert.Equal(t, []string{hints[2].Text}, about(assess.TruncationUnnoticed))
	for _, name := range []assess.Code{assess.TruncationUnnoticed, assess.RejectsEverything} {
		texts := about(name)
		for n := 1; n < 5; n++ {
			assert.Equal(t, texts[min(n, len(texts))-1], check.Hint(l, lang.English, name, n), "%s, try %d", name, n)
		}
		assert.Empty(t, check.Hint(l, lang.English, name, 0))
	}
	l, _ = lessons.Lookup("names")
	for n := range 9 {
		assert.Empty(t, check.Hint(l, lang.English, assess.NeverConnects, n))
	}
}

// TestTries checks that tries are counted by lesson and finding, and are kept until the lesson is solved.
func TestTries(t *testing.T) {
	dir := t.TempDir()
	count := func(lesson string, finding assess.Code) int {
		tries, err := check.OpenTries(dir)
		require.NoError(t, err)
		n, err := tries.Count(lesson, finding)
		require.NoError(t, err)
		return n
	}
	assert.Equal(t, 1, count("names", assess.NeverConnects))
	assert.Equal(t, 2, count("names", assess.NeverConnects))
	assert.Equal(t, 1, count("names", assess.NamesUnchecked))
	assert.Equal(t, 1, count("which-ca", assess.NamesUnchecked))
	tries, err := check.OpenTries(dir)
	require.NoError(t, err)
	require.NoError(t, tries.Solved("names"))
	assert.Equal(t, 1, count("names", assess.NeverConnects))
	assert.Equal(t, 2, count("which-ca", assess.NamesUnchecked))
}
