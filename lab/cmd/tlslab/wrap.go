package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// What may not begin a line, and what may not end one (GB/T 15834).
const (
	clings = ",.;:!?)，。；：！？、）」》”"
	opens  = "(（「《“"
)

// wrap breaks text into lines of so many columns: at blanks, and beside Chinese characters. A word that is
// longer than a line is broken anywhere.
func wrap(s string, width int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	end := func() {
		lines = append(lines, line.String())
		line.Reset()
		used = 0
	}
	for _, word := range strings.Fields(s) {
		for i, part := range parts(word) {
			gap := ""
			if i == 0 && used > 0 {
				gap = " "
			}
			if used > 0 && used+len(gap)+text.StringWidthWithoutEscSequences(part) > width {
				end()
				gap = ""
			}
			line.WriteString(gap)
			used += len(gap)
			for _, r := range part {
				if used > 0 && used+text.RuneWidth(r) > width {
					end()
				}
				line.WriteRune(r)
				used += text.RuneWidth(r)
			}
		}
	}
	if used > 0 {
		end()
	}
	return lines
}

// parts takes a word apart where a line may end.
func parts(word string) []string {
	var list []string
	var part strings.Builder
	var last rune
	for _, r := range word {
		if part.Len() > 0 && (text.RuneWidth(r) == 2 || text.RuneWidth(last) == 2) && !strings.ContainsRune(clings, r) && !strings.ContainsRune(opens, last) {
			list = append(list, part.String())
			part.Reset()
		}
		part.WriteRune(r)
		last = r
	}
	return append(list, part.String())
}

// paragraph writes text behind so many blanks; its lines after the first stand behind some more.
func paragraph(w io.Writer, width, indent, more int, s string) {
	for i, line := range wrap(s, width-indent-more) {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat(" ", indent+min(i, 1)*more), line)
	}
}
