package page

import (
	"bufio"
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"example.com/tlslab/lab/internal/locale"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/translation"
)

//go:embed words
var wordFiles embed.FS

// words are the page's own words in one language, by their names. A file in the folder words has one
// a line, "name = text"; a text may have %s and %d in it, and a line that begins with # is a comment.
type words map[string]string

// readWords reads the words of every language.
func readWords(files fs.FS) (map[locale.Locale]words, error) {
	all := map[locale.Locale]words{}
	for _, l := range locale.All() {
		data, err := fs.ReadFile(files, "words/"+string(l)+".txt")
		if err != nil {
			return nil, fmt.Errorf("the page's words: %w", err)
		}
		all[l] = words{}
		for lines := bufio.NewScanner(strings.NewReader(string(data))); lines.Scan(); {
			line := strings.TrimSpace(lines.Text())
			if line == "" || line[0] == '#' {
				continue
			}
			name, text, ok := strings.Cut(line, " = ")
			if _, twice := all[l][name]; !ok || twice {
				return nil, fmt.Errorf("the page's words in %s: line %q is no name = text, or comes twice", l, line)
			}
			all[l][name] = text
		}
	}
	return all, nil
}

// say returns the words of a name, with the values in their places.
func (w words) say(name string, values ...any) string {
	text, ok := w[name]
	if !ok {
		return name // a test holds that there is none
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// first returns the words of the first of the names that there are words for.
func (w words) first(names ...string) string {
	for _, name := range names {
		if text, ok := w[name]; ok {
			return text
		}
	}
	return names[len(names)-1]
}

// Text is what the catalogue tells of a scenario, in some language.
type Text struct {
	// Locale is the language that it is in.
	Locale                       locale.Locale
	Title, What, Where, See, Fix string
}

// told returns what the catalogue tells of a scenario.
func told(l locale.Locale, s *scenarios.Scenario) Text {
	t := translation.Of(s, string(l))
	return Text{l, t.Title, t.What, t.Where, t.See, t.Fix}
}

// inWords returns what a scenario expects of a client.
func (w words) expectation(e scenarios.Expectation) string {
	text := w.say("expect." + string(cmp.Or(e.Verdict, scenarios.Either)) + "." + string(cmp.Or(e.Level, scenarios.Must)))
	if e.Level == scenarios.Should && e.Feature != "" {
		text += w.say("expect.feature", e.Feature)
	}
	return text
}
