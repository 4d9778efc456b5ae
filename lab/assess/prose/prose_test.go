package prose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
)

// TestWhole checks that each code has distinct sentences in each language, and that there are no others.
func TestWhole(t *testing.T) {
	for _, l := range lang.All() {
		known, seen := map[string]bool{"finding.evidence": true, "finding.silent": true}, map[string]assess.Code{}
		for _, code := range assess.Codes() {
			s := Of(l, code)
			for _, text := range []string{s.Says, s.Ask, s.Do} {
				assert.NotEmpty(t, text, "%s in %s", code, l)
			}
			assert.Empty(t, seen[s.Says], "%s in %s says what another does", code, l)
			seen[s.Says] = code
			for _, what := range []string{"says", "shown", "accepted", "ask", "do"} {
				known[name(code, what)] = true
			}
		}
		for n := range in(l) {
			assert.True(t, known[n], "%s: there is no such code or text", n)
		}
	}
}

// TestAlike checks that all languages have the same values in formats and the same names of programs.
func TestAlike(t *testing.T) {
	verb := regexp.MustCompile(`%\[\d\]s`)
	program := regexp.MustCompile(`--?[a-z][a-z-]+|\{[a-z]+\}|[A-Za-z]*[A-Z_][A-Z_]+[A-Za-z0-9_]*|tlslab( (up|show))?`)
	english := in(lang.English)
	for _, l := range lang.All() {
		assert.Len(t, in(l), len(english), l)
		for n, text := range english {
			said := in(l)[n]
			assert.ElementsMatch(t, verb.FindAllString(text, -1), verb.FindAllString(said, -1), "%s in %s", n, l)
			if strings.HasSuffix(n, ".do") {
				for _, word := range program.FindAllString(text, -1) {
					assert.Contains(t, said, word, "%s in %s", n, l)
				}
			}
		}
	}
}

// TestChineseIsChinese finds sentences that were left in English, and punctuation that is not Chinese.
func TestChineseIsChinese(t *testing.T) {
	for n, said := range in(lang.Chinese) {
		assert.Regexp(t, `\p{Han}`, said, n)
		assert.NotRegexp(t, `\b[a-z]+( [a-z]+){3,}`, said, n)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, said, n)
	}
}

// TestShown checks that the client's message is shown if there is one, in a fitting form.
func TestShown(t *testing.T) {
	said := assess.Evidence{Scenario: "good", Outcome: clients.Rejected, Says: "no"}
	silent := assess.Evidence{Scenario: "good", Outcome: clients.Rejected}
	accepted := assess.Evidence{Scenario: "good", Outcome: clients.Accepted}
	for want, f := range map[string]assess.Finding{
		"It never connected. About good it says: no":               {Code: assess.NeverConnects, Evidence: said},
		"It never connected. About good it says: nothing":          {Code: assess.NeverConnects, Evidence: silent},
		"It reports acceptance, but never connected.":              {Code: assess.NeverConnects, Evidence: accepted},
		"It refuses a server that is good. About good it says: no": {Code: assess.RejectsGood, Evidence: said},
		"The program failed: no": {Code: assess.ProgramFails,
			Evidence: assess.Evidence{Outcome: clients.Failed, Says: "no"}},
		"It does not check the dates.": {Code: assess.DatesUnchecked, Evidence: accepted},
		Of(lang.English, assess.NotAsked).Says: {Code: assess.NotAsked,
			Evidence: assess.Evidence{Outcome: clients.Unsupported}},
	} {
		assert.Equal(t, want, Shown(lang.English, f))
	}
	for _, code := range assess.Codes() {
		for _, l := range lang.All() {
			for _, e := range []assess.Evidence{said, accepted} {
				assert.NotContains(t, Shown(l, assess.Finding{Code: code, Evidence: e}), "%!", "%s in %s", code, l)
			}
		}
	}
}
