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
	const red, reset = "\x1b[31m", text.EscapeReset
	for name, test := range map[string]struct {
		text  string
		width int
		want  string
	}{
		"English":                     {"the leaf ended yesterday", 10, "the leaf  \nended     \nyesterday"},
		"fits":                        {"叶证书昨天过期", 14, "叶证书昨天过期"},
		"beside any character":        {"叶证书昨天过期", 8, "叶证书昨\n天过期"},
		"no half characters":          {"叶证书昨天过期", 9, "叶证书昨\n天过期"},
		"a full stop begins no line":  {"叶证书，昨天过期。", 6, "叶证\n书，昨\n天过\n期。"},
		"a bracket ends no line":      {"证书（昨天）过期", 6, "证书\n（昨\n天）过\n期"},
		"Latin stays whole":           {"服务器发送 HelloRetryRequest，然后", 20, "服务器发送\nHelloRetryRequest，\n然后"},
		"a word longer than the line": {"见 abcdefghijklm 处", 6, "见\nabcdef\nghijkl\nm 处"},
		"quotes stay with the words":  {`报 "bad certificate"。`, 12, "报 \"bad\ncertificate\"\n。"},
		"blanks go at a line's end":   {"证书 证书 证书", 5, "证书\n证书\n证书"},
		"color continues": {red + "叶证书昨天" + reset + "过期", 6,
			red + "叶证书" + reset + "\n" + red + "昨天" + reset + "过\n期"},
	} {
		t.Run(name, func(t *testing.T) {
			got := wrap.Text(test.text, test.width)
			assert.Equal(t, test.want, got)
			for line := range strings.Lines(got) {
				columns := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n"))
				assert.LessOrEqual(t, columns, test.width, "%q", line)
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

// isProse reports whether a text is valid UTF-8 with Chinese and without control characters.
func isProse(s string) bool {
	control := func(r rune) bool { return r < ' ' || r == '\u007f' }
	chinese := func(r rune) bool { return text.RuneWidth(r) == 2 }
	return utf8.ValidString(s) && !strings.ContainsFunc(s, control) && strings.ContainsFunc(s, chinese)
}

// FuzzText checks that wrapped lines fit the width, and that nothing but blanks is lost.
func FuzzText(f *testing.F) {
	f.Add("服务器发送 HelloRetryRequest（RFC 8446 第 4.1.4 节），然后 \x1b[31m关闭\x1b[0m。", 10)
	f.Add("a，，，，，，，，，，，，，b", 4)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if width < 2 || width > 200 || !isProse(s) {
			return
		}
		got := wrap.Text(s, width)
		assert.Equal(t, strings.Join(strings.Fields(s), ""), strings.Join(strings.Fields(got), ""))
		for line := range strings.Lines(got) {
			assert.LessOrEqual(t, text.StringWidth(strings.TrimSuffix(line, "\n")), width, "%q", line)
		}
	})
}

func TestParagraphs(t *testing.T) {
	got := wrap.Paragraphs("one two three\nfour\n\nfive six seven:\n  a list, which stays\n  as it is\neight", 10)
	assert.Equal(t, "one two\nthree four\n\nfive six\nseven:\n  a list, which stays\n  as it is\neight", got)
}

func TestColumns(t *testing.T) {
	rows := [][]string{
		{"expired", "reject", "the leaf expired yesterday and is otherwise good"},
		{"a-name-that-is-longer-than-half-of-the-width", "accept?", "its text is below it"},
		{"good", "", "short"},
	}
	for width, want := range map[int]string{
		0: "expired                                       reject   the leaf expired yesterday and is otherwise good\n" +
			"a-name-that-is-longer-than-half-of-the-width  accept?  its text is below it\n" +
			"good                                                   short\n",
		60: "expired  reject   the leaf expired yesterday and is\n" +
			"                  otherwise good\n" +
			"a-name-that-is-longer-than-half-of-the-width  accept?\n" +
			"    its text is below it\n" +
			"good              short\n",
	} {
		var out strings.Builder
		assert.NoError(t, wrap.Columns(&out, rows, width))
		assert.Equal(t, want, out.String(), width)
	}
}
