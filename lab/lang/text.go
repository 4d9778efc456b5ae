package lang

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

// texts has a folder for each language, named after its tag. CONTRIBUTING.md says how to add one.
//
//go:embed text
var texts embed.FS

// Entry is one line of a file of texts, "name = text".
type Entry struct {
	// Sections are the names in the heading above the line, "[expired not-yet-valid]". Lines before the first
	// heading have none.
	Sections []string
	Name     string
	Text     string
}

// blanks matches a text that is quoted because it begins or ends with a blank. The quotes are not part of it.
var blanks = regexp.MustCompile(`^"( .*|.* )"$`)

// read reads a file of texts. Lines that begin with # are comments.
func read(files fs.FS, name string) ([]Entry, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var list []Entry
	var sections []string
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if heading, ok := strings.CutPrefix(line, "["); ok {
			heading, ok = strings.CutSuffix(heading, "]")
			if sections = strings.Fields(heading); !ok || len(sections) == 0 {
				return nil, fmt.Errorf("%s:%d: want [NAME], got %q", name, number, line)
			}
			continue
		}
		key, text, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want NAME = TEXT, got %q", name, number, line)
		}
		if text = strings.TrimSpace(text); blanks.MatchString(text) {
			text = text[1 : len(text)-1]
		}
		list = append(list, Entry{sections, strings.TrimSpace(key), text})
	}
	return list, nil
}

// entries returns the lines of NAME.txt, or of every file in the folder NAME, of one language.
func entries(files fs.FS, l Tag, name string) ([]Entry, error) {
	folder := path.Join("text", string(l))
	names, err := fs.Glob(files, path.Join(folder, name, "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = []string{path.Join(folder, name+".txt")}
	}
	var list []Entry
	for _, file := range names {
		more, err := read(files, file)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// Words are the texts of one language by name. A text may contain verbs of [fmt.Sprintf].
type Words map[string]string

// reference matches a reference to another text, "${good.fix}".
var reference = regexp.MustCompile(`\$\{([^}]+)\}`)

// words returns the texts of a file or folder. The name of a line below a heading is SECTION.NAME.
func words(files fs.FS, l Tag, name string) (Words, error) {
	list, err := entries(files, l, name)
	if err != nil {
		return nil, err
	}
	w := Words{}
	for _, e := range list {
		sections := e.Sections
		if sections == nil {
			sections = []string{""}
		}
		for _, section := range sections {
			full := strings.TrimPrefix(section+"."+e.Name, ".")
			if _, twice := w[full]; twice {
				return nil, fmt.Errorf("text/%s/%s: %s is defined twice", l, name, full)
			}
			w[full] = e.Text
		}
	}
	for full, text := range w {
		if w[full], err = w.resolve(text, 0); err != nil {
			return nil, fmt.Errorf("text/%s/%s: %s: %w", l, name, full, err)
		}
	}
	return w, nil
}

const deepest = 8 // maximum depth of references within references

func (w Words) resolve(text string, depth int) (string, error) {
	var failed error
	text = reference.ReplaceAllStringFunc(text, func(found string) string {
		to, ok := w[reference.FindStringSubmatch(found)[1]]
		if !ok || depth == deepest {
			failed = fmt.Errorf("%s refers to no text", found)
			return found
		}
		to, err := w.resolve(to, depth+1)
		failed = cmp.Or(failed, err)
		return to
	})
	return text, failed
}

// key names a file or folder of one language.
type key struct {
	tag  Tag
	name string
}

// loaded caches [Words] by [key]. The texts are part of the program and do not change.
var loaded sync.Map

// Words returns the texts of NAME.txt, or of all files in the folder NAME, in the language. Texts that are not
// translated are in English. The files are part of the program, so Words panics if it cannot read one.
func (t Tag) Words(name string) Words {
	if w, ok := loaded.Load(key{t, name}); ok {
		return w.(Words)
	}
	w := Words{}
	for _, l := range []Tag{English, t} {
		if !has(texts, l, name) {
			continue
		}
		more, err := words(texts, l, name)
		if err != nil {
			panic(err)
		}
		for full, text := range more {
			w[full] = text
		}
	}
	loaded.Store(key{t, name}, w)
	return w
}

// Entries returns the lines of NAME.txt, or of all files in the folder NAME, in order. They are in English if the
// language does not have them.
func (t Tag) Entries(name string) []Entry {
	if !has(texts, t, name) {
		t = English
	}
	list, err := entries(texts, t, name)
	if err != nil {
		panic(err)
	}
	return list
}

// has reports whether a language has a file or a folder of texts.
func has(files fs.FS, l Tag, name string) bool {
	for _, file := range []string{name, name + ".txt"} {
		if _, err := fs.Stat(files, path.Join("text", string(l), file)); err == nil {
			return true
		}
	}
	return false
}

// File returns a whole file, such as "lessons/03-names.md". It is in English if the language does not have it. File
// panics if English does not have it either.
func (t Tag) File(name string) []byte {
	for _, l := range []Tag{t, English} {
		if data, err := texts.ReadFile(path.Join("text", string(l), name)); err == nil {
			return data
		}
	}
	panic("lang: no file " + name)
}

// Say returns the text with a name, formatted with the values. It returns the name if there is no such text.
func (w Words) Say(name string, values ...any) string {
	text, ok := w[name]
	if !ok {
		return name
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// First returns the text of the first name that has one. It returns the last name if none has.
func (w Words) First(names ...string) string {
	for _, name := range names {
		if text, ok := w[name]; ok {
			return text
		}
	}
	return names[len(names)-1]
}
