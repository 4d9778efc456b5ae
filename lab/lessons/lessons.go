// Package lessons is a course in TLS failures: a path of lessons from reading an error message to
// writing a client that is right, each about scenarios of the catalogue.
//
// [All] lists them in order; [Lookup] finds one. A lesson's prose is Markdown, a file a lesson and
// language; what is the same in all languages (scenarios, minutes, the files to fix) stands in a
// table. Package lab/lessons/check grades what a learner has fixed.
package lessons

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// Level is how far along the path a lesson is.
type Level string

// The levels.
const (
	First  Level = "first"  // reading what programs say
	Second Level = "second" // finding causes, and fixing one thing
	Third  Level = "third"  // putting it together
)

// Lesson is one lesson.
type Lesson struct {
	// ID is stable, unique and in kebab-case.
	ID string
	// Number is its place on the path, from 1.
	Number int
	// Minutes is the time that it takes, with the exercise.
	Minutes int
	Level   Level
	// Scenarios are the failures that it is about: IDs of the catalogue.
	Scenarios []string
	// Neighbours are failures beside those, which a fixed client must refuse as well.
	Neighbours []string
	// Controls are what a fixed client must accept.
	Controls []string
	// Features are the optional checks that it has the learner build, in the words of
	// [scenarios.Expectation]; a fixed client is held to them.
	Features []string
	// OwnWords says that a refusal counts only if the client itself says why.
	OwnWords bool
	// Command starts the file to fix, as tlslab check is given it; nil if there is nothing to fix.
	Command []string
}

// Title returns the lesson's title.
func (l *Lesson) Title(in lang.Tag) string { return l.text(in).title }

// Hints returns what helps a learner on who is stuck, the vaguest first.
func (l *Lesson) Hints(in lang.Tag) []Hint { return slices.Clone(l.text(in).hints) }

// Rows returns all scenarios of the lesson: its controls, its own and its neighbours.
func (l *Lesson) Rows() []*scenarios.Scenario {
	var rows []*scenarios.Scenario
	for _, id := range slices.Concat(l.Controls, l.Scenarios, l.Neighbours) {
		s, ok := scenarios.Lookup(id)
		if !ok {
			panic("lessons: " + l.ID + " names the scenario " + id + ", which there is none of")
		}
		rows = append(rows, s)
	}
	return rows
}

// Graded reports whether there is something to fix that can be checked.
func (l *Lesson) Graded() bool { return l.Command != nil }

// All returns the lessons in the order of the path. The caller must not change them.
func All() []*Lesson { return slices.Clone(all) }

// Lookup returns the lesson with an ID or a number ("names", "3"), and false if there is none.
func Lookup(name string) (*Lesson, bool) {
	i := slices.IndexFunc(all, func(l *Lesson) bool { return l.ID == name || fmt.Sprint(l.Number) == name })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

var all = numbered()

// numbered returns the table with numbers filled in, and commands that name the learner's file after
// the lesson: the files of all lessons lie in one directory, beside what tlslab up wrote.
func numbered() []*Lesson {
	var list []*Lesson
	for i, l := range table {
		l.Number = i + 1
		if l.Graded() {
			l.Command = slices.Clone(l.Command)
			l.Command[1] = l.ID + "-" + l.Command[1]
		}
		list = append(list, &l)
	}
	return list
}

// source returns a file of prose; in English, if there is none in that language.
func source(in lang.Tag, name string) []byte { return in.File("lessons/" + name) }

// Markdown returns the lesson's prose, with what every lesson needs to run below its title.
func (l *Lesson) Markdown(in lang.Tag) []byte {
	title, rest, _ := bytes.Cut(source(in, fmt.Sprintf("%02d-%s.md", l.Number, l.ID)), []byte("\n"))
	return slices.Concat(title, []byte("\n\n"), source(in, "before-you-begin.md"), rest)
}

// TeachersGuide returns the guide for who teaches the lessons to others, in Markdown.
func TeachersGuide(in lang.Tag) []byte { return source(in, "teachers-guide.md") }

//go:embed start
var starts embed.FS

// Files returns the files that a learner starts from, by name: what is to be fixed.
func (l *Lesson) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	folder := path.Join("start", l.ID)
	entries, err := fs.ReadDir(starts, folder)
	if err != nil && !l.Graded() {
		return files, nil
	}
	for _, e := range entries {
		text, readErr := fs.ReadFile(starts, path.Join(folder, e.Name()))
		if readErr != nil {
			return nil, readErr
		}
		files[e.Name()] = text
	}
	return files, err
}

// Check returns the command line that grades the lesson's file, in words for a shell.
func (l *Lesson) Check() string {
	return "tlslab check " + l.ID + " -- " + strings.Join(l.Command, " ")
}
