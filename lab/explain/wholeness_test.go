package explain

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// quotedCode matches code between backquotes.
var quotedCode = regexp.MustCompile("`[^`]+`")

// outline returns what a section has in common in all languages: its keys, its commands, and the code in it.
func outline(s section) []string {
	list := slices.Sorted(maps.Keys(s.fields))
	var text []string
	for _, key := range list {
		text = append(text, s.fields[key])
	}
	for _, c := range s.causes {
		list = append(append(list, "cause"), c.Commands...)
		text = append(text, c.Text, c.Tell)
	}
	codes := quotedCode.FindAllString(strings.Join(text, "\n"), -1)
	slices.Sort(codes)
	return append(list, codes...)
}

// TestSectionsAreInEveryLanguage checks that aspects and stacks have the same sections in each language.
func TestSectionsAreInEveryLanguage(t *testing.T) {
	english := books()[lang.English]
	for _, l := range lang.All() {
		b := books()[l]
		for what, both := range map[string][2]map[string]section{
			"aspect": {english.aspects, b.aspects}, "stack": {english.stacks, b.stacks},
		} {
			assert.ElementsMatch(
				t, slices.Collect(maps.Keys(both[0])), slices.Collect(maps.Keys(both[1])), "%s in %s", what, l,
			)
			for name, s := range both[0] {
				assert.Equal(t, outline(s), outline(both[1][name]), "%s %s in %s", what, name, l)
				for _, c := range both[1][name].causes {
					assert.NotEmpty(t, c.Tell, "%s %s in %s: %s", what, name, l, c.Text)
				}
			}
		}
		assert.ElementsMatch(
			t, slices.Collect(maps.Keys(english.words)), slices.Collect(maps.Keys(b.words)), "words in %s", l,
		)
	}
}

// untoldStacks are those without a section, as their words do not show which program uses them.
var untoldStacks = []string{"boringssl", "nss", "openssl-server", "securetransport", "shell", "wolfssl"}

// TestEverySourceIsTold checks that every program and library that can be recognised has a section with what can be set
// in it, and that every section belongs to one.
func TestEverySourceIsTold(t *testing.T) {
	told := books()[lang.English].stacks
	for _, name := range Clients() {
		s, ok := told[name]
		assert.Equal(t, !slices.Contains(untoldStacks, name), ok, name)
		if !ok {
			continue
		}
		keys := []string{"name", trustKey, versionKey}
		if isServer(name) && !strings.HasSuffix(name, "-upstream") {
			keys = append(keys, chainKey)
		} else {
			keys = append(keys, hostKey)
		}
		if name == "linkerd" { // it chooses the versions itself
			keys = slices.DeleteFunc(keys, func(key string) bool { return key == versionKey })
		}
		for _, key := range keys {
			assert.NotEmpty(t, s.fields[key], "%s of %s", key, name)
		}
	}
	for name := range told {
		assert.True(t, name == "other" || slices.Contains(Clients(), name), "the section %s belongs to no source", name)
	}
}

// TestAspectsAreTold checks that each aspect belongs to an existing class, names causes and scenarios that exist,
// changes what is said, and applies to a message in testdata; and that each section belongs to an aspect.
func TestAspectsAreTold(t *testing.T) {
	met := map[string]bool{}
	for _, message := range messagesOf(t, "testdata/elsewhere.txt") {
		for _, f := range Read(message).Findings {
			for _, name := range f.Aspects {
				met[name] = true
			}
		}
	}
	b := books()[lang.English]
	names := map[string]bool{}
	for _, a := range aspects {
		assert.False(t, names[a.name], "%s stands twice", a.name)
		names[a.name] = true
		assert.True(t, met[a.name], "no message of testdata has the aspect %s", a.name)
		of, _, _ := strings.Cut(a.name, "/")
		_, known := failure.Lookup(failure.Class(of))
		assert.True(t, known || of == "certificate", a.name)
		for _, n := range slices.Concat(a.first, a.instead) {
			assert.True(t, 1 <= n && n <= len(b.classes[of].causes), "%s: there is no cause %d", a.name, n)
		}
		for _, id := range a.scenarios {
			_, ok := scenarios.Lookup(id)
			assert.True(t, ok, "%s: no scenario %s", a.name, id)
		}
		if _, ok := b.aspects[a.name]; !ok {
			assert.NotEmpty(t, a.first, "%s says nothing of its own", a.name)
		}
		if a.alone {
			assert.Positive(t, len(b.aspects[a.name].causes)+len(a.first), "%s leaves no cause", a.name)
		}
	}
	for name := range b.aspects {
		assert.True(t, names[name], "the section %s is no aspect's", name)
	}
}
