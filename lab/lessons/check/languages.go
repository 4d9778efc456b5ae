package check

import (
	"path/filepath"
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
)

// languagesOf returns the languages that a client may be written in, going by its messages and its command.
func languagesOf(rows []Row, command []string) []string {
	var list []string
	add := func(stack string) {
		if stack != "" && !slices.Contains(list, stack) {
			list = append(list, stack)
		}
	}
	for _, r := range rows {
		add(r.Words)
	}
	for _, word := range command {
		for _, source := range messages.Sources() {
			if source.Commands != nil && source.Commands.MatchString(filepath.Base(word)) {
				add(source.Name)
			}
		}
	}
	mongo := slices.ContainsFunc(rows, func(r Row) bool { return strings.HasPrefix(r.ID, "mongo") })
	if mongo && slices.Contains(list, "python") {
		list = append([]string{"pymongo"}, list...)
	}
	return list
}
