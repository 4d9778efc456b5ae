package main

import (
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

// ocspMatrix runs the test matrix of MongoDB's OCSP specification.
func (f *flags) ocspMatrix() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ocsp-matrix",
		Short: "The test matrix of MongoDB's OCSP specification, for each driver",
		Long: `ocsp-matrix runs the test matrix of MongoDB's OCSP specification for drivers, with RSA and ECDSA keys and with
answers that the CA and a delegate sign, on every MongoDB driver that it finds or those of --client, and
prints it as the specification does. What the specification has otherwise is marked with ! and explained.
The exit status is 0 if every deviation is known of the driver.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			var list []*scenarios.Scenario
			for _, column := range scenarios.OCSPColumns() {
				for _, row := range scenarios.OCSPRows() {
					s, _ := scenarios.Lookup(column.ID(row))
					list = append(list, s)
				}
			}
			c, err := f.config()
			if err != nil {
				return err
			}
			l, err := lab.New(c)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.Close()) }()
			set, err := all.Discover(cmd.Context(), clients.Options{Only: f.clients, Services: speaking(list)})
			if err != nil {
				return usageError{fmt.Errorf("--client: %w", err)}
			}
			defer func() { err = errors.Join(err, set.Close()) }()
			set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool {
				return !slices.Contains(report.OCSPVariants(), c.Variant) || len(f.clients) == 0 && !checksOCSP(set, c)
			})
			if len(set.Clients) == 0 {
				return fmt.Errorf("no driver that checks OCSP is here: make clients installs PyMongo with it%s", reasons(set.Missing))
			}
			run, err := f.runAll(cmd.Context(), l, list, set, lab.RunOptions{}, nothing)
			if err != nil {
				return err
			}
			if f.json {
				err = result.WriteJSON(f.stdout, run)
			} else {
				f.terminal().OCSP(run)
			}
			if err == nil && !run.Documented() {
				err = errNotDocumented
			}
			return err
		},
	}
	f.addJSON(cmd)
	f.addMinting(cmd)
	cmd.Flags().StringSliceVar(&f.clients, "client", nil, "only these drivers: a stack (pymongo), a stack and version (pymongo-4.20); without it, those that check OCSP")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 10*time.Second, "what each driver is given for each connection")
	return cmd
}

// checksOCSP reports whether the program that a client is a variant of checks OCSP if it is not told
// otherwise.
func checksOCSP(set *clients.Set, c *clients.Client) bool {
	return slices.ContainsFunc(set.Clients, func(d *clients.Client) bool {
		return d.Stack == c.Stack && d.Version == c.Version &&
			(slices.Contains(d.Features, scenarios.FeatureStapling) || slices.Contains(d.Features, scenarios.FeatureOCSPEndpoint))
	})
}

// reasons lists what was looked for in vain.
func reasons(missing []clients.Missing) string {
	var b strings.Builder
	for _, m := range missing {
		fmt.Fprintf(&b, "; %s: %s", m.Stack, m.Reason)
	}
	return b.String()
}
