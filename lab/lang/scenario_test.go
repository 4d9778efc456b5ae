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

	"golang.org/x/text/width"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

var update = flag.Bool("update", false, "say that the translations have been read against the English that there is now")

const chinese = "zh-CN"

// every yields each scenario that is declared, with what is told of it in English and in Chinese.
func every(t *testing.T, check func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story)) {
	for _, s := range append(scenarios.All(), scenarios.Behind(scenarios.Mongod)...) {
		t.Run(s.ID, func(t *testing.T) {
			check(t, s, lang.English.Of(s), lang.Chinese.Of(s))
		})
	}
}

// part is one of the texts of a scenario in two languages.
type part struct{ name, english, chinese string }

func parts(a, b lang.Story) []part {
	return []part{
		{"title", a.Title, b.Title}, {"what", a.What, b.What}, {"where", a.Where, b.Where}, {"see", a.See, b.See}, {"fix", a.Fix, b.Fix},
	}
}

// TestChinese holds every part of every scenario to be there in Chinese, and to have the names, numbers
// and quoted messages of the English.
func TestChinese(t *testing.T) {
	every(t, func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story) {
		for _, p := range parts(english, chinese) {
			if p.chinese == p.english || !strings.ContainsFunc(p.chinese, isWide) {
				t.Errorf("%s is not translated: %q", p.name, p.chinese)
				continue
			}
			if a, b := quotes(p.english), quotes(p.chinese); !slices.Equal(a, b) {
				t.Errorf("%s: the English quotes %q, the Chinese %q", p.name, a, b)
			}
			a, b := names(p.english), names(p.chinese)
			if missing := without(a, b); len(missing) > 0 {
				t.Errorf("%s: the Chinese has no %q: %s", p.name, missing, p.chinese)
			}
			if more := slices.DeleteFunc(without(b, a), abbreviation.MatchString); len(more) > 0 {
				t.Errorf("%s: the English has no %q: %s", p.name, more, p.chinese)
			}
			if left := sentence.FindString(unquoted(p.chinese)); left != "" && !slices.Contains(verbatim, left) {
				t.Errorf("%s: %q is English", p.name, left)
			}
		}
	})
}

// TestPunctuation holds Chinese to be set as Chinese: full-width punctuation, a blank between Chinese
// and Latin, and no character of which terminals do not agree how wide it is.
func TestPunctuation(t *testing.T) {
	every(t, func(t *testing.T, s *scenarios.Scenario, _, chinese lang.Story) {
		for _, p := range parts(lang.Story{}, chinese) {
			bare := kinds.ReplaceAllString(unquoted(p.chinese), "X")
			for _, rule := range []struct {
				means string
				wrong *regexp.Regexp
			}{
				{"punctuation that is not full-width", regexp.MustCompile(`[\p{Han}）] ?[,;:?!()]|[,;:?!()] ?[\p{Han}（]`)},
				{"no blank between Chinese and Latin", regexp.MustCompile(`\p{Han}["A-Za-z0-9.*$<-]|[A-Za-z0-9*"]\p{Han}`)},
				{"a blank beside full-width punctuation", regexp.MustCompile(` [，。；：（）、]|[，。；：（）、] `)},
				{"a blank within Chinese, or two", regexp.MustCompile(`\p{Han} \p{Han}|  `)},
			} {
				if wrong := rule.wrong.FindString(bare); wrong != "" {
					t.Errorf("%s: %s at %q: %s", p.name, rule.means, wrong, p.chinese)
				}
			}
			if ends := strings.HasSuffix(p.chinese, "。"); ends == (p.name == "title") {
				t.Errorf("%s: a title has no full stop, and a sentence has one: %s", p.name, p.chinese)
			}
			for _, r := range p.chinese {
				if r >= 0x80 && !isWide(r) {
					t.Errorf("%s: terminals do not agree on the width of %q: %s", p.name, r, p.chinese)
				}
			}
		}
	})
}

// TestSame holds what is the same in English to be the same in Chinese.
func TestSame(t *testing.T) {
	said := map[string]string{}
	every(t, func(t *testing.T, s *scenarios.Scenario, english, chinese lang.Story) {
		for _, p := range parts(english, chinese) {
			if was, ok := said[p.english]; ok && was != p.chinese {
				t.Errorf("%s: %q is told as %q and as %q", p.name, p.english, was, p.chinese)
			}
			said[p.english] = p.chinese
		}
	})
}

// TestEnglish holds the English to be what the translations were made from.
func TestEnglish(t *testing.T) {
	const path = "testdata/english.txt"
	golden, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var now strings.Builder
	for _, s := range append(scenarios.All(), scenarios.Behind(scenarios.Mongod)...) {
		line := fmt.Sprintf("%s %.6x", s.ID, sha256.Sum256(fmt.Append(nil, lang.English.Of(s))))
		fmt.Fprintln(&now, line)
		if !*update && !slices.Contains(strings.Split(string(golden), "\n"), line) {
			t.Errorf("the English of %s is not what it was translated from: translate what has changed, then go test ./lab/lang -run English -update", s.ID)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOtherServices holds the twins of a scenario to be told as it is, and whatever has no
// translation to be told in English.
func TestOtherServices(t *testing.T) {
	s, _ := scenarios.Lookup("expired")
	twin, _ := scenarios.Lookup("mongo-expired")
	if lang.Chinese.Of(s) != lang.Chinese.Of(twin) || lang.Chinese.Of(s).Title == s.Title {
		t.Errorf("mongo-expired is told otherwise than expired: %q", lang.Chinese.Of(twin))
	}
	own := &scenarios.Scenario{ID: "one-of-mine", Title: "mine", Fix: "none"}
	for _, tag := range []string{"en", chinese, "fr", ""} {
		if got := lang.Tag(tag).Of(own); got.Title != "mine" || got.Fix != "none" {
			t.Errorf("%s: %+v", tag, got)
		}
	}
	if got := lang.Tag("fr").Of(s); got.Title != s.Title {
		t.Errorf("fr: %+v", got)
	}
}

// isWide reports whether a character is Chinese, or punctuation of Chinese.
func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

var (
	quoted = regexp.MustCompile(`"[^"]*"`)
	// word is what may be a name: of a file, an option, a protocol, a number.
	word = regexp.MustCompile(`[A-Za-z0-9_$*-][A-Za-z0-9_.$*/:=-]*`)
	// named tells names from words: a digit, an underscore, an option, capitals within or throughout.
	named        = regexp.MustCompile(`[0-9_=$*]|^-|[a-z.][A-Z]|^[A-Z][A-Z0-9-]+$|[a-z]\.[a-z]`)
	kinds        = regexp.MustCompile(`DNS:|IP:|::1`) // of alternative names, which are no punctuation
	abbreviation = regexp.MustCompile(`^[A-Z]+$`)
	thousands    = regexp.MustCompile(`([0-9]),([0-9]{3})`)
	plural       = regexp.MustCompile(`^([A-Z]{2,})s$`)
	// sentence is what no Chinese text has: four words of English in a row.
	sentence = regexp.MustCompile(`\b[a-z]+( [a-z]+){3,}\b`)
)

// verbatim are messages of clients that stand without quotes.
var verbatim = []string{"unable to set private key file"}

func quotes(text string) []string { return quoted.FindAllString(text, -1) }

func unquoted(text string) string { return quoted.ReplaceAllString(text, `""`) }

// names returns what is the same in all languages: names, numbers, and scenarios' IDs.
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

// without returns what of a is not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
