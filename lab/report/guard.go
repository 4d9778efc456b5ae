package report

import (
	"io"
	"regexp"
	"sync"
	"unicode/utf8"

	"example.com/tlslab/lab/internal/visible"
)

// Guard writes text to a terminal or a pipe as [visible.Text] returns it. All output of a command goes through a Guard,
// so that text that was not made visible before does no harm either. It is safe for concurrent use.
type Guard struct {
	W io.Writer
	// Styles lets pass the sequences for colors and bold text, for a terminal with colors.
	Styles bool

	mu   sync.Mutex
	rest []byte // the beginning of an incomplete character
}

// style matches sequences that set or reset the color of letters, bold, faint, italic or underlined. They do not hide
// text or move the cursor.
var style = regexp.MustCompile(`\x1b\[(?:(?:[0-4]|2[2-4]|3[0-79]|9[0-7])(?:;(?:[0-4]|2[2-4]|3[0-79]|9[0-7]))*)?m`)

// Write implements io.Writer. The bytes of an incomplete character are kept for the next call or for [Guard.Flush].
func (g *Guard) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := append(g.rest, p...)
	whole := len(text)
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if start := len(text) - n; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				whole = start
			}
			break
		}
	}
	g.rest = append([]byte(nil), text[whole:]...)
	if err := g.write(string(text[:whole])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes the bytes that were kept.
func (g *Guard) Flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	rest := string(g.rest)
	g.rest = nil
	return g.write(rest)
}

func (g *Guard) write(s string) error {
	if s == "" {
		return nil
	}
	_, err := io.WriteString(g.W, g.visible(s))
	return err
}

func (g *Guard) visible(s string) string {
	if !g.Styles || visible.Is(s) {
		return visible.Text(s)
	}
	var out []byte
	for {
		at := style.FindStringIndex(s)
		if at == nil {
			return string(append(out, visible.Text(s)...))
		}
		out = append(out, visible.Text(s[:at[0]])...)
		out = append(out, s[at[0]:at[1]]...)
		s = s[at[1]:]
	}
}
