// Package needle finds out which texts a regular expression cannot match without. Looking for a text is many times
// faster than running an expression that begins with anything else, and few messages hold what most expressions are
// about.
package needle

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// Replacer replaces what an expression matches.
type Replacer struct {
	re   *regexp.Regexp
	with string
	any  []string // one of these is in whatever the expression matches; none means that nothing is known
}

// New returns a replacer of what an expression matches, with a replacement as of [regexp.Regexp.ReplaceAllString].
func New(re *regexp.Regexp, with string) Replacer {
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

// required returns texts of which whatever an expression matches has one; none if that cannot be said.
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

// shortest returns the length of the shortest of some texts: the longer, the rarer they are.
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
