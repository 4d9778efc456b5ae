// Package lang contains tlslab's texts for people in each language. A language is a folder of text files below text.
//
// Other packages declare scenarios, failure classes and known deviations of client stacks in English; this package
// translates them. Messages of clients and names (of scenarios, classes, options and alerts) are the same in all
// languages.
package lang

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"example.com/tlslab/scenarios/near"
)

// Tag is a language, as a tag of BCP 47.
type Tag string

// The languages that code refers to. [All] returns every language.
const (
	English Tag = "en"
	Chinese Tag = "zh-CN" // simplified
)

// All returns the languages, the default first.
func All() []Tag { return slices.Clone(all) }

var all, matcher = languages(texts)

// languages returns the languages that have a folder. The folders' names are tags.
func languages(files fs.FS) ([]Tag, language.Matcher) {
	list := []Tag{English}
	folders, err := fs.ReadDir(files, "text")
	if err != nil {
		panic(err)
	}
	for _, folder := range folders {
		if l := Tag(folder.Name()); folder.IsDir() && l != English {
			list = append(list, l)
		}
	}
	var tags []language.Tag
	for _, l := range list {
		tags = append(tags, language.MustParse(string(l)))
	}
	return list, language.NewMatcher(tags)
}

// Name returns the language's own name for itself.
func (t Tag) Name() string { return t.Words("language")["name"] }

// Parse returns the language that a tag asks for: "zh", "zh-CN", "en_GB.UTF-8". An error lists the available
// languages.
func Parse(tag string) (Tag, error) {
	tag, _, _ = strings.Cut(tag, ".") // the encoding, in the names of POSIX
	tag, _, _ = strings.Cut(tag, "@")
	if t, err := language.Parse(tag); err == nil {
		if _, n, confidence := matcher.Match(t); confidence >= language.Low {
			return all[n], nil
		}
	}
	return "", fmt.Errorf("unknown language %q%s; choose %s", tag, hint(tag), list())
}

// list returns the tags of all languages, for an error.
func list() string {
	var tags []string
	for _, l := range all {
		tags = append(tags, string(l))
	}
	last := len(tags) - 1
	return strings.Join(tags[:last], ", ") + " or " + tags[last]
}

// FromEnvironment returns the language that the environment asks for, as in POSIX (Base Definitions, section
// 8.2): LC_ALL before LC_MESSAGES before LANG. It is English if tlslab does not have that language.
func FromEnvironment() Tag {
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
func FromHeader(value string) Tag {
	tags, _, err := language.ParseAcceptLanguage(value)
	if err != nil {
		return English
	}
	_, n, _ := matcher.Match(tags...)
	return all[n]
}

// hint suggests the language that was probably meant, by its names.
func hint(tag string) string {
	called := map[string]Tag{}
	var names []string
	for _, l := range all {
		for _, name := range append(strings.Fields(l.Words("language")["called"]), string(l), l.Name()) {
			called[name] = l
			names = append(names, name)
		}
	}
	slices.Sort(names)
	meant := near.Names(tag, names)
	if len(meant) == 0 {
		return ""
	}
	return near.Did(string(called[meant[0]]))
}
