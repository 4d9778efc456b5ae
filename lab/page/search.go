package page

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/scenarios/failure"
	"example.com/tlslab/scenarios/near"
)

// reading is how a search was understood: as words that a row must contain, or as a client's message that explain
// recognises.
type reading struct {
	words []string
	// Classes lists what the message can mean, the likeliest first. It is empty if the search is not a message.
	Classes []failure.Class
	// Scenarios lists scenarios that reproduce the message, the best first.
	Scenarios []string
	// Meant lists the words that no row contains, and what was searched for instead.
	Meant []meant
}

// meant is a mistyped word, and the one that was searched for instead.
type meant struct{ Word, For string }

// read interprets a search. Its only error is that of ctx.
func read(ctx context.Context, query string, rows []rowView) (reading, error) {
	r := reading{words: strings.Fields(strings.ToLower(query))}
	found, err := explain.ReadFrom(ctx, strings.NewReader(query), explain.Options{})
	if err != nil {
		return r, err
	}
	for _, f := range found.Findings {
		classes := f.Possible
		if f.Class != "" {
			classes = []failure.Class{f.Class}
		}
		for _, c := range classes {
			if !slices.Contains(r.Classes, c) {
				r.Classes = append(r.Classes, c)
			}
		}
		for _, id := range f.Scenarios {
			if !slices.Contains(r.Scenarios, id) {
				r.Scenarios = append(r.Scenarios, id)
			}
		}
	}
	if len(r.Classes) > 0 {
		return r, nil
	}
	var known []string
	for i, word := range r.words {
		if slices.ContainsFunc(rows, func(row rowView) bool { return strings.Contains(row.search, word) }) {
			continue
		}
		if known == nil {
			known = vocabulary(rows)
		}
		if name := nearest(word, known); name != "" {
			r.Meant = append(r.Meant, meant{word, name})
			r.words[i] = name
		}
	}
	return r, nil
}

// finds reports whether a row contains all the words, or has a class that the message can mean.
func (r reading) finds(row rowView) bool {
	return row.Class != "" && slices.Contains(r.Classes, row.Class) ||
		!slices.ContainsFunc(r.words, func(word string) bool { return !strings.Contains(row.search, word) })
}

// vocabulary returns every word in the rows once, and every name that is made of several words.
func vocabulary(rows []rowView) []string {
	seen := map[string]bool{}
	var list []string
	add := func(word string) {
		if len(word) > 2 && !seen[word] {
			seen[word] = true
			list = append(list, word)
		}
	}
	for _, row := range rows {
		between := func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
		for _, word := range strings.FieldsFunc(row.search, between) {
			add(word)
			for part := range strings.SplitSeq(word, "-") {
				add(part)
			}
		}
	}
	return list
}

// nearest returns the known word most similar to a mistyped one, or "".
func nearest(word string, words []string) string {
	if names := near.Names(word, words); len(names) > 0 {
		return names[0]
	}
	return ""
}
