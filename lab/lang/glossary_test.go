package lang

import (
	"cmp"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
)

// term is a section of text/zh-CN/glossary.txt, which says what each line of it means.
type term struct {
	english            []string
	words, not, except []string
}

// glossary reads the glossary of the Chinese texts.
func glossary(t *testing.T) []term {
	t.Helper()
	entries, err := read(texts, "text/zh-CN/glossary.txt")
	require.NoError(t, err)
	var list []term
	for _, e := range entries {
		require.NotEmpty(t, e.Sections, "%s stands below no term", e.Name)
		if len(list) == 0 || !slices.Equal(list[len(list)-1].english, e.Sections) {
			list = append(list, term{english: e.Sections})
		}
		last := &list[len(list)-1]
		words := strings.Split(e.Text, "、")
		switch e.Name {
		case "word":
			last.words = words
		case "not":
			last.not = words
		case "except":
			last.except = words
		default:
			require.Fail(t, "no such line", "%s of %s", e.Name, e.Sections[0])
		}
	}
	return list
}

// variants returns each forbidden word in a line, with the word to use. A forbidden word that is part of a word of
// the glossary, or straddles one, is not meant: 负载均衡 in 负载均衡器, 验证 in 校验证书.
func variants(terms []term, line string) []string {
	var used [][]int
	for _, t := range terms {
		for _, word := range t.words {
			used = append(used, positions(line, word)...)
		}
	}
	var found []string
	for _, t := range terms {
		for _, not := range t.not {
			for _, at := range positions(line, not) {
				if !slices.ContainsFunc(used, func(word []int) bool {
					return word[0] < at[1] && word[1] > at[0] && (word[0] < at[0] || word[1] > at[1])
				}) {
					found = append(found, not+": "+cmp.Or(strings.Join(t.words, ", "), "not "+t.english[0]))
				}
			}
		}
	}
	return found
}

// positions returns where a word begins and ends in a line, each time.
func positions(line, word string) [][]int {
	var list [][]int
	for from := 0; ; {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return list
		}
		from += i + len(word)
		list = append(list, []int{from - len(word), from})
	}
}

// code is what is no prose in English: code and quotations.
var code = regexp.MustCompile("`[^`]*`|\"[^\"]*\"")

// form is one form of an English term.
type form struct {
	name    string
	pattern *regexp.Regexp
	of      *term
}

// forms returns the forms of all terms, the longest first: "key usage" before "key".
func forms(terms []term) []form {
	var list []form
	for i := range terms {
		for _, name := range terms[i].english {
			name = strings.ToLower(name)
			pattern := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(name), "-", "[ _-]") + "(es|s)?")
			list = append(list, form{name, pattern, &terms[i]})
		}
	}
	slices.SortStableFunc(list, func(a, b form) int { return len(b.name) - len(a.name) })
	return list
}

// missing returns the terms in an English text whose word is not in the Chinese. A term may stay as it is in
// English: as code, or as part of a quotation.
func missing(forms []form, english, chinese string) []*term {
	english = strings.ToLower(code.ReplaceAllString(english, " "))
	has := func(word string) bool { return strings.Contains(chinese, word) }
	var list []*term
	for _, f := range forms {
		first, _, _ := strings.Cut(f.name, "-")
		if !strings.Contains(english, first) {
			continue
		}
		found := false
		for _, at := range f.pattern.FindAllStringIndex(english, -1) {
			if whole(english, at) {
				found = true
				english = english[:at[0]] + strings.Repeat(" ", at[1]-at[0]) + english[at[1]:]
			}
		}
		said := slices.ContainsFunc(f.of.words, has) || f.pattern.MatchString(strings.ToLower(chinese))
		if found && f.of.words != nil && !said {
			list = append(list, f.of)
		}
	}
	return list
}

// whole reports whether a match is a word of its own, and not part of a longer name.
func whole(text string, at []int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
	after, _ := utf8.DecodeRuneInString(text[at[1]:])
	part := func(r rune) bool { return r == '-' || r == '_' || unicode.IsLetter(r) }
	return !part(before) && !part(after)
}

// TestGlossary holds the glossary to have one section for each term, and no word that it forbids.
func TestGlossary(t *testing.T) {
	terms := glossary(t)
	assert.GreaterOrEqual(t, len(terms), 60)
	seen := map[string]bool{}
	for _, g := range terms {
		for _, name := range g.english {
			assert.False(t, seen[name], "%s is there twice", name)
			seen[name] = true
		}
		assert.NotEmpty(t, slices.Concat(g.words, g.not), "%s says nothing", g.english[0])
		for _, word := range g.words {
			assert.Empty(t, variants(terms, word), "the word for %s is forbidden", g.english[0])
		}
	}
}

func TestVariants(t *testing.T) {
	terms := []term{
		{english: []string{"alert"}, words: []string{"告警"}, not: []string{"警报"}},
		{english: []string{"verify"}, words: []string{"校验"}, not: []string{"验证"}},
		{english: []string{"load-balancer"}, words: []string{"负载均衡器"}, not: []string{"负载均衡"}},
		{english: []string{"second-person"}, not: []string{"你"}},
	}
	for line, want := range map[string][]string{
		"服务器发出告警":      nil,
		"服务器发出警报":      {"警报: 告警"},
		"不校验证书":        nil,
		"不验证证书":        {"验证: 校验"},
		"负载均衡器前面的负载均衡": {"负载均衡: 负载均衡器"},
		"你的客户端":        {"你: not second-person"},
	} {
		assert.Equal(t, want, variants(terms, line), line)
	}
}

func TestMissing(t *testing.T) {
	terms := []term{
		{english: []string{"alert"}, words: []string{"告警"}},
		{english: []string{"key-usage"}, words: []string{"密钥用法"}},
		{english: []string{"key"}, words: []string{"密钥", "私钥"}},
	}
	for _, c := range []struct {
		english, chinese string
		want             []string
	}{
		{"An alert", "一个告警", nil},
		{"Two alerts", "两个警报", []string{"alert"}},
		{"key usages", "密钥的用法", []string{"key-usage"}},
		{"key usage", "密钥用法", nil},
		{"the key", "私钥", nil},
		{"alert-sent and `alert` and \"alert\"", "", nil},
		{"the word alert", "alert 一词", nil},
	} {
		var got []string
		for _, g := range missing(forms(terms), c.english, c.chinese) {
			got = append(got, g.english[0])
		}
		assert.Equal(t, c.want, got, c.english)
	}
}

// TestChineseVariants holds that no Chinese text has a word that the glossary forbids.
func TestChineseVariants(t *testing.T) {
	terms := glossary(t)
	for _, line := range chineseLines(t) {
		assert.Empty(t, variants(terms, line.text), line.at())
	}
}

// TestChineseTerms holds every translation to have the glossary's word for each term of the English.
func TestChineseTerms(t *testing.T) {
	terms, needed := glossary(t), map[string]bool{}
	all := forms(terms)
	pairs := slices.Concat(pairedTexts(t), pairedSentences(t), pairedScenarios(t), pairedLessons(t))
	require.Greater(t, len(pairs), 2000)
	for _, p := range pairs {
		for _, g := range missing(all, p.english, p.text) {
			if slices.Contains(g.except, p.name) {
				needed[g.english[0]+p.name] = true
				continue
			}
			words := strings.Join(g.words, ", ")
			assert.Fail(t, "no word for "+g.english[0], "%s: want %s in %s\n%s", p.at(), words, p.text, p.english)
		}
	}
	for _, g := range terms {
		for _, e := range g.except {
			assert.True(t, needed[g.english[0]+e], "the exception %s of %s is not needed", e, g.english[0])
		}
	}
}

// pair is a Chinese text with its English.
type pair struct {
	line
	name, english string
}

const chineseFolder = "lab/lang/text/zh-CN/"

// pairedTexts returns the texts that stand in a file of English, too.
func pairedTexts(t *testing.T) []pair {
	var list []pair
	for _, file := range filesBelow(t, "../../lab/lang/text/en", ".txt") {
		english, err := read(texts, "text/en/"+file)
		require.NoError(t, err)
		chinese, lines := readLines(t, file)
		said := map[string][]string{}
		for _, e := range english {
			key := strings.Join(append(slices.Clone(e.Sections), e.Name), " ")
			said[key] = append(said[key], e.Text)
		}
		for i, e := range chinese {
			key := strings.Join(append(slices.Clone(e.Sections), e.Name), " ")
			if len(said[key]) == 0 || e.Name == "run" {
				continue // TestComplete says so
			}
			list = append(list, pair{lines[i], key, said[key][0]})
			said[key] = said[key][1:]
		}
	}
	return list
}

// pairedSentences returns the sentences whose name is their English.
func pairedSentences(t *testing.T) []pair {
	entries, lines := readLines(t, "sentences.txt")
	var list []pair
	for i, e := range entries {
		list = append(list, pair{lines[i], e.Name, strings.ReplaceAll(e.Name, "-", " ")})
	}
	return list
}

// pairedScenarios returns the stories of the catalogue.
func pairedScenarios(t *testing.T) []pair {
	starts := map[string]line{} // of the sections
	for _, file := range filesBelow(t, "text/zh-CN/scenarios", ".txt") {
		for _, l := range linesOf(t, chineseFolder+"scenarios/"+file) {
			starts[l.text] = l
		}
	}
	var list []pair
	for _, s := range scenarios.Declared() {
		e, c := English.Of(s), Chinese.Of(s)
		start, ok := starts["["+s.ID+"]"]
		if !assert.True(t, ok, s.ID) {
			continue
		}
		for i, texts := range [][2]string{
			{e.Title, c.Title}, {e.What, c.What}, {e.Where, c.Where}, {e.See, c.See}, {e.Fix, c.Fix},
		} {
			list = append(list, pair{line{start.file, start.number + 1 + i, texts[1]}, s.ID, texts[0]})
		}
	}
	return list
}

// pairedLessons returns the paragraphs of the lessons.
func pairedLessons(t *testing.T) []pair {
	var list []pair
	for _, file := range filesBelow(t, "text/zh-CN/lessons", ".md") {
		name := path.Join("lessons", file)
		english := paragraphs(linesOf(t, "lab/lang/text/en/"+name))
		chinese := paragraphs(linesOf(t, chineseFolder+name))
		if !assert.Len(t, chinese, len(english), "%s has other paragraphs than the English", name) {
			continue
		}
		for i := range chinese {
			list = append(list, pair{chinese[i], name, english[i].text})
		}
	}
	return list
}

// paragraphs puts the prose of a Markdown file together, paragraph by paragraph; a row of a table is one.
func paragraphs(lines []line) []line {
	var list []line
	last := -1
	for _, l := range prose(lines) {
		if l.number == last+1 && !strings.HasPrefix(l.text, "|") {
			list[len(list)-1].text += "\n" + l.text
		} else {
			list = append(list, l)
		}
		last = l.number
	}
	return list
}

// readLines reads a file of Chinese texts, and the line that each text stands on.
func readLines(t *testing.T, file string) ([]Entry, []line) {
	t.Helper()
	entries, err := read(texts, "text/zh-CN/"+file)
	require.NoError(t, err)
	var lines []line
	for _, l := range linesOf(t, chineseFolder+file) {
		if l.text = strings.TrimSpace(l.text); l.text != "" && l.text[0] != '#' && l.text[0] != '[' {
			_, l.text, _ = strings.Cut(l.text, " = ")
			lines = append(lines, l)
		}
	}
	require.Len(t, lines, len(entries), file)
	return entries, lines
}

// linesOf returns the lines of a file, whose path is relative to the module.
func linesOf(t *testing.T, file string) []line {
	t.Helper()
	data, err := os.ReadFile(path.Join("../..", file))
	require.NoError(t, err)
	return split(file, string(data))
}
