package explain

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/lexicon"
	"example.com/tlslab/lab/messages"
)

// The limits on what is read of one message. Both are far above what any program writes about one failure. They keep
// the time that a message takes proportional to its length.
const (
	longestRead = 8 << 10 // bytes up to which a message is read whole
	mostParts   = 64      // servers that a message may name: a MongoDB replica set has at most 50 members
)

// What is kept of a longer message: its two ends, and the text around the words that matter.
const (
	keptEnd    = 1 << 10
	keptAround = 256
	elision    = " … "
)

// narrow shortens a message that is too long to be read whole to the parts that matter.
func narrow(text string) string {
	if len(text) <= longestRead {
		return text
	}
	var b strings.Builder
	end := 0
	for _, s := range kept(text) {
		if from := max(s.from, end); from < s.to {
			if from > end {
				b.WriteString(elision)
			}
			b.WriteString(text[from:s.to])
			end = s.to
		}
	}
	return strings.ToValidUTF8(b.String(), "")
}

// span is a part of a text.
type span struct{ from, to int }

// kept returns the parts of a long text that are kept, in order.
func kept(text string) []span {
	list := []span{{0, keptEnd}, {len(text) - keptEnd, len(text)}}
	room := (longestRead - 2*keptEnd) / (2 * keptAround)
	for _, lex := range []lexicon.Lexicon{texts(), certain(), tls} {
		met := map[int]bool{}
		lex.Each(text, func(i, at int) bool {
			if !met[i] && room > 0 && !slices.ContainsFunc(list, func(s span) bool {
				return s.from <= at && at+len(lex.Texts[i]) <= s.to
			}) {
				list = append(list, span{max(0, at-keptAround), min(len(text), at+keptAround)})
				room--
			}
			met[i] = true
			return room > 0
		})
	}
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return list
}

// numbered are the alphanumeric words in the texts of all rules and marks. Messages that differ in one of these are
// not alike.
var numbered = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	add := func(text string) {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !alphanumeric(r) }) {
			set[w] = true
		}
	}
	for _, lex := range []lexicon.Lexicon{tls, connecting, texts(), certain(), marks} {
		for _, t := range lex.Texts {
			add(t)
		}
	}
	for _, list := range allLists() {
		for _, r := range list {
			for _, w := range r.words {
				add(w)
			}
		}
	}
	for _, a := range aspects {
		for _, w := range a.words {
			add(w)
		}
	}
	for _, r := range messages.AllRules() {
		if r.Only != nil {
			add(r.Only.String())
		}
	}
	return set
})

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// longestWord is the number of characters from which a word that has a digit counts as an identifier, whose value does
// not matter.
const longestWord = 6

// likeness returns a message without its numbers and identifiers. Messages with the same likeness mean the same.
func likeness(text string) string {
	b := make([]byte, 0, len(text))
	for at := 0; at < len(text); {
		if !alphanumeric(rune(text[at])) {
			b = append(b, text[at])
			at++
			continue
		}
		from, digits := at, 0
		for ; at < len(text) && alphanumeric(rune(text[at])); at++ {
			if text[at] <= '9' {
				digits++
			}
		}
		w := text[from:at]
		before := byte(' ')
		if from > 0 {
			before = text[from-1]
		}
		switch counted := digits == len(w) && strings.IndexByte("([-= ", before) < 0; { // of a time, a line or a port
		case digits == 0, !counted && numbered()[w]:
			b = append(b, w...)
		case digits == len(w), len(w) >= longestWord:
			b = append(b, '0')
		default:
			b = slices.Grow(b, len(w))
			for _, c := range []byte(w) {
				if c <= '9' {
					c = '0'
				}
				b = append(b, c)
			}
		}
	}
	return string(b)
}

// deciding are the texts by which rules decide, those of this package and of lab/messages.
var deciding = sync.OnceValue(func() lexicon.Lexicon {
	list := slices.Clone(texts().Texts)
	for _, rules := range allLists() {
		for _, r := range rules {
			list = append(list, r.words...)
		}
	}
	slices.Sort(list)
	return lexicon.New(slices.Compact(list))
})

// adds reports whether a message has deciding words that a part of it lacks.
func adds(part, message string) bool {
	var before map[int]bool
	found := false
	deciding().Each(message, func(i, _ int) bool {
		if before == nil {
			before = deciding().Has(part)
		}
		found = !before[i]
		return !found
	})
	return found
}
