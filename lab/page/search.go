package page

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/internal/near"
	"example.com/tlslab/scenarios/failure"
)

// reading is what a search was taken for: words that a row is to have, or else a client's message, as explain knows it.
type reading struct {
	words []string
	// Classes are what the message can mean, the likeliest first; empty if it is no message.
	Classes []failure.Class
	// Scenarios show what the message tells of, the best first.
	Scenarios []string
	// Meant are the words that no row has, and what was looked for in place of them.
	Meant []meant
}

// meant is a word, and the one that it was taken for.
type meant struct{ Word, For string }

// read takes a search for what it can be. Its error is that of ctx.
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

// finds reports whether a row has all the words, or shows what the message means.
func (r reading) finds(row rowView) bool {
	return row.Class != "" && slices.Contains(r.Classes, row.Class) ||
		!slices.ContainsFunc(r.words, func(word string) bool { return !strings.Contains(row.search, word) })
}

// vocabulary is every word that the rows have, once, and every name in them that is made of several.
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
		for _, word := range strings.FieldsFunc(row.search, func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			add(word)
			for part := range strings.SplitSeq(word, "-") {
				add(part)
			}
		}
	}
	return list
}

// nearest returns the word of the rows that a mistyped one may have meant; empty if none is near.
func nearest(word string, words []string) string {
	if names := near.Names(word, words); len(names) > 0 {
		return names[0]
	}
	return ""
}
