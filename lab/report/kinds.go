package report

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// kind is a kind of judgement as reports show it.
type kind struct {
	Kind   verdict.Kind `json:"kind"`
	Letter string       `json:"letter"` // used where there is no room for the word
	Means  string       `json:"means"`
}

// kinds lists the judgements in the order in which they are counted.
var kinds = []kind{
	{verdict.OK, "✓", english().Kinds[verdict.OK]},
	{verdict.Lenient, "L", english().Kinds[verdict.Lenient]},
	{verdict.Insecure, "X", english().Kinds[verdict.Insecure]},
	{verdict.WrongReason, "W", english().Kinds[verdict.WrongReason]},
	{verdict.Unrecognised, "?", english().Kinds[verdict.Unrecognised]},
	{verdict.Broken, "B", english().Kinds[verdict.Broken]},
	{verdict.Void, "V", english().Kinds[verdict.Void]},
	{verdict.Unsupported, "U", english().Kinds[verdict.Unsupported]},
	{verdict.Error, "E", english().Kinds[verdict.Error]},
}

// kindOf returns a judgement as reports show it.
func kindOf(k verdict.Kind) kind {
	if i := slices.IndexFunc(kinds, func(x kind) bool { return x.Kind == k }); i >= 0 {
		return kinds[i]
	}
	return kind{Kind: k, Letter: "·"} // from a file of another version
}

// count returns how many cells have which judgement: "12 ok, 4 insecure*".
func (w *words) count(cells iter.Seq[*result.Cell]) string {
	return strings.Join(counted(cells, func(k kind) string { return " " + string(k.Kind) }), w.Listed)
}

// tally is like count, with letters: "12 4X*". A plain number is that of ok cells.
func tally(cells iter.Seq[*result.Cell]) string {
	return strings.Join(counted(cells, func(k kind) string {
		if k.Kind == verdict.OK {
			return ""
		}
		return k.Letter
	}), " ")
}

// counted counts cells by judgement. name returns the name of a judgement.
func counted(cells iter.Seq[*result.Cell], name func(kind) string) []string {
	n := map[string]int{}
	for c := range cells {
		n[name(kindOf(c.Kind))+result.Mark(c.Kind, c.Documented)]++
	}
	var words []string
	for _, k := range append(slices.Clone(kinds), kindOf("")) {
		for _, mark := range []string{"", "*", "!"} {
			if word := name(k) + mark; n[word] > 0 {
				words = append(words, fmt.Sprintf("%d%s", n[word], word))
			}
		}
	}
	return words
}

// each yields pointers to the elements of a list.
func each(cells []result.Cell) iter.Seq[*result.Cell] {
	return func(yield func(*result.Cell) bool) {
		for i := range cells {
			if !yield(&cells[i]) {
				return
			}
		}
	}
}
