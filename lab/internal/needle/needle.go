// Package needle speeds up replacements with regular expressions. It finds out which literal texts an expression needs
// in order to match, and searches for these first. That is many times faster than most expressions, and most messages
// contain none of the texts.
package needle

import (
	"regexp/syntax"
	"strings"
)

// Expression is a regular expression of package regexp, or one that is compiled later.
type Expression interface {
	String() string
	ReplaceAllString(s, replacement string) string
}

// Replacer replaces what an expression matches.
type Replacer struct {
	re   Expression
	with string
	any  []string // every match contains one of these; empty if unknown
}

// New returns a replacer for the matches of an expression. The replacement is as in [regexp.Regexp.ReplaceAllString].
func New(re Expression, with string) Replacer {
	r := Replacer{re: re, with: with}
	if parsed, err := syntax.Parse(re.String(), syntax.Perl); err == nil {
		r.any = required(parsed)
	}
	return r
}

// Replace returns a text with all matches replaced.
func (r Replacer) Replace(text string) string {
	for i, s := range r.any {
		if strings.Contains(text, s) {
			break
		}
		if i == len(r.any)-1 {
			return text
		}
	}
	return r.re.ReplaceAllString(text, r.with)
}

// required returns texts of which every match of an expression contains one, or nil if it cannot tell.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if list := required(sub); shortest(list) > shortest(best) {
				best = list
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			list := required(sub)
			if list == nil {
				return nil
			}
			all = append(all, list...)
		}
		return all
	}
	return nil
}

// shortest returns the length of the shortest text in a list. The longer texts are, the rarer they are.
func shortest(list []string) int {
	if len(list) == 0 {
		return 0
	}
	least := len(list[0])
	for _, s := range list {
		least = min(least, len(s))
	}
	return least
}
