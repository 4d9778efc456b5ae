package explain

import (
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
)

// notFirst are marks that no line begins with, and notLast those that none ends with (GB/T 15834).
const (
	notFirst = ",。;:、?!)」』》”’…,.;:)"
	notLast  = "(「『《“‘("
)

// wrap breaks text into lines of at most so many columns: at blanks, and beside characters that are as wide
// as two. A word that is longer than a line is broken anywhere.
func wrap(s string, width int) []string {
	width = max(width, 10)
	var lines []string
	var line strings.Builder
	columns := 0
	end := func() {
		lines = append(lines, strings.TrimRight(line.String(), " "))
		line.Reset()
		columns = 0
	}
	for _, piece := range pieces(s) {
		w := text.StringWidthWithoutEscSequences(piece)
		if columns > 0 && columns+text.StringWidthWithoutEscSequences(strings.TrimRight(piece, " ")) > width {
			end()
		}
		for w > width { // longer than a line
			var head strings.Builder
			n := 0
			for _, r := range piece {
				rw := text.RuneWidth(r)
				if n+rw > width {
					break
				}
				n += rw
				head.WriteRune(r)
			}
			line.WriteString(head.String())
			piece = piece[head.Len():]
			w = text.StringWidthWithoutEscSequences(piece)
			end()
		}
		if columns == 0 && len(lines) > 0 {
			piece = strings.TrimLeft(piece, " ")
			w = text.StringWidthWithoutEscSequences(piece)
		}
		line.WriteString(piece)
		columns += w
	}
	if columns > 0 || len(lines) == 0 {
		end()
	}
	return lines
}

// pieces parts text where a line may end.
func pieces(s string) []string {
	var list []string
	var piece strings.Builder
	var before rune
	for _, r := range s {
		breaks := before == ' ' && r != ' ' || before != 0 && (wide(before) || wide(r)) && r != ' '
		if strings.ContainsRune(notFirst, r) || strings.ContainsRune(notLast, before) {
			breaks = before == ' ' && !strings.ContainsRune(notFirst, r)
		}
		if breaks && piece.Len() > 0 {
			list = append(list, piece.String())
			piece.Reset()
		}
		piece.WriteRune(r)
		before = r
	}
	if piece.Len() > 0 {
		list = append(list, piece.String())
	}
	return list
}

// wide reports whether a character takes two columns.
func wide(r rune) bool { return r >= 0x2e80 && !unicode.IsSpace(r) && text.RuneWidth(r) == 2 }
