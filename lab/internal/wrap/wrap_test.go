package wrap_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/wrap"
)

func TestText(t *testing.T) {
	red := "\x1b[31m"
	for name, test := range map[string]struct {
		text  string
		width int
		want  string
	}{
		"English, as ever":            {"the leaf ended yesterday", 10, "the leaf  \nended     \nyesterday"},
		"fits":                        {"叶证书昨天过期", 14, "叶证书昨天过期"},
		"beside any character":        {"叶证书昨天过期", 8, "叶证书昨\n天过期"},
		"no half a character":         {"叶证书昨天过期", 9, "叶证书昨\n天过期"},
		"a full stop begins no line":  {"叶证书，昨天过期。", 6, "叶证\n书，昨\n天过\n期。"},
		"a bracket ends no line":      {"证书（昨天）过期", 6, "证书\n（昨\n天）过\n期"},
		"Latin stays whole":           {"服务器发送 HelloRetryRequest，然后", 20, "服务器发送\nHelloRetryRequest，\n然后"},
		"a word longer than the line": {"见 abcdefghijklm 处", 6, "见\nabcdef\nghijkl\nm 处"},
		"quotes stay with the words":  {`报 "bad certificate"。`, 12, "报 \"bad\ncertificate\"\n。"},
		"blanks go at a line's end":   {"证书 证书 证书", 5, "证书\n证书\n证书"},
		"color goes on":               {red + "叶证书昨天" + text.EscapeReset + "过期", 6, red + "叶证书" + text.EscapeReset + "\n" + red + "昨天" + text.EscapeReset + "过\n期"},
	} {
		t.Run(name, func(t *testing.T) {
			got := wrap.Text(test.text, test.width)
			assert.Equal(t, test.want, got)
			for line := range strings.Lines(got) {
				assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")), test.width, "%q", line)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		lines []string
	}{
		{"one two three", 8, []string{"one two", "three"}},
		{"abcdefghij kl", 4, []string{"abcd", "efgh", "ij", "kl"}},
		{" ", 8, nil},
		{"它信任哪些证书，是从哪里来的", 14, []string{"它信任哪些证", "书，是从哪里来", "的"}},
		{"（证书）和 CA 文件", 7, []string{"（证", "书）和", "CA 文件"}},
	} {
		assert.Equal(t, c.lines, wrap.Lines(c.text, c.width), c.text)
	}
}

// FuzzText holds that wrapping adds lines, loses nothing but blanks, and fits.
func FuzzText(f *testing.F) {
	f.Add("服务器发送 HelloRetryRequest（RFC 8446 第 4.1.4 节），然后 \x1b[31m关闭\x1b[0m。", 10)
	f.Add("a，，，，，，，，，，，，，b", 4)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if !utf8.ValidString(s) || width < 2 || width > 200 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\u007f' }) || !strings.ContainsFunc(s, func(r rune) bool { return text.RuneWidth(r) == 2 }) {
			return // no prose
		}
		got := wrap.Text(s, width)
		if a, b := strings.Join(strings.Fields(s), ""), strings.Join(strings.Fields(got), ""); a != b {
			t.Errorf("%q became %q", a, b)
		}
		for line := range strings.Lines(got) {
			if n := text.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%q is %d wide, want %d", line, n, width)
			}
		}
	})
}

func TestParagraphs(t *testing.T) {
	got := wrap.Paragraphs("one two three\nfour\n\nfive six seven:\n  a list, which stays\n  as it is\neight", 10)
	assert.Equal(t, "one two\nthree four\n\nfive six\nseven:\n  a list, which stays\n  as it is\neight", got)
}

func TestColumns(t *testing.T) {
	rows := [][]string{
		{"expired", "reject", "the leaf ended yesterday, and all else in it is good"},
		{"a-name-that-is-longer-than-half-of-the-width", "accept?", "its text stands below it"},
		{"good", "", "short"},
	}
	for width, want := range map[int]string{
		0: "expired                                       reject   the leaf ended yesterday, and all else in it is good\n" +
			"a-name-that-is-longer-than-half-of-the-width  accept?  its text stands below it\n" +
			"good                                                   short\n",
		60: "expired  reject   the leaf ended yesterday, and all else in\n" +
			"                  it is good\n" +
			"a-name-that-is-longer-than-half-of-the-width  accept?\n" +
			"    its text stands below it\n" +
			"good              short\n",
	} {
		var out strings.Builder
		assert.NoError(t, wrap.Columns(&out, rows, width))
		assert.Equal(t, want, out.String(), width)
	}
}
