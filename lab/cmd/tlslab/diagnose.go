package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/diagnose/fetch"
	"example.com/tlslab/lab/diagnose/simulate"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
)

// diagnoseOptions are the options of tlslab diagnose.
type diagnoseOptions struct {
	*console
	targeting
	fetch, clients, json bool
	only                 []string
	html                 string
}

// newDiagnoseCommand returns the command that diagnoses a server.
func newDiagnoseCommand(c *console) *cobra.Command {
	o := &diagnoseOptions{console: c}
	cmd := &cobra.Command{
		Use:   "diagnose HOST[:PORT]",
		Short: "What is wrong with a server, and which clients refuse it for what",
		Long: `diagnose asks a server in the order in which a person would: does its name resolve, does a connection come
about, is it TLS that answers, what does it do with which hello, and what is its chain. It says what is wrong, the
most harmful first, each with its evidence, its fix, and the scenario that is the same, with the command that
reproduces it here. With --clients, real client programs connect, too, and their own words are shown.

It makes at most 30 connections, 5 at a time, and sends nothing but handshakes and one polite request. With --fetch,
it also gets the issuers, CRLs and OCSP responses that the chain points to, over HTTP.

Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage, 3 the server could not be asked.`,
		Example: `  tlslab diagnose db.corp.example:5432 --ca corp.pem
  tlslab diagnose https://shop.example/
  tlslab diagnose mail.example:25 --starttls smtp
  tlslab diagnose shop.example --connect 127.0.0.1:8443 --ca java:truststore.jks`,
		Args: demand(cobra.ExactArgs(1), "name one server, as "+ask.Forms),
		RunE: func(cmd *cobra.Command, args []string) error { return o.diagnose(cmd.Context(), args[0]) },
	}
	o.targeting.add(cmd)
	cmd.Flags().BoolVar(&o.fetch, "fetch", false, "get the issuers, CRLs and OCSP responses that the chain points to")
	cmd.Flags().BoolVar(&o.clients, "clients", false, "also have every client stack found on this machine connect once")
	addClient(cmd, &o.only, "have these clients connect once: a stack (python), a stack and version (python-3.11), a "+
		"variant of it (python/strict)")
	cmd.Flags().StringVar(&o.html, "html", "", "also write the letter as a page to FILE; - for standard output, alone")
	cmd.MarkFlagFilename("html")
	addJSON(cmd, &o.json)
	return cmd
}

func (o *diagnoseOptions) diagnose(ctx context.Context, arg string) error {
	page := &outfile{flag: "--html", path: o.html}
	if o.html != "" {
		if err := page.check(); err != nil {
			return err
		}
	}
	target, err := o.target(arg)
	if err != nil {
		return err
	}
	if err := o.checkClients(target); err != nil {
		return err
	}
	roots, err := o.roots(ctx)
	if err != nil {
		return err
	}
	o.announce(target)
	seen, err := ask.Server(ctx, target)
	if err != nil {
		return usageError{err}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	options := diagnose.Options{Language: o.lang}
	if o.json {
		options.Language = lang.English
	}
	if o.fetch {
		options.Fetched = o.pointers(ctx, seen, roots)
	}
	r := diagnose.Tell(seen, roots, options)
	if r.Clients, err = o.measure(ctx, seen, roots, options.Language); err != nil {
		return err
	}
	if o.html != "" {
		err := page.put(ctx, o.stdout, func(w io.Writer) error { return report.WriteDiagnosis(w, r) })
		if err != nil {
			return err
		}
	}
	if o.html == stdoutName {
		return ending(seen, r)
	}
	if err := o.write(r); err != nil {
		return err
	}
	return ending(seen, r)
}

// pointers fetches what the chain points to, and says beforehand from where.
func (o *diagnoseOptions) pointers(ctx context.Context, seen *ask.Seen, roots diagnose.Roots) []diagnose.Fetched {
	list := diagnose.Pointers(seen, roots)
	if terminalOf(o.stderr) != nil {
		for _, p := range list {
			fmt.Fprintf(o.stderr, "tlslab: fetching %q\n", p.URL)
		}
	}
	return fetch.All(ctx, list, o.timeout)
}

// checkClients returns an error if clients are asked for, and none can be pointed at the target.
func (o *diagnoseOptions) checkClients(target ask.Target) error {
	if !o.clients && len(o.only) == 0 {
		return nil
	}
	if err := knownClients(o.only); err != nil {
		return err
	}
	if err := simulate.Can(target); err != nil {
		return usageError{fmt.Errorf("--clients: %w", err)}
	}
	return nil
}

// measure has clients connect, if that is wanted and something answers.
func (o *diagnoseOptions) measure(
	ctx context.Context, seen *ask.Seen, roots diagnose.Roots, in lang.Tag,
) (_ []diagnose.ClientAnswer, err error) {
	if !o.clients && len(o.only) == 0 || seen.Speaks == "" {
		return nil, nil
	}
	set, err := all.Discover(ctx, clients.Options{Only: o.only, Services: []string{seen.Target.ServiceName()}})
	if err != nil {
		return nil, usageError{fmt.Errorf("--client: %w", err)}
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	list := set.Clients // those that were named
	if len(o.only) == 0 {
		list = simulate.Ordinary(set)
	}
	p := newProgress(o.console)
	defer p.close()
	return simulate.Run(ctx, list, seen, roots, simulate.Options{Timeout: o.timeout, Language: in, Progress: p.set})
}

// write writes the report as the flags say.
func (o *diagnoseOptions) write(r *diagnose.Report) error {
	if o.json {
		return result.WriteJSON(o.stdout, r)
	}
	return o.letter(o.stdout, r)
}

// letter writes the report for people.
func (o *diagnoseOptions) letter(w io.Writer, r *diagnose.Report) error {
	t := o.terminal()
	return diagnose.Letter{Width: t.Width, Color: t.Color}.Write(w, r)
}

// ending returns the error that says how a diagnosis ended.
func ending(seen *ask.Seen, r *diagnose.Report) error {
	asked := slices.ContainsFunc(seen.Attempts, func(a ask.Attempt) bool { return a.End != ask.EndProxy })
	switch {
	case !asked && seen.Speaks == "":
		return fmt.Errorf("%s could not be asked: see the reason above", seen.Target)
	case r.Wrong():
		return errNotDocumented // the report says so
	}
	return nil
}
