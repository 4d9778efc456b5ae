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
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

// ocspMatrixOptions are the options of tlslab ocsp-matrix.
type ocspMatrixOptions struct {
	*console
	minting
	clients []string
	timeout time.Duration
	json    bool
}

// newOcspMatrixCommand returns the command that runs the test matrix of MongoDB's OCSP specification.
func newOcspMatrixCommand(c *console) *cobra.Command {
	o := &ocspMatrixOptions{console: c}
	cmd := &cobra.Command{
		Use:   "ocsp-matrix",
		Short: "Run the tests of MongoDB's OCSP specification for each driver",
		Long: `ocsp-matrix runs the test matrix of MongoDB's OCSP specification for drivers, with RSA and ECDSA keys and
with responses signed by the CA and by a delegate. It tests the MongoDB drivers that check OCSP, or those named with
--client, and prints the matrix as the specification does. Results that differ from the specification are marked
with ! and explained. The exit status is 0 if every deviation is documented for the driver.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.main(cmd.Context()) },
	}
	o.minting.add(cmd)
	addJSON(cmd, &o.json)
	addClient(cmd, &o.clients, "only these drivers: a stack (pymongo), a stack and version (pymongo-4.20) "+
		"(default: those that check OCSP)")
	cmd.Flags().DurationVar(&o.timeout, "timeout", 10*time.Second, "time limit of each driver for each connection")
	return cmd
}

func (o *ocspMatrixOptions) main(ctx context.Context) (err error) {
	if err := cmp.Or(positive(o.timeout), knownClients(o.clients)); err != nil {
		return err
	}
	var list []*scenarios.Scenario
	for _, column := range scenarios.OCSPColumns() {
		for _, row := range scenarios.OCSPRows() {
			s, _ := scenarios.Lookup(column.ID(row))
			list = append(list, s)
		}
	}
	config, err := o.config(o.console, new(database).services(o.console, 0)...)
	if err != nil {
		return err
	}
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	set, err := o.drivers(ctx, list)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	if len(set.Clients) == 0 {
		return fmt.Errorf("found no driver that checks OCSP: make clients installs PyMongo with it%s",
			reasons(set.Missing))
	}
	run, err := o.runAll(ctx, l, list, set, lab.RunOptions{Timeout: o.timeout}, nothing)
	if err != nil {
		return err
	}
	if o.json {
		err = result.WriteJSON(o.stdout, run)
	} else {
		o.terminal().OCSP(run)
	}
	if err == nil && !run.Documented() {
		err = errNotDocumented
	}
	return err
}

// drivers finds the selected drivers, or else those that check OCSP.
func (o *ocspMatrixOptions) drivers(ctx context.Context, list []*scenarios.Scenario) (*clients.Set, error) {
	set, err := all.Discover(ctx, clients.Options{Only: o.clients, Services: speaking(list)})
	if err != nil {
		return nil, usageError{fmt.Errorf("--client: %w", err)}
	}
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool {
		return !slices.Contains(report.OCSPVariants(), c.Variant) || len(o.clients) == 0 && !checksOCSP(set, c)
	})
	return set, nil
}

// checksOCSP reports whether the program of a client checks OCSP in one of its variants.
func checksOCSP(set *clients.Set, c *clients.Client) bool {
	ocsp := func(feature string) bool {
		return feature == scenarios.FeatureStapling || feature == scenarios.FeatureOCSPEndpoint
	}
	return slices.ContainsFunc(set.Clients, func(d *clients.Client) bool {
		return d.Stack == c.Stack && d.Version == c.Version && slices.ContainsFunc(d.Features, ocsp)
	})
}

// reasons lists the stacks that were not found, with the reason.
func reasons(missing []clients.Missing) string {
	var b strings.Builder
	for _, m := range missing {
		fmt.Fprintf(&b, "; %s: %s", m.Stack, m.Reason)
	}
	return b.String()
}
