package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// warn says what looks wrong about a command before it is run.
func (c *console) warn(o undertest.Options) {
	knows := undertest.KnowsCA(o)
	for _, s := range c.warnOfUnknownPlaceholders(o.Command) {
		knows = knows || strings.HasPrefix(s.Meant, "{ca") // that is said already
	}
	if !knows {
		fmt.Fprintln(c.stderr, "tlslab: the command has no {ca}, and neither it nor a file that it names mentions TLSLAB_CA_FILE: unless something else tells it what to trust, it will reject good")
	}
}

// warnOfUnknownPlaceholders says which words of a command look like placeholders and are passed on as they are. It returns them.
func (c *console) warnOfUnknownPlaceholders(command []string) []undertest.UnknownPlaceholder {
	list := undertest.UnknownPlaceholders(command)
	for _, s := range list {
		hint := "what is replaced is " + strings.Join(undertest.Placeholders(), " ")
		if s.Meant != "" {
			hint = "did you mean " + s.Meant + "?"
		}
		fmt.Fprintf(c.stderr, "tlslab: %s stays as it is: %s\n", s.Word, hint)
	}
	return list
}

// ask asks the client the control that most of the scenarios are held against, and then the others. If
// the client does not accept the control, the others are not asked, unless the user accepts that or
// wants to go on.
func (o *testOptions) ask(ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, set *clients.Set, known *assess.Deviations) (*result.Run, error) {
	options := lab.RunOptions{Timeout: o.timeout, Parallel: o.parallel}
	first := scenarios.FirstControl(list)
	if _, listed := known.Find(first.ID); o.keepGoing || listed {
		return o.runAll(ctx, l, list, set, options, refusesGood())
	}
	options.Gate = first
	run, err := o.runAll(ctx, l, list, set, options, nothing)
	if run != nil && run.Stopped != nil {
		suspect(run.Stopped, o.Options)
	}
	return run, err
}

// suspect notes what may be wrong with the command.
func suspect(s *result.Stopped, o undertest.Options) {
	s.NoCA = !undertest.KnowsCA(o)
	for _, word := range undertest.UnknownPlaceholders(o.Command) {
		if word.Meant != "" {
			s.Meant = append(s.Meant, result.Meant{Word: word.Word, Placeholder: word.Meant})
		}
	}
}

// refusesGood remarks once that the client refuses what is good: its author need not wait for the end.
func refusesGood() remark {
	var said atomic.Bool
	return func(s *scenarios.Scenario, c result.Cell) string {
		refused := c.Kind == verdict.Void || c.Kind == verdict.Broken && s.Control == ""
		if !refused || said.Swap(true) {
			return ""
		}
		return fmt.Sprintf("it rejects %s, in which nothing is wrong: %s", cmp.Or(s.Control, s.ID), visible.Text(c.Telling()))
	}
}
