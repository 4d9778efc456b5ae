// Package phrasebook tells in other languages the sentences that the lab writes into its reports in
// English: why a cell was judged as it was, what is known of a stack, what a client has to do. Reports
// keep them in English, so that what is read from a file, or was written by a former version, is told
// in any language as well.
package phrasebook

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/locale"
)

// In tells a sentence in a language. What the book does not have, a client's own message for one, it
// leaves as it is.
func In(l locale.Locale, sentence string) string {
	if l != locale.Chinese || sentence == "" {
		return sentence
	}
	return chinese().tell(sentence)
}

// phrase is a format in English, with %s for what changes, and the same in another language.
type phrase struct{ english, other string }

// book is phrases in one other language, ready to be looked up.
type book struct {
	fixed   map[string]string
	formats []format
}

type format struct {
	english *regexp.Regexp
	other   string
}

var chinese = sync.OnceValue(func() book { return newBook(zhReasons, zhUnable, zhKnown, zhKnownStacks, zhClasses, zhSwitches) })

func newBook(lists ...[]phrase) book {
	b := book{fixed: map[string]string{}}
	for _, list := range lists {
		for _, p := range list {
			if !strings.Contains(p.english, "%s") {
				b.fixed[p.english] = p.other
				continue
			}
			pattern := strings.ReplaceAll(regexp.QuoteMeta(p.english), "%s", "(.+?)")
			b.formats = append(b.formats, format{regexp.MustCompile("(?s)^" + pattern + "$"), p.other})
		}
	}
	return b
}

// tell tells a sentence: what stands in it at the place of %s may be one as well.
func (b book) tell(sentence string) string {
	if other, ok := b.fixed[sentence]; ok {
		return other
	}
	for _, f := range b.formats {
		found := f.english.FindStringSubmatch(sentence)
		if found == nil {
			continue
		}
		var args []any
		for _, arg := range found[1:] {
			args = append(args, b.tell(arg))
		}
		return fmt.Sprintf(f.other, args...)
	}
	return sentence
}
