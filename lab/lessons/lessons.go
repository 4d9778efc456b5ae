// Package lessons is a course in TLS failures: lessons that lead from reading an error message to writing a
// correct client, each about scenarios of the catalogue.
//
// [All] lists them in order; [Lookup] finds one. A lesson's prose is Markdown, in one file for each lesson
// and language. A table contains what is the same in all languages: scenarios, minutes, files to fix. Package
// lab/lessons/check grades what a learner has fixed.
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

// Level is how advanced a lesson is.
type Level string

const (
	First  Level = "first"  // reading what programs say
	Second Level = "second" // finding causes, and fixing one thing
	Third  Level = "third"  // putting it together
)

// Lesson is one lesson.
type Lesson struct {
	// ID is stable, unique and in kebab-case.
	ID string
	// Number is its position in the course, from 1.
	Number int
	// Minutes is the time it takes, including the exercise.
	Minutes int
	Level   Level
	// Scenarios are the IDs of the failures that it is about.
	Scenarios []string
	// Neighbours are further failures that a fixed client must refuse.
	Neighbours []string
	// Controls are the scenarios that a fixed client must accept.
	Controls []string
	// Features are the optional checks that the learner builds, as named in [scenarios.Expectation]. A fixed
	// client must have them.
	Features []string
	// OwnWords says that a refusal counts only if the client itself states the reason.
	OwnWords bool
	// Command is the command that runs the file to fix, as for tlslab check. It is nil if there is nothing to
	// fix.
	Command []string
}

// Title returns the lesson's title.
func (l *Lesson) Title(in lang.Tag) string { return l.text(in).title }

// Hints returns the hints for learners who are stuck, the vaguest first.
func (l *Lesson) Hints(in lang.Tag) []Hint { return slices.Clone(l.text(in).hints) }

// Rows returns all scenarios of the lesson: controls, scenarios and neighbours.
func (l *Lesson) Rows() []*scenarios.Scenario {
	var rows []*scenarios.Scenario
	for _, id := range slices.Concat(l.Controls, l.Scenarios, l.Neighbours) {
		s, ok := scenarios.Lookup(id)
		if !ok {
			panic("lessons: " + l.ID + " names the scenario " + id + ", which does not exist")
		}
		rows = append(rows, s)
	}
	return rows
}

// Graded reports whether the lesson has a file to fix that can be graded.
func (l *Lesson) Graded() bool { return l.Command != nil }

// All returns the lessons in order. The caller must not change them.
func All() []*Lesson { return slices.Clone(all) }

// Lookup returns the lesson with an ID or a number ("names", "3"), and whether it exists.
func Lookup(name string) (*Lesson, bool) {
	i := slices.IndexFunc(all, func(l *Lesson) bool { return l.ID == name || fmt.Sprint(l.Number) == name })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

var all = numbered()

// numbered returns the table with numbers filled in, and with commands that name the learner's file after the
// lesson, because the files of all lessons are in one directory, beside the files of tlslab up.
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

// source returns a file of prose. It is in English if the language does not have it.
func source(in lang.Tag, name string) []byte { return in.File("lessons/" + name) }

// Markdown returns the lesson's prose, with what every lesson needs to run below its title.
func (l *Lesson) Markdown(in lang.Tag) []byte {
	title, rest, _ := bytes.Cut(source(in, fmt.Sprintf("%02d-%s.md", l.Number, l.ID)), []byte("\n"))
	return slices.Concat(title, []byte("\n\n"), source(in, "before-you-begin.md"), rest)
}

// TeachersGuide returns the guide for people who teach the lessons to others, in Markdown.
func TeachersGuide(in lang.Tag) []byte { return source(in, "teachers-guide.md") }

//go:embed start
var starts embed.FS

// Files returns the learner's starting files by name: the files to fix.
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

// Check returns the command that grades the lesson's file, for a shell.
func (l *Lesson) Check() string {
	return "tlslab check " + l.ID + " -- " + strings.Join(l.Command, " ")
}
