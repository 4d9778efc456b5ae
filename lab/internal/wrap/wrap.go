// Package wrap breaks prose into lines of a width, in English and in Chinese.
package wrap

import (
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
)

// What may not begin a line, and what may not end one (Requirements for Chinese Text Layout, section
// 3.1.8).
const (
	notFirst = "，。、：；！？）」』】》”’…％,.;:!?)]}%"
	notLast  = "（「『【《“‘(["
)

// Text breaks text into lines of a width, in columns. Text with Chinese in it may be broken beside any
// Chinese character, and other text at blanks; a word that is too long for a line is broken anywhere. Escape
// sequences take no room, and colors go on from line to line.
func Text(s string, width int) string {
	if !strings.ContainsFunc(s, wide) {
		return text.WrapSoft(s, width)
	}
	if text.StringWidthWithoutEscSequences(s) <= width && !strings.Contains(s, "\n") {
		return s
	}
	w := wrapper{width: width}
	for _, p := range pieces(s) {
		w.add(p)
	}
	return w.out.String()
}

// Lines is [Text], a line each, without blanks at their ends; none if there is no text.
func Lines(s string, width int) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	lines := strings.Split(Text(s, width), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// wide reports whether a character takes two columns.
func wide(r rune) bool { return text.RuneWidth(r) == 2 }

// piece is what stays on one line, and whether a blank stands before it.
type piece struct {
	text  string
	blank bool
}

// pieces takes text apart where a line may be broken. Escape sequences are part of what they stand
// before or behind, and take no room.
func pieces(s string) []piece {
	var (
		list   []piece
		word   strings.Builder
		blank  bool
		last   rune // of the word, that can be seen
		escape text.EscSeqParser
	)
	end := func() {
		if word.Len() > 0 {
			list = append(list, piece{word.String(), blank})
			blank = false
		}
		word.Reset()
		last = 0
	}
	for _, r := range s {
		was := escape.InSequence()
		escape.Consume(r)
		switch {
		case was || escape.InSequence():
			word.WriteRune(r)
			continue
		case unicode.IsSpace(r):
			end()
			blank = true
			continue
		case last != 0 && (wide(r) || wide(last)) && !strings.ContainsRune(notFirst, r) && !strings.ContainsRune(notLast, last):
			end()
		}
		word.WriteRune(r)
		last = r
	}
	end()
	return list
}

// wrapper puts pieces on lines.
type wrapper struct {
	width, column int
	out           strings.Builder
	color         string // the escape sequence that holds, to be taken up on the next line
}

func (w *wrapper) add(p piece) {
	size := text.StringWidthWithoutEscSequences(p.text)
	blank := 0
	if p.blank && w.column > 0 {
		blank = 1
	}
	switch {
	case w.column+blank+size <= w.width:
		w.out.WriteString(strings.Repeat(" ", blank))
		w.column += blank
	case w.column > 0:
		w.newline()
	}
	var escape text.EscSeqParser
	sequence := ""
	for _, r := range p.text {
		was := escape.InSequence()
		escape.Consume(r)
		if was || escape.InSequence() {
			sequence += string(r)
			w.out.WriteRune(r)
			if !escape.InSequence() {
				w.color, sequence = strings.TrimPrefix(sequence, text.EscapeReset), ""
			}
			continue
		}
		columns := text.RuneWidth(r)
		if w.column+columns > w.width && w.column > 0 { // longer than a line
			w.newline()
		}
		w.out.WriteRune(r)
		w.column += columns
	}
}

func (w *wrapper) newline() {
	if w.color != "" {
		w.out.WriteString(text.EscapeReset)
	}
	w.out.WriteString("\n" + w.color)
	w.column = 0
}
