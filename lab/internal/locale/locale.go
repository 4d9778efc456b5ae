// Package locale says in which language tlslab speaks to its user.
package locale

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"example.com/tlslab/lab/internal/near"
)

// Locale is a language that tlslab's prose is written in, as a tag of BCP 47. What clients say, and
// what is a name (of a scenario, a class, an alert), is the same in all of them.
type Locale string

// The languages.
const (
	English Locale = "en"
	Chinese Locale = "zh-CN" // simplified
)

// All returns the languages, the default first.
func All() []Locale { return []Locale{English, Chinese} }

var matcher = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// Parse returns the language that a tag asks for: "zh", "zh-CN", "en_GB.UTF-8". An error says which
// there are.
func Parse(tag string) (Locale, error) {
	tag, _, _ = strings.Cut(tag, ".") // the encoding, of the names that POSIX has
	tag, _, _ = strings.Cut(tag, "@")
	if t, err := language.Parse(tag); err == nil {
		if _, n, confidence := matcher.Match(t); confidence >= language.Low {
			return All()[n], nil
		}
	}
	return "", fmt.Errorf("no language %q%s: there are en and zh", tag, hint(tag))
}

// FromEnvironment returns the language that the environment asks for, as POSIX has it (Base Definitions,
// section 8.2): LC_ALL before LC_MESSAGES before LANG. A language that there is none of is English.
func FromEnvironment() Locale {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			l, err := Parse(value)
			if err != nil {
				return English
			}
			return l
		}
	}
	return English
}

// FromHeader returns the language that a browser's Accept-Language asks for (RFC 9110, section 12.5.4).
func FromHeader(value string) Locale {
	tags, _, err := language.ParseAcceptLanguage(value)
	if err != nil {
		return English
	}
	_, n, _ := matcher.Match(tags...)
	return All()[n]
}

// called are the tags of the languages by what people may call them.
var called = map[string]string{
	"en": "en", "eng": "en", "english": "en",
	"zh": "zh", "cn": "zh", "chinese": "zh", "hans": "zh", "中文": "zh", "简体中文": "zh",
}

// hint suggests the language that a tag may have meant.
func hint(tag string) string {
	names := near.Names(tag, slices.Sorted(maps.Keys(called)))
	if len(names) == 0 {
		return ""
	}
	return near.Did(called[names[0]])
}
