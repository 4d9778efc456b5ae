package wrap

import "strings"

// Paragraphs breaks each paragraph of a text into lines. Paragraphs are separated by empty lines. Lines that begin with
// a blank, such as lists and commands, stay as they are.
func Paragraphs(s string, width int) string {
	var out, paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			out = append(out, Lines(strings.Join(paragraph, " "), width)...)
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(s, "\n") {
		if line != "" && !strings.HasPrefix(line, " ") {
			paragraph = append(paragraph, line)
			continue
		}
		flush()
		out = append(out, line)
	}
	flush()
	return strings.Join(out, "\n")
}
