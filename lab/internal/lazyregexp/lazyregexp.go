// Package lazyregexp has regular expressions that are compiled when they are first used. Tables of expressions then
// cost nothing in programs that do not use them.
package lazyregexp

import (
	"os"
	"regexp"
	"strings"
	"sync"
)

// Regexp is a regular expression of package regexp. It is safe for concurrent use.
type Regexp struct {
	expr    string
	compile func() *regexp.Regexp
}

// New returns an expression. Like [regexp.MustCompile] it panics if the expression is invalid, but only on first use; in
// tests at once.
func New(expr string) *Regexp {
	r := &Regexp{expr: expr, compile: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
	if inTest {
		r.compile()
	}
	return r
}

// inTest reports whether this is a test's program.
var inTest = len(os.Args) > 0 && strings.HasSuffix(strings.TrimSuffix(os.Args[0], ".exe"), ".test")

// String returns the expression's text.
func (r *Regexp) String() string { return r.expr }

// MatchString is as in package regexp.
func (r *Regexp) MatchString(s string) bool { return r.compile().MatchString(s) }

// FindStringIndex is as in package regexp.
func (r *Regexp) FindStringIndex(s string) []int { return r.compile().FindStringIndex(s) }

// FindStringSubmatch is as in package regexp.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compile().FindStringSubmatch(s) }

// FindAllStringSubmatch is as in package regexp.
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.compile().FindAllStringSubmatch(s, n)
}

// FindAllStringSubmatchIndex is as in package regexp.
func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return r.compile().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString is as in package regexp.
func (r *Regexp) ReplaceAllString(s, replacement string) string {
	return r.compile().ReplaceAllString(s, replacement)
}

// FindAllString is as in package regexp.
func (r *Regexp) FindAllString(s string, n int) []string { return r.compile().FindAllString(s, n) }

// FindAllStringIndex is as in package regexp.
func (r *Regexp) FindAllStringIndex(s string, n int) [][]int {
	return r.compile().FindAllStringIndex(s, n)
}

// ReplaceAllStringFunc is as in package regexp.
func (r *Regexp) ReplaceAllStringFunc(s string, replace func(string) string) string {
	return r.compile().ReplaceAllStringFunc(s, replace)
}
