package check

import (
	"path/filepath"
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
)

// languagesOf tells what a client is written in: its messages say so, or else its command.
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
	if slices.ContainsFunc(rows, func(r Row) bool { return strings.HasPrefix(r.ID, "mongo") }) && slices.Contains(list, "python") {
		list = append([]string{"pymongo"}, list...)
	}
	return list
}
