package lazyregexp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/lazyregexp"
)

func TestRegexp(t *testing.T) {
	r := lazyregexp.New(`(a+)b`)
	assert.Equal(t, `(a+)b`, r.String())
	assert.True(t, r.MatchString("xaab"))
	assert.False(t, r.MatchString("xaa"))
	assert.Equal(t, []int{1, 4}, r.FindStringIndex("xaab"))
	assert.Equal(t, []string{"aab", "aa"}, r.FindStringSubmatch("xaab"))
	assert.Equal(t, [][]string{{"ab", "a"}, {"aab", "aa"}}, r.FindAllStringSubmatch("ab aab", -1))
	assert.Equal(t, [][]int{{0, 2, 0, 1}}, r.FindAllStringSubmatchIndex("ab aab", 1))
	assert.Equal(t, []string{"ab", "aab"}, r.FindAllString("ab aab", -1))
	assert.Equal(t, [][]int{{0, 2}, {3, 6}}, r.FindAllStringIndex("ab aab", -1))
	assert.Equal(t, "[ab] [aab]", r.ReplaceAllStringFunc("ab aab", func(s string) string { return "[" + s + "]" }))
	assert.Equal(t, "<a> <aa>", r.ReplaceAllString("ab aab", "<$1>"))
}

// TestInvalid checks that an invalid expression does not wait for its first use in tests, where it would be found.
func TestInvalid(t *testing.T) {
	assert.Panics(t, func() { lazyregexp.New(`(`) })
}
