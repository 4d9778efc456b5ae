package report

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/internal/locale"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
)

// strs returns every string of words, by the path of its field.
func strs(v reflect.Value, path string, into map[string]string) {
	switch v.Kind() {
	case reflect.String:
		into[path] = v.String()
	case reflect.Struct:
		for i := range v.NumField() {
			strs(v.Field(i), path+"."+v.Type().Field(i).Name, into)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			strs(v.MapIndex(k), fmt.Sprintf("%s[%v]", path, k), into)
		}
	default:
		panic("words has a " + v.Kind().String())
	}
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// TestWords holds every language to say all that English says, with the same names, options and verbs of
// formats; verbs in the same order, as most are passed by place.
func TestWords(t *testing.T) {
	name := regexp.MustCompile(`--?[a-z][a-z-]+|\{[a-z]+\}|[A-Za-z]*[A-Z_][A-Z_]+[A-Za-z0-9_]*|[a-z]+[A-Z][A-Za-z]+|tlslab( (run|show|up))?`)
	for l, w := range languages {
		want, got := map[string]string{}, map[string]string{}
		strs(reflect.ValueOf(english), "", want)
		strs(reflect.ValueOf(*w), "", got)
		for path, english := range want {
			said := got[path]
			if !assert.NotEmpty(t, said, "%s does not say %s: %q", l, path, english) {
				continue
			}
			assert.Equal(t, verb.FindAllString(english, -1), verb.FindAllString(said, -1), "%s %s", l, path)
			if strings.Contains(path, "behindMongoDB") || l == locale.English {
				continue
			}
			a, b := name.FindAllString(english, -1), name.FindAllString(said, -1)
			slices.Sort(a)
			slices.Sort(b)
			assert.Equal(t, slices.Compact(a), slices.Compact(b), "%s %s: %q", l, path, said)
		}
		assert.Len(t, got, len(want), "%s says what English does not", l)
	}
	assert.Len(t, languages, len(locale.All()))
}

// TestLabels holds the labels of a story to be as wide as each other in every language, and those of an
// assessment.
func TestLabels(t *testing.T) {
	for l, w := range languages {
		for _, label := range []string{w.where, w.see, w.fix, w.log} {
			assert.Equal(t, text.StringWidth(w.what), text.StringWidth(label), "%s: %q", l, label)
		}
		assert.Equal(t, text.StringWidth(w.assessment.toDo), text.StringWidth(w.assessment.in), "%s", l)
		assert.Equal(t, text.StringWidth(fmt.Sprintf("%s %-13s ", "X", "insecure")), text.StringWidth(w.plainNumber), "%s", l)
	}
}

// TestChineseIsChinese finds sentences that were left in English, and punctuation that is not Chinese.
func TestChineseIsChinese(t *testing.T) {
	said := map[string]string{}
	strs(reflect.ValueOf(chinese), "", said)
	for path, s := range said {
		assert.NotRegexp(t, `\b[a-z]+( [a-z]+){3,}`, strings.ReplaceAll(s, "tlslab up good", "tlslab"), path)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, s, path)
		assert.NotRegexp(t, `\p{Han}[A-Za-z0-9%]|[A-Za-z0-9]\p{Han}`, strings.ReplaceAll(s, "%s", "、"), path)
	}
}

// TestEnds holds every way in which a connection ends, and every judgement, to be told.
func TestEnds(t *testing.T) {
	for l, w := range languages {
		for _, end := range []serve.End{serve.EndServed, serve.EndAlertReceived, serve.EndAlertSent, serve.EndCloseNotify, serve.EndEOF,
			serve.EndReset, serve.EndTimeout, serve.EndNotTLS, serve.EndBrokenOff, serve.EndRelayed, serve.EndError} {
			assert.NotEmpty(t, w.ends[end], "%s: %s", l, end)
		}
		for _, kind := range verdict.Kinds() {
			assert.NotEmpty(t, w.kinds[kind], "%s: %s", l, kind)
		}
	}
}

func TestWrap(t *testing.T) {
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
			got := wrap(test.text, test.width)
			assert.Equal(t, test.want, got)
			for line := range strings.Lines(got) {
				assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")), test.width, "%q", line)
			}
		})
	}
}

// FuzzWrap holds that wrapping adds lines, loses nothing but blanks, and fits.
func FuzzWrap(f *testing.F) {
	f.Add("服务器发送 HelloRetryRequest（RFC 8446 第 4.1.4 节），然后 \x1b[31m关闭\x1b[0m。", 10)
	f.Add("a，，，，，，，，，，，，，b", 4)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if !utf8.ValidString(s) || width < 2 || width > 200 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '\u007f' }) || !strings.ContainsFunc(s, wide) {
			t.Skip()
		}
		got := wrap(s, width)
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
