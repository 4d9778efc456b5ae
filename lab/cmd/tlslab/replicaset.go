package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/mongo/replicaset"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/near"
)

// replicaSetOptions are the options of tlslab replica-set.
type replicaSetOptions struct {
	*console
	minting
	database
	clients []string
	timeout time.Duration
	json    bool
}

// newReplicaSetCommand returns the command that runs replica sets in which one member's TLS is wrong.
func newReplicaSetCommand(c *console) *cobra.Command {
	o := &replicaSetOptions{console: c}
	cmd := &cobra.Command{
		Use:   "replica-set [ID...]",
		Short: "Break the TLS of one member of a MongoDB replica set",
		Long: `replica-set starts three real mongods as a replica set, each in a container, replaces the files of one member
while it runs, and makes all connections between members again. It prints how members see each other, what they
log, and what MongoDB's drivers do that are given the whole set or one member. It needs Docker, Linux, and MongoDB's own
image. The exit status is 0 if everything is as documented.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return replicaSetIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, ids []string) error { return o.main(cmd.Context(), ids) },
	}
	o.minting.add(cmd)
	o.database.addImage(cmd)
	addJSON(cmd, &o.json)
	addClient(cmd, &o.clients, "only these drivers: a stack (pymongo), a stack and version (pymongo-4.20) "+
		"(default: every MongoDB driver found, with default options)")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 3*time.Second, "time limit of each driver for finding a server")
	return cmd
}

func replicaSetIDs() []string {
	var ids []string
	for _, s := range replicaset.Scenarios() {
		ids = append(ids, s.ID)
	}
	return ids
}

func (o *replicaSetOptions) main(ctx context.Context, ids []string) (err error) {
	if err := cmp.Or(positive(o.timeout), o.database.check(), knownClients(o.clients)); err != nil {
		return err
	}
	list, err := replicaSets(ids)
	if err != nil {
		return err
	}
	config, err := o.config(o.console)
	if err != nil {
		return err
	}
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	set, err := o.drivers(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	results, err := o.run(ctx, l, list, set.Clients)
	if err != nil {
		return err
	}
	if o.json {
		err = result.WriteJSON(o.stdout, results)
	} else {
		fmt.Fprintln(o.stdout, replicaset.Legend)
	}
	if err == nil && slices.ContainsFunc(results, func(r *replicaset.Result) bool { return len(r.Deviations) > 0 }) {
		err = errNotDocumented
	}
	return err
}

// replicaSets returns the scenarios with these IDs, or all.
func replicaSets(ids []string) ([]*replicaset.Scenario, error) {
	all := replicaset.Scenarios()
	if len(ids) == 0 {
		return all, nil
	}
	var list []*replicaset.Scenario
	for _, id := range ids {
		i := slices.IndexFunc(all, func(s *replicaset.Scenario) bool { return s.ID == id })
		if i < 0 {
			return nil, usageError{fmt.Errorf("there is no replica set %q%s", id, near.Hint(id, replicaSetIDs()))}
		}
		list = append(list, all[i])
	}
	return list, nil
}

// drivers finds the selected drivers, or all with default options.
func (o *replicaSetOptions) drivers(ctx context.Context) (*clients.Set, error) {
	set, err := all.Discover(ctx, clients.Options{Only: o.clients, Services: []string{string(scenarios.MongoDB)}})
	if err != nil {
		return nil, usageError{fmt.Errorf("--client: %w", err)}
	}
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool {
		return len(o.clients) == 0 && c.Variant != "default"
	})
	return set, nil
}

// run runs the scenarios one after the other, and prints each as soon as it is known.
func (o *replicaSetOptions) run(ctx context.Context, l *lab.Lab, list []*replicaset.Scenario, drivers []*clients.Client) (
	[]*replicaset.Result, error) {
	results := []*replicaset.Result{}
	options := replicaset.Options{Clients: drivers, Timeout: o.timeout, Containers: mongo.ContainerOptions{
		Image: o.image, Owner: o.owner,
		Notice: func(what string) { fmt.Fprintf(o.stderr, "tlslab: %s\n", what) },
	}}
	for _, s := range list {
		got, err := replicaset.Run(ctx, l, s, options)
		if err != nil {
			return nil, err
		}
		results = append(results, got)
		if o.json {
			continue
		}
		if err := got.Write(o.stdout, o.terminal().Width); err != nil {
			return nil, err
		}
		fmt.Fprintln(o.stdout)
	}
	return results, nil
}
