package lang_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/width"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

var update = flag.Bool("update", false, "declare that the translations have been checked against today's English")

const chinese = "zh-CN"

// every runs a subtest for each declared scenario, with its story in English and in Chinese.
func every(t *testing.T, check func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story)) {
	for _, s := range scenarios.Declared() {
		t.Run(s.ID, func(t *testing.T) {
			check(t, s, lang.English.Of(s), lang.Chinese.Of(s))
		})
	}
}

// part is one of the texts of a scenario in two languages.
type part struct{ name, english, chinese string }

func parts(a, b lang.Story) []part {
	return []part{
		{"title", a.Title, b.Title}, {"what", a.What, b.What}, {"where", a.Where, b.Where}, {"see", a.See, b.See},
		{"fix", a.Fix, b.Fix},
	}
}

// TestChinese checks that every part of every scenario is translated into Chinese, with the same names, numbers
// and quoted messages as in English.
func TestChinese(t *testing.T) {
	every(t, func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story) {
		for _, p := range parts(english, chinese) {
			if !assert.True(t, p.chinese != p.english && strings.ContainsFunc(p.chinese, isWide),
				"%s is not translated: %q", p.name, p.chinese) {
				continue
			}
			assert.Equal(t, quotes(p.english), quotes(p.chinese), "the quotes of %s", p.name)
			a, b := names(p.english), names(p.chinese)
			assert.Empty(t, without(a, b), "names in the English of %s, but not in the Chinese: %s", p.name, p.chinese)
			more := slices.DeleteFunc(without(b, a), abbreviation.MatchString)
			assert.Empty(t, more, "names in the Chinese of %s, but not in the English: %s", p.name, p.chinese)
			if left := sentence.FindString(unquoted(p.chinese)); !slices.Contains(verbatim, left) {
				assert.Empty(t, left, "the Chinese of %s has English in it", p.name)
			}
		}
	})
}

// TestPunctuation checks how Chinese is set: with full-width punctuation, with a blank between Chinese and Latin, and
// without characters whose width differs between terminals.
func TestPunctuation(t *testing.T) {
	every(t, func(t *testing.T, s *scenarios.Scenario, _, chinese lang.Story) {
		for _, p := range parts(lang.Story{}, chinese) {
			bare := kinds.ReplaceAllString(unquoted(p.chinese), "X")
			for _, rule := range []struct {
				means string
				wrong *regexp.Regexp
			}{
				{"punctuation that is not full-width",
					regexp.MustCompile(`[\p{Han}）] ?[,;:?!()]|[,;:?!()] ?[\p{Han}（]`)},
				{"no blank between Chinese and Latin",
					regexp.MustCompile(`\p{Han}["A-Za-z0-9.*$<-]|[A-Za-z0-9*"]\p{Han}`)},
				{"a blank beside full-width punctuation", regexp.MustCompile(` [，。；：（）、]|[，。；：（）、] `)},
				{"a blank within Chinese, or two", regexp.MustCompile(`\p{Han} \p{Han}|  `)},
			} {
				assert.Empty(t, rule.wrong.FindString(bare), "%s: %s: %s", p.name, rule.means, p.chinese)
			}
			assert.Equal(t, p.name != "title", strings.HasSuffix(p.chinese, "。"),
				"%s: a title has no full stop, and a sentence has one: %s", p.name, p.chinese)
			for _, r := range p.chinese {
				assert.True(t, r < 0x80 || isWide(r), "%s: terminals do not agree on the width of %q: %s", p.name, r,
					p.chinese)
			}
		}
	})
}

// TestSame checks that the same English text always has the same translation.
func TestSame(t *testing.T) {
	said := map[string]string{}
	every(t, func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story) {
		for _, p := range parts(english, chinese) {
			if was, ok := said[p.english]; ok {
				assert.Equal(t, was, p.chinese, "two translations of %s: %s", p.name, p.english)
			}
			said[p.english] = p.chinese
		}
	})
}

// TestEnglish checks that the English has not changed since it was translated.
func TestEnglish(t *testing.T) {
	const path = "testdata/english.txt"
	golden, err := os.ReadFile(path)
	if !*update {
		require.NoError(t, err)
	}
	var now strings.Builder
	for _, s := range scenarios.Declared() {
		line := fmt.Sprintf("%s %.6x", s.ID, sha256.Sum256(fmt.Append(nil, lang.English.Of(s))))
		fmt.Fprintln(&now, line)
		if !*update {
			assert.True(t, slices.Contains(strings.Split(string(golden), "\n"), line), "the English of %s has changed "+
				"since it was translated: translate the changes, then go test ./lab/lang -run English -update", s.ID)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(now.String()), 0o644))
	}
}

// TestOtherServices checks that a scenario behind another service has the same story, and that a scenario without a
// translation has its English story in every language.
func TestOtherServices(t *testing.T) {
	s, _ := scenarios.Lookup("expired")
	twin, _ := scenarios.Lookup("mongo-expired")
	assert.Equal(t, lang.Chinese.Of(s), lang.Chinese.Of(twin))
	assert.NotEqual(t, s.Title, lang.Chinese.Of(s).Title)
	own := &scenarios.Scenario{ID: "one-of-mine", Title: "mine", Fix: "none"}
	for _, tag := range []string{"en", chinese, "fr", ""} {
		got := lang.Tag(tag).Of(own)
		assert.Equal(t, "mine", got.Title, tag)
		assert.Equal(t, "none", got.Fix, tag)
	}
	assert.Equal(t, s.Title, lang.Tag("fr").Of(s).Title)
}

// isWide reports whether a character is Chinese or Chinese punctuation.
func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

var (
	quoted = regexp.MustCompile(`"[^"]*"`)
	// word matches what may be a name, of a file, an option or a protocol, or a number.
	word = regexp.MustCompile(`[A-Za-z0-9_$*-][A-Za-z0-9_.$*/:=-]*`)
	// named matches names, but no words: those with a digit, an underscore or capitals within, options, and words in
	// capitals.
	named        = regexp.MustCompile(`[0-9_=$*]|^-|[a-z.][A-Z]|^[A-Z][A-Z0-9-]+$|[a-z]\.[a-z]`)
	kinds        = regexp.MustCompile(`DNS:|IP:|::1`) // the colons of alternative names are not punctuation
	abbreviation = regexp.MustCompile(`^[A-Z]+$`)
	thousands    = regexp.MustCompile(`([0-9]),([0-9]{3})`)
	plural       = regexp.MustCompile(`^([A-Z]{2,})s$`)
	// sentence matches what no Chinese text contains: four English words in a row.
	sentence = regexp.MustCompile(`\b[a-z]+( [a-z]+){3,}\b`)
)

// verbatim lists messages of clients that are quoted without quotation marks.
var verbatim = []string{"unable to set private key file"}

func quotes(text string) []string { return quoted.FindAllString(text, -1) }

func unquoted(text string) string { return quoted.ReplaceAllString(text, `""`) }

// names returns what every language writes the same way: names, numbers, and scenarios' IDs.
func names(text string) []string {
	text = thousands.ReplaceAllString(unquoted(text), "$1$2")
	var list []string
	for _, w := range word.FindAllString(text, -1) {
		w = plural.ReplaceAllString(strings.TrimRight(w, ".:-"), "$1")
		_, id := scenarios.Lookup(w)
		if named.MatchString(w) || id && strings.Contains(w, "-") {
			list = append(list, w)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// without returns the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
