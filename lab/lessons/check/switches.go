package check

import (
	"slices"

	"example.com/tlslab/lab/messages"
)

// switchesOf returns what may cause a finding in the client's language.
func switchesOf(name string, s sheet) []string {
	var list []string
	for _, language := range languagesOf(s) {
		for _, word := range messages.Of(language).Causes[name] {
			if !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
	}
	return list
}
