package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/lessons/check"
	"example.com/tlslab/lab/result"
)

const checkHelp = `check starts CMD for each scenario of a lesson, as tlslab test does (see there for
{url}, {ca} and the other words that are replaced), and grades what it did: it must
connect where the lesson's controls are served, and refuse what the lesson is about
and its neighbours. What is wrong is named by what CMD does.

CMD is not told which scenario it is asked: TLSLAB_SCENARIO, the names of files and
ports say something else. A client that decides by them is called so.

A hint follows a try that did not solve the lesson, if the lesson has one about what
is named first; the next one follows when the same is named first again. Tries are kept in
tlslab/tlslab-tries.json in your cache directory (~/.cache on Linux), or in
tlslab-tries.json in the directory that --dir names; to begin anew, remove it. --hint N
shows hint N in place of the next one, and counts no try; without CMD it shows the hint
alone.

Exit status: 0 solved, 1 not yet, 2 wrong usage, 3 the lab itself failed.`

// checkFlags are the flags of check alone.
type checkFlags struct {
	hint  int
	tries string // directory
}

// checkedLesson is what a check prints as JSON.
type checkedLesson struct {
	*check.Result
	Findings []saidFinding `json:"findings"`
	Try      int           `json:"try,omitempty"` // how often the first finding was that; not counted with --hint
	Hint     string        `json:"hint,omitempty"`
	Hints    int           `json:"hints"` // that there are
}

// saidFinding is a finding, and what is said of it.
type saidFinding struct {
	check.Finding
	Says string `json:"says"`
	Next string `json:"next"`
}

// check grades a learner's client.
func (f *flags) check() *cobra.Command {
	o := new(checkFlags)
	cmd := &cobra.Command{
		Use:   "check LESSON [flags] -- CMD [ARG...]",
		Short: "Grade the client that a lesson has you fix",
		Long:  checkHelp,
		Example: `  tlslab check read-an-error -- python3 read-an-error-client.py {url} {ca}
  tlslab check self-signed -- sh self-signed-client.sh {url} {ca}
  tlslab check names --hint 2`,
		ValidArgsFunction: completeLessons,
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.checkLesson(cmd, o, args)
		},
	}
	flag := cmd.Flags()
	flag.IntVar(&o.hint, "hint", 0, "show this hint, and count no try")
	flag.StringVar(&o.tries, "dir", "", "directory to keep the tries in (default: tlslab in your cache directory)")
	f.addParallel(cmd)
	flag.DurationVar(&f.timeout, "timeout", 10*time.Second, "what CMD is given for each connection")
	f.addJSON(cmd)
	f.addMinting(cmd)
	f.addBasePort(cmd)
	return cmd
}

// toCheck takes the arguments apart, and says what is wrong with them.
func (f *flags) toCheck(cmd *cobra.Command, o *checkFlags, args []string) (*lessons.Lesson, []string, error) {
	dash := cmd.ArgsLenAtDash()
	if dash < 0 {
		dash = min(1, len(args))
	}
	l, err := oneLesson(args[:dash])
	if err != nil {
		return nil, nil, err
	}
	command := args[dash:]
	hints := len(l.Hints(f.lang))
	switch {
	case !l.Graded():
		err = fmt.Errorf("lesson %s has nothing to grade: tlslab lesson %s says what to do", l.ID, l.ID)
	case cmd.Flags().Changed("hint") && (o.hint < 1 || o.hint > hints):
		err = fmt.Errorf("--hint %d: lesson %s has hints 1 to %d", o.hint, l.ID, hints)
	case len(command) == 0 && o.hint == 0:
		err = fmt.Errorf("name a command, for example: %s", l.Check())
	case f.timeout <= 0:
		err = fmt.Errorf("--timeout %s: it must be positive, for example 10s", f.timeout)
	case f.parallel < 1:
		err = fmt.Errorf("--parallel %d: want at least 1", f.parallel)
	}
	if err != nil {
		return nil, nil, usageError{err}
	}
	return l, command, nil
}

// checkLesson grades, and shows what it came to.
func (f *flags) checkLesson(cmd *cobra.Command, o *checkFlags, args []string) error {
	in := f.lang
	lesson, command, err := f.toCheck(cmd, o, args)
	if err != nil {
		return err
	}
	hints := lesson.Hints(in)
	if len(command) == 0 {
		fmt.Fprintln(f.stdout, hints[o.hint-1].Text)
		return nil
	}
	f.warnOfStrangers(command)
	tries, err := check.OpenTries(o.tries)
	if err != nil {
		return err
	}
	checked, err := f.grade(cmd.Context(), lesson, command)
	if errors.Is(err, undertest.ErrCommand) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	shown := checkedLesson{Result: checked, Hints: len(hints), Findings: []saidFinding{}}
	for _, finding := range checked.Findings {
		said := prose.Of(in, finding.Code)
		shown.Findings = append(shown.Findings, saidFinding{finding, said.Says, said.Ask})
	}
	switch {
	case o.hint > 0 && !checked.Solved:
		shown.Hint = hints[o.hint-1].Text
	case o.hint > 0:
	case checked.Solved:
		err = tries.Solved(lesson.ID)
	default:
		first := checked.Findings[0].Code // there is one, since it is not solved
		shown.Try, err = tries.Count(lesson.ID, first)
		shown.Hint = check.Hint(lesson, in, first, shown.Try)
	}
	if err != nil {
		return err
	}
	if f.json {
		err = result.WriteJSON(f.stdout, shown)
	} else {
		f.checked(lesson, shown, checkWords[in])
	}
	if err == nil && !checked.Solved {
		return errNotDocumented
	}
	return err
}

// grade runs the lesson's scenarios.
func (f *flags) grade(ctx context.Context, lesson *lessons.Lesson, command []string) (_ *check.Result, err error) {
	o := check.Options{Command: command, Parallel: f.parallel, Timeout: f.timeout, BasePort: f.basePort}
	c, err := f.config()
	if err != nil {
		return nil, err
	}
	c.ClientFiles = true
	l, err := lab.New(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return check.Check(ctx, l, lesson, o)
}
