package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/internal/wrap"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios/near"
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
		Short: "List the lessons, from reading errors to writing correct clients",
		Long: `lessons lists the lessons in order, with the minutes that each takes. tlslab lesson ID prints one, and
tlslab check ID -- CMD grades the client that you fix in it. --guide prints the teacher's guide.`,
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
		return usageError{errors.New("--guide prints prose, not JSON: leave out --guide or --json")}
	case o.guide:
		_, err := fmt.Fprint(o.stdout, lessons.Terminal(lessons.TeachersGuide(o.lang), true, o.terminal().Width))
		return err
	case o.json:
		return result.WriteJSON(o.stdout, listedLessons(o.lang))
	}
	var rows [][]string
	for _, l := range lessons.All() {
		number, minutes := fmt.Sprintf("%2d", l.Number), fmt.Sprintf("%d min", l.Minutes)
		rows = append(rows, []string{number, l.ID, minutes, l.Title(o.lang)})
	}
	return wrap.Columns(o.stdout, rows, o.terminal().Width)
}

func listedLessons(in lang.Tag) []listedLesson {
	list := []listedLesson{}
	for _, l := range lessons.All() {
		entry := listedLesson{ID: l.ID, Number: l.Number, Title: l.Title(in), Minutes: l.Minutes, Level: l.Level,
			Scenarios: l.Scenarios, Neighbours: l.Neighbours, Controls: l.Controls}
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
	lab, dir string // directories: the serving lab's, and the one to write into
}

// newLessonCommand returns the command that prints a lesson or writes its starting files.
func newLessonCommand(c *console) *cobra.Command {
	o := &lessonOptions{console: c}
	cmd := &cobra.Command{
		Use:   "lesson ID",
		Short: "Print a lesson, or write its starting files",
		Long: `lesson prints a lesson, given its ID or number. It leaves out the answers to its questions unless you
give --answers. With --dir it writes the file to fix into a directory. The file is named after the lesson, so
that one directory can hold the files of all lessons. The commands in a lesson are for tlslab up --dir lab;
give --base-port and --lab if your lab serves elsewhere. lesson never overwrites a file: it keeps the
lesson's own file, changed or not, and refuses any other file of that name.`,
		Example: `  tlslab lesson read-an-error
  tlslab lesson 3 --dir .`,
		ValidArgsFunction: completeLessons,
		RunE:              func(_ *cobra.Command, args []string) error { return o.main(args) },
	}
	cmd.Flags().BoolVar(&o.answers, "answers", false, "print the answers to its questions too")
	o.basePort.add(cmd, "base port of the lab that its commands are for")
	cmd.Flags().StringVar(&o.lab, "lab", lessons.PublishedDir, "directory of the lab that its commands are for")
	cmd.Flags().StringVar(&o.dir, "dir", "", "write its files into this directory instead of printing it")
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
		fmt.Fprintf(o.stdout, "kept %s, which is this lesson's file\n", path)
	}
	if err == nil && len(written)+len(kept) == 0 {
		fmt.Fprintf(o.stdout, "lesson %s has no files, only its text\n", l.ID)
	}
	return err
}

// findLesson returns the lesson that the arguments name.
func findLesson(args []string) (*lessons.Lesson, error) {
	if len(args) != 1 {
		return nil, usageError{errors.New("name one lesson, for example read-an-error: tlslab lessons lists them")}
	}
	l, ok := lessons.Lookup(args[0])
	if !ok {
		return nil, usageError{fmt.Errorf("there is no lesson %q%s: tlslab lessons lists them",
			args[0], nearLesson(args[0]))}
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
