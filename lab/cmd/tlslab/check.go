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

const checkHelp = `check starts CMD for each scenario of a lesson, as tlslab test does (see its help for
{url}, {ca} and the other placeholders), and grades the result. CMD must connect to the
lesson's controls, and refuse the scenarios that the lesson is about and their
neighbours. Each finding says what CMD does wrong.

CMD is not told which scenario it is given: TLSLAB_SCENARIO, file names and ports are
misleading on purpose. A client that decides by them is found out.

After a failed attempt you get a hint about the first finding, if the lesson has one.
If the same finding comes first again, you get the next hint. Attempts are counted in
tlslab/tlslab-tries.json in your cache directory (~/.cache on Linux), or in
tlslab-tries.json in the directory given with --dir; remove the file to start over.
--hint N shows hint N instead of the next one and counts no attempt; without CMD it
only shows the hint.

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
	Try      int           `json:"try,omitempty"` // how often this finding came first; not counted with --hint
	Hint     string        `json:"hint,omitempty"`
	Hints    int           `json:"hints"` // how many hints the lesson has
}

// saidFinding is a finding with its sentences.
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
		Short: "Grade the client that you fix in a lesson",
		Long:  checkHelp,
		Example: `  tlslab check read-an-error -- python3 read-an-error-client.py {url} {ca}
  tlslab check self-signed -- sh self-signed-client.sh {url} {ca}
  tlslab check names --hint 2`,
		ValidArgsFunction: completeLessons,
		RunE:              o.main,
	}
	flag := cmd.Flags()
	flag.IntVar(&o.hint, "hint", 0, "show hint N and count no attempt")
	flag.StringVar(&o.tries, "dir", "", "directory to count attempts in (default: tlslab in your cache directory)")
	o.pace.add(cmd, "time limit of CMD for each connection")
	o.minting.add(cmd)
	o.basePort.add(cmd, usualBasePort)
	addJSON(cmd, &o.json)
	return cmd
}

// toCheck returns the lesson and the command that the arguments name, or what is wrong with them.
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
		err = fmt.Errorf("lesson %s has nothing to grade: see tlslab lesson %s", l.ID, l.ID)
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

// main grades the client and shows the result.
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
		first := checked.Findings[0].Code // exists, because the lesson is not solved
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
func (o *checkOptions) grade(
	ctx context.Context, lesson *lessons.Lesson, command []string,
) (_ *check.Result, err error) {
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
	return check.Check(ctx, l, lesson, check.Options{
		Command: command, Parallel: o.parallel, Timeout: o.timeout, BasePort: int(o.basePort),
	})
}
