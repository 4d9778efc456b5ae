package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/internal/near"
	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/result"
)

// listedLesson is a lesson as tlslab lessons --json lists it.
type listedLesson struct {
	ID         string        `json:"id"`
	Number     int           `json:"number"`
	Title      string        `json:"title"`
	Minutes    int           `json:"minutes"`
	Level      lessons.Level `json:"level"`
	Scenarios  []string      `json:"scenarios"`
	Neighbours []string      `json:"neighbours,omitempty"`
	Controls   []string      `json:"controls"`
	Check      string        `json:"check,omitempty"` // the command that grades it
}

// lessonsOptions are the options of tlslab lessons.
type lessonsOptions struct {
	*console
	guide, json bool
}

// newLessonsCommand returns the command that lists the lessons.
func newLessonsCommand(c *console) *cobra.Command {
	o := &lessonsOptions{console: c}
	cmd := &cobra.Command{
		Use:   "lessons",
		Short: "List the lessons, from reading an error to a client that is right",
		Long: `lessons lists the lessons in the order of the path, with the minutes that each takes. tlslab lesson ID
prints one, and tlslab check ID -- CMD grades the client that it has you fix. --guide prints the
teacher's guide.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return o.main() },
	}
	cmd.Flags().BoolVar(&o.guide, "guide", false, "print the teacher's guide")
	addJSON(cmd, &o.json)
	return cmd
}

func (o *lessonsOptions) main() error {
	switch {
	case o.guide && o.json:
		return usageError{errors.New("--guide prints prose and no JSON: leave one of --guide and --json out")}
	case o.guide:
		_, err := fmt.Fprint(o.stdout, lessons.Terminal(lessons.TeachersGuide(o.lang), true, o.terminal().Width))
		return err
	case o.json:
		return result.WriteJSON(o.stdout, listedLessons(o.lang))
	}
	var rows [][]string
	for _, l := range lessons.All() {
		rows = append(rows, []string{fmt.Sprintf("%2d", l.Number), l.ID, fmt.Sprintf("%d min", l.Minutes), l.Title(o.lang)})
	}
	return wrap.Columns(o.stdout, rows, o.terminal().Width)
}

func listedLessons(in lang.Tag) []listedLesson {
	list := []listedLesson{}
	for _, l := range lessons.All() {
		entry := listedLesson{ID: l.ID, Number: l.Number, Title: l.Title(in), Minutes: l.Minutes, Level: l.Level, Scenarios: l.Scenarios, Neighbours: l.Neighbours, Controls: l.Controls}
		if l.Graded() {
			entry.Check = l.Check()
		}
		list = append(list, entry)
	}
	return list
}

// lessonOptions are the options of tlslab lesson.
type lessonOptions struct {
	*console
	basePort
	answers  bool
	lab, dir string // directories: of the lab that serves, and to write into
}

// newLessonCommand returns the command that prints a lesson, or writes the files that a learner starts from.
func newLessonCommand(c *console) *cobra.Command {
	o := &lessonOptions{console: c}
	cmd := &cobra.Command{
		Use:   "lesson ID",
		Short: "Print a lesson, or write the files that it starts from",
		Long: `lesson prints a lesson, by its ID or its number. Answers to its questions are left out, unless --answers
is given. With --dir it writes the file to fix into a directory: it is named after the lesson, so that
those of all lessons can lie in one. Its commands are for tlslab up --dir lab: where yours serves elsewhere,
--base-port and --lab say so. It never writes over a file: the lesson's own, changed or not, is kept,
and another of that name is refused.`,
		Example: `  tlslab lesson read-an-error
  tlslab lesson 3 --dir .`,
		ValidArgsFunction: completeLessons,
		RunE:              func(_ *cobra.Command, args []string) error { return o.main(args) },
	}
	cmd.Flags().BoolVar(&o.answers, "answers", false, "with the answers to its questions")
	o.basePort.add(cmd, "the base port of the lab that its commands are for")
	cmd.Flags().StringVar(&o.lab, "lab", lessons.PublishedDir, "the directory of the lab that its commands are for")
	cmd.Flags().StringVar(&o.dir, "dir", "", "write its files into this directory, and do not print it")
	return cmd
}

func (o *lessonOptions) main(args []string) error {
	l, err := findLesson(args)
	if err != nil {
		return err
	}
	if o.dir == "" {
		text := lessons.Served(l.Markdown(o.lang), o.lab, func(offset int) int { return int(o.basePort) + offset })
		_, err := fmt.Fprint(o.stdout, lessons.Terminal(text, o.answers, o.terminal().Width))
		return err
	}
	written, kept, err := l.WriteFiles(o.dir)
	if errors.Is(err, lessons.ErrTaken) {
		return usageError{err}
	}
	for _, path := range written {
		fmt.Fprintf(o.stdout, "wrote %s\n", path)
	}
	for _, path := range kept {
		fmt.Fprintf(o.stdout, "kept %s, this lesson's file, as it was there\n", path)
	}
	if err == nil && len(written)+len(kept) == 0 {
		fmt.Fprintf(o.stdout, "lesson %s has no files: all of it is in its text\n", l.ID)
	}
	return err
}

// findLesson returns the lesson that the arguments name.
func findLesson(args []string) (*lessons.Lesson, error) {
	if len(args) != 1 {
		return nil, usageError{fmt.Errorf("want one lesson, for example read-an-error: tlslab lessons lists them")}
	}
	l, ok := lessons.Lookup(args[0])
	if !ok {
		return nil, usageError{fmt.Errorf("there is no lesson %q%s: tlslab lessons lists them", args[0], nearLesson(args[0]))}
	}
	return l, nil
}

// nearLesson suggests lessons that a mistyped ID may have meant.
func nearLesson(id string) string {
	var known []string
	for _, l := range lessons.All() {
		known = append(known, l.ID)
	}
	return near.Hint(id, known)
}

// completeLessons completes lesson IDs in the shell.
func completeLessons(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var ids []string
	for _, l := range lessons.All() {
		if len(args) == 0 {
			ids = append(ids, l.ID+"\t"+l.Title(lang.English))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}
