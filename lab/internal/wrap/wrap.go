// Package wrap breaks English and Chinese prose into lines.
package wrap

import (
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Characters that must not begin a line, or must not end one (Requirements for Chinese Text Layout, section 3.1.8).
const (
	notFirst = "，。、：；！？）」』】》”’…％,.;:!?)]}%"
	notLast  = "（「『【《“‘(["
)

// Text breaks text into lines that are at most width columns wide. It breaks text that contains Chinese before and
// after any Chinese character, and other text at blanks. Words that are too long for a line are broken anywhere. Escape
// sequences take no columns, and colors continue on the next line.
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

// Lines returns the lines of [Text] without trailing blanks. Blank text has no lines.
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

// piece is text that stays on one line, and whether there is a blank before it.
type piece struct {
	text  string
	blank bool
}

// pieces splits text where a line can be broken. Escape sequences belong to the text next to them.
func pieces(s string) []piece {
	var (
		list   []piece
		word   strings.Builder
		blank  bool
		last   rune // the last visible character of the word
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
		case last != 0 && (wide(r) || wide(last)) &&
			!strings.ContainsRune(notFirst, r) && !strings.ContainsRune(notLast, last):
			end()
		}
		word.WriteRune(r)
		last = r
	}
	end()
	return list
}

// wrapper arranges pieces on lines.
type wrapper struct {
	width, column int
	out           strings.Builder
	color         string // the current escape sequence, which the next line repeats
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
		if w.column+columns > w.width && w.column > 0 { // a piece that is longer than a line
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
