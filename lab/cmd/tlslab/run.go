package main

import (
	"cmp"
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

// runOptions are the options of tlslab run.
type runOptions struct {
	*console
	selection
	probing
	json, all bool
}

// newRunCommand returns the command that reproduces scenarios with every client there is.
func newRunCommand(c *console) *cobra.Command {
	o := &runOptions{console: c}
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
		RunE:              func(cmd *cobra.Command, ids []string) error { return o.run(cmd.Context(), ids) },
	}
	o.selection.add(cmd)
	o.probing.add(cmd)
	addJSON(cmd, &o.json)
	cmd.Flags().BoolVar(&o.all, "all", false, "show every client, and its whole message")
	return cmd
}

func (o *runOptions) run(ctx context.Context, ids []string) error {
	list, err := o.selected(ids)
	if err != nil {
		return err
	}
	run, err := o.reproduce(ctx, o.console, list, o.clients, func(*clients.Set) error { return nil })
	if err != nil {
		return err
	}
	if o.json {
		if err := result.WriteJSON(o.stdout, run); err != nil {
			return err
		}
	} else {
		t := o.terminal()
		t.Short = !o.all && len(o.clients) == 0
		t.Run(run)
	}
	return outcome(run, ids)
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

// probing is what is minted, served and probed in a run with the clients of this machine.
type probing struct {
	minting
	database
	place
	clients []string
	timeout time.Duration
}

func (p *probing) add(cmd *cobra.Command) {
	p.database.add(cmd)
	p.minting.add(cmd)
	p.place.add(cmd, "certificates and keys")
	addClient(cmd, &p.clients, "only these clients: a stack (python), a stack and version (python-3.11), a variant of it (python/strict)")
	cmd.Flags().DurationVar(&p.timeout, "timeout", 10*time.Second, "what each client is given for each connection")
}

// manyScenarios is how many make slow clients a nuisance.
const manyScenarios = 50

// reproduce runs scenarios with the clients that are wanted: all if none is named. What is found is
// shown to check before anything runs.
func (p *probing) reproduce(ctx context.Context, c *console, list []*scenarios.Scenario, only []string, check func(*clients.Set) error) (_ *result.Run, err error) {
	config, err := p.config(c)
	if err != nil {
		return nil, err
	}
	l, err := lab.New(config)
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
	return c.runAll(ctx, l, list, set, lab.RunOptions{Timeout: p.timeout}, nothing)
}

// config returns the lab's configuration.
func (p *probing) config(c *console) (lab.Config, error) {
	if err := cmp.Or(positive(p.timeout), p.database.check()); err != nil {
		return lab.Config{}, err
	}
	if err := p.place.check(c); err != nil {
		return lab.Config{}, err
	}
	config, err := p.minting.config(c, p.services(c, containersAtOnce)...)
	config.Dir, config.Bind = p.dir, p.bind
	config.ClientFiles = p.dir == "" // nobody looks at the others
	return config, err
}

// addClient adds the flag that chooses clients.
func addClient(cmd *cobra.Command, patterns *[]string, usage string) {
	cmd.Flags().StringSliceVar(patterns, "client", nil, usage)
	completeFlag(cmd, "client", all.Names())
}

// nothing remarks nothing.
func nothing(*scenarios.Scenario, result.Cell) string { return "" }

// remark returns what the user should know of a cell before the run is over; empty if nothing. It is
// called from any goroutine.
type remark func(*scenarios.Scenario, result.Cell) string

// runAll runs the lab, and shows its progress on stderr if that is a terminal. If it was interrupted, what
// there is until then comes with the error.
func (c *console) runAll(ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, set *clients.Set, options lab.RunOptions, remark remark) (*result.Run, error) {
	p := newProgress(c.stderr)
	defer p.close()
	options.Progress = p.set
	options.Judged = func(s *scenarios.Scenario, c result.Cell) {
		if what := remark(s, c); what != "" {
			p.say(what)
		}
	}
	return l.Run(ctx, list, set, options)
}
