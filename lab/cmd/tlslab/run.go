package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// containersAtOnce bounds the containers of a run, each of which can take some 200 MB.
const containersAtOnce = 4

// run reproduces scenarios with every client there is.
func (f *flags) run() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "run [ID...]",
		Short: "Reproduce scenarios with every client stack found",
		Long: `run serves each scenario and its control, points every client stack that it finds on this machine at
them, shows what each did and what the server saw, and judges. Without an ID it runs the catalogue.

Of up to three scenarios it shows each stack's newest version as it comes, an old one that does something else, and
what is not as documented; the others are counted. With --all, and of clients that --client names, it shows every one
with its whole message.

A judgement is ok, or one of: wrong-reason (rejected, but for another reason), insecure (accepted what it must
reject), lenient (accepted what it should reject), broken (rejected what it must accept), void (rejected the
control too), unsupported, error. With * it is a documented deviation: a variant that is declared not to check, or
what is known of the stack. The exit status is 0 if every judgement was, and 3 if a scenario that you name, or every
one, cannot be served on this machine.`,
		ValidArgsFunction: completeIDs,
		RunE: func(cmd *cobra.Command, ids []string) error {
			list, err := f.selected(ids)
			if err != nil {
				return err
			}
			run, err := f.reproduce(cmd.Context(), list, f.clients, func(*clients.Set) error { return nil })
			if err != nil {
				return err
			}
			if f.json {
				if err := result.WriteJSON(f.stdout, run); err != nil {
					return err
				}
			} else {
				t := f.terminal()
				t.Short = !all && len(f.clients) == 0
				t.Run(run)
			}
			return outcome(run, ids)
		},
	}
	f.addJSON(cmd)
	f.addFamily(cmd)
	f.addService(cmd)
	f.addMongo(cmd)
	f.addMinting(cmd)
	f.addRun(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "show every client, and its whole message")
	return cmd
}

// outcome returns what a run that has been shown came to: that a judgement was bad, or that nothing was shown of what
// was asked for by its ID, or of anything.
func outcome(r *result.Run, ids []string) error {
	if !r.Documented() {
		return errNotDocumented
	}
	left := r.Unserved()
	switch {
	case len(left) > 0 && len(ids) > 0:
		return fmt.Errorf("%s cannot be served here: the reason stands above", strings.Join(left, ", "))
	case len(left) > 0 && len(left) == len(r.Scenarios):
		return errors.New("none of these scenarios can be served here: the reasons stand above")
	}
	return nil
}

// manyScenarios is how many make slow clients a nuisance.
const manyScenarios = 50

// reproduce runs scenarios with the clients that are wanted: all if none is named. What is found is
// shown to check before anything runs.
func (f *flags) reproduce(ctx context.Context, list []*scenarios.Scenario, only []string, check func(*clients.Set) error) (_ *result.Run, err error) {
	if f.timeout <= 0 {
		return nil, usageError{fmt.Errorf("--timeout %s: it must be positive, for example 10s", f.timeout)}
	}
	f.containers = containersAtOnce
	f.parallel = 0 // test's and check's flag alone
	c, err := f.config()
	if err != nil {
		return nil, err
	}
	c.ClientFiles = f.dir == "" // nobody looks at the others
	l, err := lab.New(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	set, err := all.Discover(ctx, clients.Options{
		Only: only, Services: speaking(list),
		Quick: len(list) > manyScenarios,
	})
	if err != nil {
		return nil, usageError{fmt.Errorf("--client: %w", err)}
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	if err := check(set); err != nil {
		return nil, err
	}
	return f.runAll(ctx, l, list, set, lab.RunOptions{}, nothing)
}

// addRun adds the flags that say how scenarios are run.
func (f *flags) addRun(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.clients, "client", nil, "only these clients: a stack (python), a stack and version (python-3.11), a variant of it (python/strict)")
	cmd.RegisterFlagCompletionFunc("client", cobra.FixedCompletions(all.Names(), cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "what each client is given for each connection")
	cmd.Flags().StringVar(&f.dir, "dir", "", "directory for certificates and keys (default: a temporary one)")
	cmd.Flags().StringVar(&f.bind, "bind", "", "address to listen on (default: loopback)")
}

// nothing remarks nothing.
func nothing(*scenarios.Scenario, result.Cell) string { return "" }

// remark returns what the user should know of a cell before the run is over; empty if nothing. It is
// called from any goroutine.
type remark func(*scenarios.Scenario, result.Cell) string

// runAll runs the lab, and shows its progress on stderr if that is a terminal. If it was interrupted, what
// there is until then comes with the error.
func (f *flags) runAll(ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, set *clients.Set, options lab.RunOptions, remark remark) (*result.Run, error) {
	p := newProgress(f.stderr)
	defer p.close()
	options.Timeout, options.Parallel, options.Progress = f.timeout, f.parallel, p.set
	options.Judged = func(s *scenarios.Scenario, c result.Cell) {
		if what := remark(s, c); what != "" {
			p.say(what)
		}
	}
	return l.Run(ctx, list, set, options)
}
