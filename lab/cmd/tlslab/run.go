package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// containersAtOnce is the maximum number of concurrent containers in a run. Each can take about 200 MB.
const containersAtOnce = 4

// runOptions are the options of tlslab run.
type runOptions struct {
	*console
	selection
	probing
	json, all bool
}

// newRunCommand returns the command that reproduces scenarios with every client.
func newRunCommand(c *console) *cobra.Command {
	o := &runOptions{console: c}
	cmd := &cobra.Command{
		Use:   "run [ID...]",
		Short: "Reproduce scenarios with every client stack found",
		Long: `run serves each scenario and its control, points every client stack that it finds on this machine at
them, shows what each client did and what the server saw, and judges it. Without an ID it runs the catalogue.

For up to three scenarios it shows the newest version of each stack, any older version that behaves differently, and
all results that differ from what is documented; the other clients are only counted. With --all, and for clients named
with --client, it shows every client with its whole message.

A judgement is ok, or one of: wrong-reason (rejected, but for another reason), insecure (accepted what it must
reject), lenient (accepted what it should reject), broken (rejected what it must accept), void (rejected the
control too), unsupported, error. A * marks a documented deviation: a variant that is declared not to check this, or
known behaviour of the stack. The exit status is 0 if every judgement is as documented. It is 3 if a scenario that you
name, or every one, cannot be served on this machine, or if no client speaks its protocol.

With --image, the lab runs inside a container of that image, with the clients that the image has. The container has no
network but its loopback, and is removed in the end. On Linux, tlslab copies itself into it, for which it must be static
(CGO_ENABLED=0); otherwise the environment variable TLSLAB_BINARY names a static one, or it is taken from the image
tlslab, which lab/Dockerfile builds. DOCKER_HOST may be podman's socket.`,
		ValidArgsFunction: completeIDs,
		RunE:              func(cmd *cobra.Command, ids []string) error { return o.run(cmd.Context(), ids) },
	}
	o.selection.add(cmd)
	o.probing.add(cmd)
	addJSON(cmd, &o.json)
	cmd.Flags().BoolVar(&o.all, "all", false, "show every client with its whole message")
	return cmd
}

func (o *runOptions) run(ctx context.Context, ids []string) error {
	list, err := o.selected(ctx, ids)
	if err != nil {
		return err
	}
	check := func(*clients.Set) error { return nil }
	run, err := o.reproduce(ctx, o.console, o.catalogue, list, o.clients, result.Shard{}, check)
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

// outcome returns the error of a run that has been shown: that a judgement is bad, or that a named scenario, or every
// scenario, could not be run.
func outcome(r *result.Run, ids []string) error {
	if !r.Documented() {
		return errNotDocumented
	}
	left, unasked := r.Unserved(), withoutClient(r)
	switch {
	case len(left) > 0 && len(ids) > 0:
		return fmt.Errorf("%s cannot be served here: see the reason above", strings.Join(left, ", "))
	case len(unasked) > 0 && len(ids) > 0:
		return fmt.Errorf("%s: no client here speaks the protocol", strings.Join(unasked, ", "))
	case len(left) > 0 && len(left) == len(r.Scenarios):
		return errors.New("none of these scenarios can be served here: see the reasons above")
	case len(left)+len(unasked) > 0 && len(left)+len(unasked) == len(r.Scenarios):
		return errors.New("none of these scenarios can be run here: no client speaks their protocol")
	}
	return nil
}

// withoutClient returns the scenarios that no client of a run was pointed at, because none speaks their protocol.
func withoutClient(r *result.Run) []string {
	var ids []string
	for _, s := range r.Scenarios {
		if len(s.Cells) == 0 && r.Shard == nil { // in a shard, the cells may be in the others
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// probing is what is minted, served and probed when the clients of this machine run.
type probing struct {
	minting
	database
	place
	images
	clients []string
	timeout time.Duration
}

func (p *probing) add(cmd *cobra.Command) {
	p.database.add(cmd)
	p.minting.add(cmd)
	p.place.add(cmd, "certificates and keys")
	p.images.add(cmd)
	addClient(cmd, &p.clients, "only these clients: a stack (python), a stack and version (python-3.11), "+
		"a variant of it (python/strict)")
	cmd.Flags().DurationVar(&p.timeout, "timeout", 10*time.Second, "time limit of each client for each connection")
}

// manyScenarios is the number of scenarios above which slow clients are left out.
const manyScenarios = 50

// reproduce runs scenarios of a catalogue with the clients that match the patterns in only, or all if there are none.
// It passes the clients that it finds to check before anything runs.
func (p *probing) reproduce(
	ctx context.Context, c *console, catalogue *scenarios.Catalogue, list []*scenarios.Scenario, only []string,
	shard result.Shard, check func(*clients.Set) error,
) (_ *result.Run, err error) {
	if err := knownClients(only); err != nil {
		return nil, err
	}
	if within, err := p.images.given(); err != nil {
		return nil, err
	} else if within {
		return p.inImages(ctx, c, catalogue, list, only)
	}
	config, err := p.config(c)
	if err != nil {
		return nil, err
	}
	config.Catalogue = catalogue
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
	return c.runAll(ctx, l, list, set, lab.RunOptions{Timeout: p.timeout, Shard: shard}, nothing)
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
	config.ClientFiles = p.dir == "" // nobody sees the other files
	return config, err
}

// addClient adds the flag that chooses clients.
func addClient(cmd *cobra.Command, patterns *[]string, usage string) {
	cmd.Flags().StringSliceVar(patterns, "client", nil, usage)
	completeFlag(cmd, "client", all.Names())
}

// knownClients returns an error if a --client pattern names a stack that tlslab does not know. It saves the search for
// clients, which starts programs.
func knownClients(patterns []string) error {
	var known []clients.Info
	for _, name := range all.Names() {
		known = append(known, clients.Info{Stack: name})
	}
	for _, p := range patterns {
		program, _, _ := strings.Cut(p, "/")
		if slices.ContainsFunc(known, func(c clients.Info) bool {
			return program == c.Stack || strings.HasPrefix(program, c.Stack+"-")
		}) {
			continue
		}
		return usageError{fmt.Errorf("there is no client %q%s: want one of %s",
			p, clients.Meant(program, known), strings.Join(all.Names(), ", "))}
	}
	return nil
}

// nothing is a remark that is always empty.
func nothing(*scenarios.Scenario, result.Cell) string { return "" }

// remark returns what the user should know about a cell before the run is over, or "". It is called from any goroutine.
type remark func(*scenarios.Scenario, result.Cell) string

// runAll runs the lab, and shows its progress on stderr if that is a terminal. If it is interrupted, it returns the
// results until then together with the error.
func (c *console) runAll(
	ctx context.Context, l *lab.Lab, list []*scenarios.Scenario, set *clients.Set,
	options lab.RunOptions, remark remark,
) (*result.Run, error) {
	p := newProgress(c)
	defer p.close()
	options.Progress = p.set
	options.Judged = func(s *scenarios.Scenario, c result.Cell) {
		if what := remark(s, c); what != "" {
			p.say(what)
		}
	}
	run, err := l.Run(ctx, list, set, options)
	if run != nil {
		run.Version = built().name()
	}
	return run, err
}
