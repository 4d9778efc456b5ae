package lang

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// verb matches a verb of [fmt.Sprintf]. A translation may use values in another order: %[2]s.
var verb = regexp.MustCompile(`%(\[\d+\])?[a-z]`)

// shape lists the names of a file's lines, in order, with the verbs of their texts.
func shape(entries []Entry) []string {
	var list []string
	for _, e := range entries {
		verbs := verb.FindAllString(e.Text, -1)
		if slices.ContainsFunc(verbs, func(v string) bool { return v[1] == '[' }) {
			slices.Sort(verbs)
			verbs = slices.Compact(verbs)
		}
		for i, v := range verbs {
			verbs[i] = "%" + v[len(v)-1:]
		}
		list = append(list, strings.Join(e.Sections, " ")+" | "+e.Name+" "+strings.Join(verbs, " "))
	}
	return list
}

// TestComplete checks that every language has every file that English has, with the same texts and verbs.
func TestComplete(t *testing.T) {
	count := 0
	err := fs.WalkDir(texts, "text/en", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(file, "text/en/")
		for _, l := range All()[1:] {
			other := path.Join("text", string(l), name)
			if path.Ext(name) != ".txt" {
				_, err := fs.Stat(texts, other)
				assert.NoError(t, err)
				continue
			}
			count++
			english, err := read(texts, file)
			require.NoError(t, err)
			translated, err := read(texts, other)
			if assert.NoError(t, err) {
				assert.Empty(t, without(shape(english), shape(translated)), "missing in %s, or with other verbs", other)
				assert.Empty(t, without(shape(translated), shape(english)), "missing in %s, or with other verbs", file)
			}
		}
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, count, 5)
}

// without returns the elements of a that b does not contain as often.
func without(a, b []string) []string {
	left := slices.Clone(a)
	for _, s := range b {
		if i := slices.Index(left, s); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	return left
}

// TestTranslated checks that no text of the page was left in English.
func TestTranslated(t *testing.T) {
	same := map[string]bool{}
	for _, name := range []string{"page"} {
		english := English.Words(name)
		for _, l := range All()[1:] {
			for full, text := range l.Words(name) {
				prose := regexp.MustCompile(`[a-z]{3}`).MatchString(text) && !strings.HasPrefix(full, "service.")
				if prose && text == english[full] {
					same[full] = true
				}
			}
		}
	}
	assert.Empty(t, slices.Sorted(maps.Keys(same)))
}

func TestRead(t *testing.T) {
	const text = "# a comment\nfirst = 1\n\n[one two]\nwhat = a = b\n"
	list, err := read(fstest.MapFS{"a.txt": {Data: []byte(text)}}, "a.txt")
	require.NoError(t, err)
	assert.Equal(t, []Entry{{nil, "first", "1"}, {[]string{"one", "two"}, "what", "a = b"}}, list)

	for text, want := range map[string]string{
		"name text\n": `a.txt:1: want NAME = TEXT, got "name text"`,
		"\n[one\n":    `a.txt:2: want [NAME], got "[one"`,
		"[]\n":        `a.txt:1: want [NAME], got "[]"`,
	} {
		_, err := read(fstest.MapFS{"a.txt": {Data: []byte(text)}}, "a.txt")
		assert.EqualError(t, err, want)
	}
}

func TestWords(t *testing.T) {
	files := func(text string) fs.FS {
		return fstest.MapFS{"text/en/page.txt": {Data: []byte(text)}}
	}
	const text = "[good]\nfix = %s\n[bad]\nfix = see ${good.fix}\ntwice = ${bad.fix}, ${good.fix}\n"
	w, err := words(files(text), English, "page")
	require.NoError(t, err)
	assert.Equal(t, "see it, it", w.Say("bad.twice", "it", "it"))
	assert.Equal(t, "see %s", w.Say("bad.fix"))
	assert.Equal(t, "bad.title", w.Say("bad.title"))
	assert.Equal(t, "see %s", w.First("worse.fix", "bad.fix"))
	assert.Equal(t, "worst.fix", w.First("worse.fix", "worst.fix"))

	_, err = words(files("a = 1\na = 2\n"), English, "page")
	assert.EqualError(t, err, "text/en/page: a is defined twice")
	_, err = words(files("a = ${b}\n"), English, "page")
	assert.EqualError(t, err, "text/en/page: a: ${b} refers to no text")
	_, err = words(files("a = ${a}\n"), English, "page")
	assert.ErrorContains(t, err, "${a} refers to no text")
	_, err = words(files(""), English, "missing")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
