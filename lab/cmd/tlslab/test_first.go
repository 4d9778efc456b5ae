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

// warn reports what looks wrong with a command before it runs.
func (c *console) warn(o undertest.Options) {
	knows := undertest.KnowsCA(o)
	for _, s := range c.warnOfUnknownPlaceholders(o.Command) {
		knows = knows || strings.HasPrefix(s.Meant, "{ca") // already reported
	}
	if !knows {
		fmt.Fprintln(c.stderr, "tlslab: the command has no {ca}, and neither it nor a file that it names mentions "+
			"TLSLAB_CA_FILE: unless something else tells it what to trust, it will reject good")
	}
}

// warnOfUnknownPlaceholders reports and returns the words of a command that look like placeholders but are passed on
// unchanged.
func (c *console) warnOfUnknownPlaceholders(command []string) []undertest.UnknownPlaceholder {
	list := undertest.UnknownPlaceholders(command)
	for _, s := range list {
		hint := "the placeholders are " + strings.Join(undertest.Placeholders(), " ")
		if s.Meant != "" {
			hint = "did you mean " + s.Meant + "?"
		}
		fmt.Fprintf(c.stderr, "tlslab: %s is passed on unchanged: %s\n", s.Word, hint)
	}
	return list
}

// ask runs the client on the control that most of the scenarios share, and then on the others. If the client does not
// accept the control, the others do not run, unless the user accepts that deviation or gave --keep-going.
func (o *testOptions) ask(
	ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, set *clients.Set, known *assess.Deviations,
) (*result.Run, error) {
	options := lab.RunOptions{Timeout: o.timeout, Parallel: o.parallel, Shard: o.shard}
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

// suspect records what may be wrong with the command.
func suspect(s *result.Stopped, o undertest.Options) {
	s.NoCA = !undertest.KnowsCA(o)
	for _, word := range undertest.UnknownPlaceholders(o.Command) {
		if word.Meant != "" {
			s.Meant = append(s.Meant, result.Meant{Word: word.Word, Placeholder: word.Meant})
		}
	}
}

// refusesGood returns a remark, made once, that the client rejects a good server, so that its author need not wait for
// the end.
func refusesGood() remark {
	var said atomic.Bool
	return func(s *scenarios.Scenario, c result.Cell) string {
		refused := c.Kind == verdict.Void || c.Kind == verdict.Broken && s.Control == ""
		if !refused || said.Swap(true) {
			return ""
		}
		return fmt.Sprintf("it rejects %s, in which nothing is wrong: %s",
			cmp.Or(s.Control, s.ID), visible.Text(c.Telling()))
	}
}
