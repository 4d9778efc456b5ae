package main

import (
	"context"
	"errors"
	"fmt"

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

// checkOptions are the options of tlslab check.
type checkOptions struct {
	*console
	minting
	basePort
	pace
	hint  int
	tries string // directory
	json  bool
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

// newCheckCommand returns the command that grades a learner's client.
func newCheckCommand(c *console) *cobra.Command {
	o := &checkOptions{console: c}
	cmd := &cobra.Command{
		Use:   "check LESSON [flags] -- CMD [ARG...]",
		Short: "Grade the client that a lesson has you fix",
		Long:  checkHelp,
		Example: `  tlslab check read-an-error -- python3 read-an-error-client.py {url} {ca}
  tlslab check self-signed -- sh self-signed-client.sh {url} {ca}
  tlslab check names --hint 2`,
		ValidArgsFunction: completeLessons,
		RunE:              o.main,
	}
	flag := cmd.Flags()
	flag.IntVar(&o.hint, "hint", 0, "show this hint, and count no try")
	flag.StringVar(&o.tries, "dir", "", "directory to keep the tries in (default: tlslab in your cache directory)")
	o.pace.add(cmd, "what CMD is given for each connection")
	o.minting.add(cmd)
	o.basePort.add(cmd, usualBasePort)
	addJSON(cmd, &o.json)
	return cmd
}

// toCheck takes the arguments apart, and says what is wrong with them.
func (o *checkOptions) toCheck(cmd *cobra.Command, args []string) (*lessons.Lesson, []string, error) {
	dash := cmd.ArgsLenAtDash()
	if dash < 0 {
		dash = min(1, len(args))
	}
	l, err := findLesson(args[:dash])
	if err != nil {
		return nil, nil, err
	}
	command := args[dash:]
	hints := len(l.Hints(o.lang))
	switch {
	case !l.Graded():
		err = fmt.Errorf("lesson %s has nothing to grade: tlslab lesson %s says what to do", l.ID, l.ID)
	case cmd.Flags().Changed("hint") && (o.hint < 1 || o.hint > hints):
		err = fmt.Errorf("--hint %d: lesson %s has hints 1 to %d", o.hint, l.ID, hints)
	case len(command) == 0 && o.hint == 0:
		err = fmt.Errorf("name a command, for example: %s", l.Check())
	default:
		err = o.pace.check()
	}
	if err != nil {
		return nil, nil, usageError{err}
	}
	return l, command, nil
}

// main grades, and shows what it came to.
func (o *checkOptions) main(cmd *cobra.Command, args []string) error {
	in := o.lang
	lesson, command, err := o.toCheck(cmd, args)
	if err != nil {
		return err
	}
	hints := lesson.Hints(in)
	if len(command) == 0 {
		fmt.Fprintln(o.stdout, hints[o.hint-1].Text)
		return nil
	}
	o.warnOfUnknownPlaceholders(command)
	tries, err := check.OpenTries(o.tries)
	if err != nil {
		return err
	}
	checked, err := o.grade(cmd.Context(), lesson, command)
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
	if o.json {
		err = result.WriteJSON(o.stdout, shown)
	} else {
		o.checked(lesson, shown)
	}
	if err == nil && !checked.Solved {
		return errNotDocumented
	}
	return err
}

// grade runs the lesson's scenarios.
func (o *checkOptions) grade(ctx context.Context, lesson *lessons.Lesson, command []string) (_ *check.Result, err error) {
	if err := o.basePort.check(); err != nil {
		return nil, err
	}
	config, err := o.config(o.console, new(database).services(o.console, 0)...)
	if err != nil {
		return nil, err
	}
	config.ClientFiles = true
	l, err := lab.New(config)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return check.Check(ctx, l, lesson, check.Options{Command: command, Parallel: o.parallel, Timeout: o.timeout, BasePort: int(o.basePort)})
}
