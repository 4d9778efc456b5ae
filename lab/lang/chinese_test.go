package lang

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// line is a line of a file, whose path is relative to the module.
type line struct {
	file   string
	number int
	text   string
}

func (l line) at() string { return fmt.Sprintf("%s:%d", l.file, l.number) }

func split(file, text string) []line {
	var list []line
	for i, s := range strings.Split(text, "\n") {
		list = append(list, line{file, i + 1, s})
	}
	return list
}

// filesBelow returns the files of a folder by their extension, relative to it.
func filesBelow(t *testing.T, folder, extension string) []string {
	t.Helper()
	var list []string
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && file != "." {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(file, extension) {
			list = append(list, file)
		}
		return nil
	}))
	require.NotEmpty(t, list, "%s has no %s", folder, extension)
	return list
}

// chineseFiles returns the files that are in Chinese: the texts of this package, and documents.
func chineseFiles(t *testing.T) []string {
	list := filesBelow(t, "../..", ".zh-CN.md")
	for _, extension := range []string{".txt", ".md"} {
		for _, file := range filesBelow(t, "text/zh-CN", extension) {
			if file != "glossary.txt" {
				list = append(list, chineseFolder+file)
			}
		}
	}
	require.Greater(t, len(list), 40)
	return list
}

// chineseLines returns all lines of Chinese texts but comments.
func chineseLines(t *testing.T) []line {
	var list []line
	for _, file := range chineseFiles(t) {
		list = append(list, slices.DeleteFunc(linesOf(t, file), func(l line) bool {
			return path.Ext(file) == ".txt" && strings.HasPrefix(l.text, "#")
		})...)
	}
	return list
}

// prose returns the lines of one file that are prose: not code, output, headings of sections and comments, nor what
// tests generate from other texts.
func prose(lines []line) []line {
	var list []line
	fence, generated := "", false
	for _, l := range lines {
		if path.Ext(l.file) == ".txt" {
			name, text, ok := strings.Cut(l.text, " = ")
			if ok && name != "run" && !strings.HasPrefix(name, "#") {
				list = append(list, line{l.file, l.number, text})
			}
			continue
		}
		if marker, ok := strings.CutPrefix(l.text, "```"); ok {
			marker, _, _ = strings.Cut(marker+" code", " ")
			if fence == "" {
				fence = marker
				if marker == "" {
					fence = "code"
				}
			} else {
				fence = ""
			}
			continue
		}
		if strings.HasPrefix(l.text, "<!--") {
			generated = strings.HasSuffix(l.text, " start -->")
			continue
		}
		told := fence == "" || fence == "predict" || fence == "hint" // other fences hold code and output
		if told && !generated && !strings.HasPrefix(l.text, "    ") && strings.TrimSpace(l.text) != "" {
			list = append(list, l)
		}
	}
	return list
}

// notProse is what stands in prose but is not prose: code, quotations of programs, placeholders, references, addresses.
var notProse = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile("`[^`]*`"), "`"},
	{regexp.MustCompile(`\$\{[^}]*\}`), "字"},
	{regexp.MustCompile(`"[^"]*"`), `"`},
	{regexp.MustCompile(`“[^”\p{Han}]*”`), "“”"},
	{regexp.MustCompile(`\{[a-z_]+\}`), "{}"},
	{regexp.MustCompile(`\]\([^)]*\)`), "]"},
	{regexp.MustCompile(`https?://[^\s，。；：）]*`), "URL"},
	{regexp.MustCompile(`\bnode:(https|tls)\b|::1\b|\b(DNS|IP|CA|env):|\w\(\)|\./\w+`), "X"},
}

func bare(text string) string {
	for _, n := range notProse {
		text = n.what.ReplaceAllString(text, n.with)
	}
	return text
}

// narrow matches punctuation that is half-width where Chinese is full-width: beside a Chinese character, or between
// two words without a blank, which is no English either.
var narrow = regexp.MustCompile(
	`[\p{Han}）”] ?[,;:?!(]|[\p{Han}）”][.)]|[,;:?!)] ?[\p{Han}（“]|` +
		"[A-Za-z0-9\"`][,;:!?][A-Za-z\"`]|" + `[A-Za-z]\([A-Za-z]`)

// foreign returns the English words of a text that are not among the names. What has a capital, a digit or a sign
// within it is a name or code.
func foreign(text string, phrases []string, names map[string]bool) []string {
	for _, p := range phrases {
		text = strings.ReplaceAll(text, p, " ")
	}
	var list []string
	for _, w := range regexp.MustCompile(`[!-~]+`).FindAllString(bare(text), -1) {
		w = strings.Trim(w, "|[]()*`\"'.,:;!?")
		if regexp.MustCompile(`^[A-Z]?[a-z]+('[a-z]+)?$`).MatchString(w) && len(w) > 1 && !names[w] {
			list = append(list, w)
		}
	}
	return list
}

// englishNames reads what may stay in English: phrases, the longest first, and words.
func englishNames(t *testing.T) (phrases []string, words map[string]bool) {
	data, err := os.ReadFile("testdata/names.txt")
	require.NoError(t, err)
	words = map[string]bool{}
	for name := range strings.Lines(string(data)) {
		switch name = strings.TrimSpace(name); {
		case name == "" || name[0] == '#':
		case strings.Contains(name, " "):
			phrases = append(phrases, name)
		default:
			words[name] = true
		}
	}
	for _, s := range scenarios.All() {
		words[s.ID] = true
	}
	for _, c := range failure.All() {
		words[string(c.Class)] = true
	}
	slices.SortFunc(phrases, func(a, b string) int { return len(b) - len(a) })
	return phrases, words
}

// TestChineseProse holds Chinese prose to have full-width punctuation, and no English but names and code.
func TestChineseProse(t *testing.T) {
	phrases, names := englishNames(t)
	for _, file := range chineseFiles(t) {
		for _, l := range prose(linesOf(t, file)) {
			assert.Empty(t, narrow.FindString(bare(l.text)), "%s has half-width punctuation: %s", l.at(), l.text)
			words := foreign(l.text, phrases, names)
			assert.Empty(t, words, "%s has words that are not in testdata/names.txt: %s", l.at(), l.text)
		}
	}
}

func TestNarrow(t *testing.T) {
	for text, want := range map[string]string{
		"必须拒绝: %s":            "绝:",
		"证书（SAN）, 名称":         "）,",
		"重新生成 CA,并签发":         ",并",
		"取决于 Node:TLS 1.2":    "e:T",
		"在 Java(JSSE) 里":      "a(J",
		"没有证书.":               "书.",
		"`a`,`b` 两者":          "`,`",
		"必须拒绝：%s":             "",
		"`a: b`、\"c, d: 证书\"": "",
		"DNS: 类型的 node:https": "",
		"RFC 5280 第 4.2 节":    "",
		"https://a.b/c?d=e 里": "",
	} {
		assert.Equal(t, want, narrow.FindString(bare(text)), text)
	}
}

func TestForeign(t *testing.T) {
	phrases, names := []string{"bad decrypt"}, map[string]bool{"curl": true}
	for text, want := range map[string][]string{
		"curl 说 bad decrypt，RFC 9525，OpenSSL，close_notify": nil,
		"服务器的 hello 太大":                                    {"hello"},
		"把 `context` 交给 verify":                            {"verify"},
		"*Certificate*，{ca}":                               {"Certificate"},
	} {
		assert.Equal(t, want, foreign(text, phrases, names), text)
	}
}

// TestProse holds that what is checked is what people read.
func TestProse(t *testing.T) {
	var got []string
	const document = "# 标题\n\n```sh\ncode\n```\n```hint x\n提示\n```\n    code\n" +
		"<!-- a start -->\nx\n<!-- a end -->\n正文"
	for _, l := range prose(split("a.md", document)) {
		got = append(got, fmt.Sprint(l.number, l.text))
	}
	assert.Equal(t, []string{"1# 标题", "7提示", "13正文"}, got)
	got = nil
	for _, l := range prose(split("a.txt", "# c = d\n[a]\nwhat = 文字\nrun = curl")) {
		got = append(got, l.text)
	}
	assert.Equal(t, []string{"文字"}, got)
}
