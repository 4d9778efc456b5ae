package lexicon

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLexicon(t *testing.T) {
	l := New([]string{"ab", "abc", "bc", "界"})
	var found []string
	l.Each("xabcab", func(text, at int) bool {
		found = append(found, l.Texts[text])
		return true
	})
	assert.Equal(t, []string{"ab", "abc", "bc", "ab"}, found, "overlapping texts, in their order in the message")
	assert.Equal(t, map[int]bool{0: true, 1: true, 2: true}, l.Has("xabcab"))
	assert.True(t, l.In("世界"))
	assert.False(t, l.In("a b c"))
	assert.False(t, l.In(""))
}

// TestEachStops checks that Each ends when f returns false.
func TestEachStops(t *testing.T) {
	calls := 0
	New([]string{"aa"}).Each("aaaa", func(int, int) bool {
		calls++
		return false
	})
	assert.Equal(t, 1, calls)
}

func TestZero(t *testing.T) {
	var l Lexicon
	assert.False(t, l.In("anything"))
	assert.Empty(t, l.Has("anything"))
}
