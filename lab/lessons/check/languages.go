package check

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// languages are how a command tells what it is written in.
var languages = []struct {
	word  *regexp.Regexp // of a word of the command, without its folder
	stack string
}{
	{regexp.MustCompile(`^(python|pypy).*|\.py$`), "python"},
	{regexp.MustCompile(`^curl$`), "curl"},
	{regexp.MustCompile(`^openssl$`), "openssl"},
	{regexp.MustCompile(`^(node|nodejs|deno|bun)$|\.[cm]?[jt]s$`), "node"},
	{regexp.MustCompile(`^java$|\.(jar|java)$`), "java"},
	{regexp.MustCompile(`^go$|\.go$`), "go"},
	{regexp.MustCompile(`^ruby$|\.rb$`), "ruby"},
	{regexp.MustCompile(`^php$|\.php$`), "php"},
	{regexp.MustCompile(`^perl$|\.pl$`), "perl"},
	{regexp.MustCompile(`^(sh|bash|dash|zsh)$|\.sh$`), "shell"},
}

// languagesOf tells what a client is written in: its messages say so, or else its command.
func languagesOf(s sheet) []string {
	var list []string
	add := func(stack string) {
		if stack != "" && !slices.Contains(list, stack) {
			list = append(list, stack)
		}
	}
	for _, r := range s.rows {
		add(r.Words)
	}
	for _, word := range s.command {
		for _, l := range languages {
			if l.word.MatchString(filepath.Base(word)) {
				add(l.stack)
			}
		}
	}
	if slices.ContainsFunc(s.rows, func(r Row) bool { return strings.HasPrefix(r.ID, "mongo") }) && slices.Contains(list, "python") {
		list = append([]string{"pymongo"}, list...)
	}
	return list
}
