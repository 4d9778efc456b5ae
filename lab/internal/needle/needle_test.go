package needle_test

import (
	"regexp"
	"testing"

	"example.com/tlslab/lab/internal/needle"
)

var patterns = []string{
	`abc`, `(?i)abc`, `a|bc`, `a|b*`, `\b(localhost|db\d*)\b`, `(ab)?c`, `(ab)+c`, `x{2}y`, `x{0,2}y`, `[ab]c+d*`,
	`(^|[\s'"(=:])(?:[A-Za-z]:\\|\.{0,2}/)[^\s'":,()]+`, `\d+ (bytes remaining to read|more expected)`,
	`^$`, ``, `.`, `\s+`, `(a|b)(c|)`, `(?s:a.b)`, `[^\n]b`, `a(?:b|c)?d`,
}

// FuzzReplace checks that a replacer has the same result as the expression alone.
func FuzzReplace(f *testing.F) {
	for i := range patterns {
		for _, text := range []string{
			"", "abc", "ABC", "localhost", "db1 xy", "C:\\x ../y", "12 more expected", "xxy", "abd acd ad", "a\nb",
		} {
			f.Add(i, text)
		}
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		re := regexp.MustCompile(patterns[uint(i)%uint(len(patterns))])
		if got, want := needle.New(re, "<$0>").Replace(text), re.ReplaceAllString(text, "<$0>"); got != want {
			t.Errorf("%s in %q: %q, want %q", re, text, got, want)
		}
	})
}
