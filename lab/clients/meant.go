package clients

import (
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/scenarios/near"
)

// Meant suggests patterns for one that matches no client: " (did you mean python-3.11?)". It is empty if
// nothing is similar.
func Meant(mistyped string, there []Info) string {
	program, variant, narrow := strings.Cut(mistyped, "/")
	name, version := program, ""
	if at := versionBegins.FindStringIndex(program); at != nil {
		name, version = program[:at[0]], program[at[0]:]
	}
	var meant []string
	for _, stack := range nearest(name, each(there, func(i Info) string { return i.Stack })) {
		of := slices.DeleteFunc(slices.Clone(there), func(i Info) bool { return i.Stack != stack })
		right := stack
		if slices.ContainsFunc(of, func(i Info) bool { return pattern(stack + version).matches(i) }) {
			right += version
		}
		variants := []string{""}
		if narrow {
			variants = nearest(variant, each(of, func(i Info) string { return i.Variant }))
		}
		for _, v := range variants {
			meant = append(meant, strings.TrimSuffix(right+"/"+v, "/"))
		}
	}
	return near.Did(meant...)
}

// versionBegins matches the beginning of a pattern's version.
var versionBegins = regexp.MustCompile(`-[0-9]`)

// nearest returns the word itself if it is known, and otherwise the known words most similar to it.
func nearest(word string, known []string) []string {
	if slices.Contains(known, word) {
		return []string{word}
	}
	return near.Names(word, known)
}

func each(list []Info, of func(Info) string) []string {
	var words []string
	for _, i := range list {
		words = append(words, of(i))
	}
	return words
}
