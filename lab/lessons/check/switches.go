package check

import (
	"slices"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/messages"
)

// switchesOf returns the possible causes of a finding in the client's language.
func switchesOf(code assess.Code, rows []Row, command []string) []string {
	var list []string
	for _, language := range languagesOf(rows, command) {
		for _, word := range messages.Of(language).Causes[string(code)] {
			if !slices.Contains(list, word) {
				list = append(list, word)
			}
		}
	}
	return list
}
