package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/internal/bounded"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/scenarios"
)

const testHelp = `test runs CMD for each scenario and its control, without a shell, and judges
what it did. In its arguments, these placeholders are replaced:

  {url} {host} {port}      where to connect
  {connect}                the address to dial: hosts like foo.tlslab.test do
                           not resolve
  {ca}                     what to trust, a PEM file
  {ca_p12} {ca_jks}        the same as a PKCS #12 trust store and as a Java key
                           store; {ca_password} opens both
  {ca_dir}                 the same as a directory, for OpenSSL's CApath and
                           Docker's certs.d
  {cert} {key} {combined}  what to present, if anything; {password} opens the
                           key
  {crl}                    what is revoked, if the scenario has CRLs

An argument with something that the scenario does not have is left out, together
with the option before it. The environment has the same values: TLSLAB_URL
TLSLAB_HOST TLSLAB_PORT TLSLAB_CONNECT TLSLAB_CA_FILE TLSLAB_CA_P12
TLSLAB_CA_JKS TLSLAB_CA_DIR TLSLAB_CA_PASSWORD TLSLAB_CERT_FILE TLSLAB_KEY_FILE
TLSLAB_COMBINED_FILE TLSLAB_KEY_PASSWORD TLSLAB_CRL_FILE TLSLAB_SCENARIO. The
last is for logs: a client that decides by it is cheating.

Your own environment is passed on, except for variables that would change what
the client trusts, where it connects or which language it uses (SSL_CERT_FILE,
https_proxy, LC_ALL and the like). To set one of these anyway:

  tlslab test -- env SSL_CERT_FILE=... CMD

Settings in your home directory, such as ~/.curlrc, apply.

Contracts, which say what CMD must do:

  exit    Connect, verify, send a request, read the response. Exit status 0
          means accepted. 69 means that it cannot do this, and the scenario is
          skipped. Anything else means rejected, and the last thing that it
          wrote to standard error or output is its message. This is the default.
  served  Connect, verify, send a request. The server's record decides: accepted
          if any request reached the server; rejected on an alert, a close, a
          reset or nothing, with the output as the message. This is for programs
          whose exit status means something else: git, pip, w3m. If no client
          can send a request, or the response is cut off, the output must give
          the reason; otherwise the scenario is not counted.
  worker  Start once, write a line of JSON that describes the client, and answer
          one request per line: lab/clients/python/probe.py is an example.
  trytls  A stub for TryTLS. Called with HOST PORT CAFILE, it writes reasons,
          then ACCEPT, REJECT or UNSUPPORTED as the last line, and exits with
          status 0. Any other status is a failure unrelated to TLS: a rejection
          if the scenario is about such a failure, otherwise an error. It is
          also a rejection if the stub wrote a TLS error that it did not catch.
          A stub that gives no reasons needs --verdict-only.

A rejection counts if it is for the right reason. tlslab reads the reason from
the message, which it recognises if it is in the words of a known library, or of
the one named with --stack. If no rule knows the message, the rejection counts
if what the server saw allows no other reason: an alert, or a connection that
the server broke off. Otherwise it is unrecognised: neither wrong nor ok. Make
your client print the library's own error. Or give --verdict-only to ignore
reasons: then any rejection counts where one is expected, and the grade says so.

An exit status of 0 is believed only if the server's record confirms it: if a
request arrived. A client that sends no request to good servers either, and only
completes handshakes, is believed if the handshake completed without an alert.
Otherwise the judgement is error: the exit status says nothing, and you may try
the contract served.

The control of most scenarios, good, comes first. If CMD does not accept it, the
run ends there, because no rejection would prove anything; --keep-going runs the
other scenarios anyway.

A scenario does not count if the client was not given what it needs: it was not
given {connect}, the host does not resolve, and no connection came; or it was
not given {cert}, and presented no certificate. Scenarios about the PEM file do
not count either if CMD is given {ca_p12}, {ca_jks} or {ca_dir} instead.

Grades:

  pass        All results are right. Scenarios that need a feature do not count
              unless it is given with --feature. Exit status 0.
  incomplete  Nothing wrong was seen, but reasons are unrecognised, or there was
              no right rejection at all. Exit status 1.
  fail        It accepted what it must reject, rejected what it must accept,
              gave a wrong reason, or failed. Exit status 1.

Exit status 2 means wrong usage, such as a command that does not exist. 3 means
that the lab itself failed or was interrupted; results until then are shown.

--image IMAGE runs CMD inside a container of that image, with the lab beside it;
the files of {ca} and the others are in the container. It has no network but its
loopback, and is removed in the end. With two images, the report says of each
what CMD did in it, and then what differs between them; the exit status is 0 if
CMD passes in all of them. tlslab run --help says where the lab in the container
comes from.

--junit FILE writes JUnit XML: a case per scenario, and one for the grade, so
that it is red if the exit status is 1. If GITHUB_ACTIONS is true, findings are
also written to standard error as GitHub annotations.

--known FILE lists judgements that you accept, one per line: scenario,
judgement, reason; # begins a comment. A listed judgement passes. A line whose
judgement no longer occurs fails until you remove it. --known-out FILE writes
the lines that the current state needs.`

// testOptions are the options of tlslab test.
type testOptions struct {
	*console
	selection
	minting
	pace
	images
	part
	undertest.Options
	dir             string
	ids             []string
	level           string
	known, knownOut string
	junit           outfile
	keepGoing       bool
	json            bool
}

// newTestCommand returns the command that judges the user's own client.
func newTestCommand(c *console) *cobra.Command {
	o := &testOptions{console: c}
	cmd := &cobra.Command{
		Use:   "test [flags] -- CMD [ARG...]",
		Short: "Judge your own client against the catalogue",
		Long:  testHelp,
		Example: `  tlslab test -- curl --cacert {ca} {url}
  tlslab test -- curl --cacert {ca} --cert {cert} --key {key} \
      --pass {password} --connect-to ::{connect} {url}
  tlslab test --family names --feature subject-alternative-name-only \
      -- ./myclient
  tlslab test --contract served -- env GIT_SSL_CAINFO={ca} git ls-remote {url}
  tlslab test --known deviations.txt -- python3 client.py {host} {port} {ca}
  tlslab test -- java -Djavax.net.ssl.trustStore={ca_p12} \
      -Djavax.net.ssl.trustStorePassword={ca_password} -jar client.jar {url}
  tlslab test --image app:v1 --image app:v2 -- curl --cacert {ca} {url}
  tlslab test --contract trytls -- ./stub`,
		Args: demand(cobra.MinimumNArgs(1), "name a command, for example: tlslab test -- curl --cacert {ca} {url}"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = args
			return o.main(cmd.Context())
		},
	}
	cmd.Flags().SetInterspersed(false) // flags after CMD belong to CMD
	flag := cmd.Flags()
	contracts := undertest.Contracts()
	flag.StringVar(&o.Contract, "contract", contracts[0], "how CMD reports results: "+strings.Join(contracts, ", "))
	flag.StringSliceVar(&o.ids, "id", nil, "only these scenarios and their controls")
	flag.StringVar(&o.level, "level", "", "only scenarios of this level: must, or should for those that need a feature")
	flag.StringSliceVar(&o.Features, "feature", nil, "optional checks that the client must make")
	flag.StringVar(&o.Speaks, "stack", "", "the stack whose messages CMD prints: "+
		strings.Join(messages.Stacks(), ", ")+" (default: recognised from each message)")
	flag.StringVar(&o.known, "known", "", "file of judgements that you accept")
	flag.StringVar(&o.knownOut, "known-out", "", "write to this file the judgements that --known must list to pass")
	o.junit.flag = "--junit"
	flag.StringVar(&o.junit.path, "junit", "",
		"write JUnit XML to this file: a case per scenario, and one for the grade")
	cmd.MarkFlagFilename("junit")
	flag.BoolVar(&o.keepGoing, "keep-going", false, "run all scenarios, even if CMD does not accept the first control")
	flag.BoolVar(&o.VerdictOnly, "verdict-only", false, "judge whether CMD accepts or rejects, but not its reasons: "+
		"for clients that print none; the grade says so")
	flag.StringVar(&o.dir, "dir", "", "directory for certificates and keys (default: a temporary one)")
	o.pace.add(cmd, "time limit of CMD for each connection; then it is killed, with all that it started")
	o.selection.add(cmd)
	o.minting.add(cmd)
	o.images.add(cmd)
	o.part.add(cmd)
	addJSON(cmd, &o.json)
	completeFlag(cmd, "contract", contracts)
	completeFlag(cmd, "stack", messages.Stacks())
	completeFlag(cmd, "feature", features())
	completeFlag(cmd, "level", []string{string(scenarios.Must), string(scenarios.Should)})
	cmd.RegisterFlagCompletionFunc("id", completeIDs)
	return cmd
}

// main runs the client and shows the results.
func (o *testOptions) main(ctx context.Context) (err error) {
	list, err := o.toTest(ctx)
	if err != nil {
		return err
	}
	var known *assess.Deviations
	if o.known != "" {
		known, err = bounded.Until(ctx, func() (*assess.Deviations, error) {
			return assess.ReadDeviations(o.known, o.catalogue)
		})
		if err != nil {
			return usageError{fmt.Errorf("--known: %w", err)}
		}
	}
	if o.junit.path != "" {
		if err := o.junit.check(); err != nil { // before the run, which can take minutes
			return err
		}
	}
	if within, err := o.images.given(); err != nil {
		return err
	} else if within {
		return o.testImages(ctx, list, known)
	}
	config, err := o.config(o.console, new(database).services(o.console, 0)...)
	if err != nil {
		return err
	}
	o.warn(o.Options)
	o.Service, o.Parallel = speaking(list)[0], o.parallel
	set, err := clients.Open(ctx, undertest.Stack(o.Options))
	if errors.Is(err, undertest.ErrCommand) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.Close()) }()
	config.Dir, config.ClientFiles = o.dir, o.dir == "" // nobody sees the other files
	config.Catalogue = o.catalogue
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	run, err := o.ask(ctx, l, list, set, known)
	if run == nil {
		return err
	}
	if err != nil || run.Stopped != nil { // not everything ran: keep the file of accepted judgements
		o.knownOut = ""
	}
	return cmp.Or(err, o.assess(ctx, assess.Assess(run, known)))
}

// testImages runs the client in each image, and shows the results.
func (o *testOptions) testImages(
	ctx context.Context, list []*scenarios.Scenario, known *assess.Deviations,
) error {
	if o.knownOut != "" && len(o.names) > 1 {
		return usageError{errors.New("--known-out with several images: write it with one of them at a time")}
	}
	_, listed := known.Find(scenarios.FirstControl(list).ID)
	runs, err := o.inImages(ctx, list, o.keepGoing || listed)
	if len(runs) == 0 {
		return err
	}
	var assessed []*assess.Assessment
	for _, run := range runs {
		assessed = append(assessed, assess.Assess(run, known))
		if err != nil || run.Stopped != nil { // not everything ran: keep the file of accepted judgements
			o.knownOut = ""
		}
	}
	return cmp.Or(err, o.assess(ctx, assessed...))
}

// assess shows the results of a run, or of runs in several images.
func (o *testOptions) assess(ctx context.Context, list ...*assess.Assessment) error {
	if o.junit.path != "" {
		write := func(w io.Writer) error { return report.WriteImagesJUnit(w, list) }
		if err := o.junit.put(context.WithoutCancel(ctx), o.stdout, write); err != nil {
			return err
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		for _, a := range list {
			if err := report.WriteAnnotations(o.stderr, a); err != nil {
				return err
			}
		}
	}
	if o.knownOut != "" {
		if err := writeKnown(o.knownOut, list[0].Deviations()); err != nil {
			return err
		}
	}
	if err := o.show(list); err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(a *assess.Assessment) bool { return a.Grade != assess.Pass }) {
		return errNotDocumented
	}
	return nil
}

// show writes the results to standard output.
func (o *testOptions) show(list []*assess.Assessment) error {
	switch {
	case !o.json && len(list) == 1:
		o.terminal().Assessment(list[0])
		return nil
	case !o.json:
		return o.terminal().Images(list)
	case len(list) == 1:
		return result.WriteJSON(o.stdout, report.InWords(list[0]))
	}
	all, err := report.JoinImages(list)
	if err != nil {
		return err
	}
	return result.WriteJSON(o.stdout, all)
}

func writeKnown(path string, list []assess.Deviation) error {
	var b strings.Builder
	if err := assess.WriteDeviations(&b, list); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("writing known deviations: %w", err)
	}
	return nil
}

// toTest checks the flags and returns the scenarios that they select.
func (o *testOptions) toTest(ctx context.Context) ([]*scenarios.Scenario, error) {
	if err := cmp.Or(o.pace.check(), o.part.check()); err != nil {
		return nil, err
	}
	if o.knownOut != "" && o.text != "" {
		return nil, usageError{errors.New("--known-out needs all judgements, but --shard runs a part of the cells: " +
			"leave one of them out")}
	}
	for _, flag := range []struct {
		name  string
		given []string
		want  []string
	}{
		{"contract", []string{o.Contract}, undertest.Contracts()},
		{"level", []string{o.level}, []string{string(scenarios.Must), string(scenarios.Should)}},
		{"stack", []string{o.Speaks}, messages.Stacks()},
		{"feature", o.Features, features()},
	} {
		given := slices.DeleteFunc(slices.Clone(flag.given), func(s string) bool { return s == "" })
		if err := oneOf("--"+flag.name, flag.want, given...); err != nil {
			return nil, err
		}
	}
	list, err := o.selected(ctx, o.ids)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s *scenarios.Scenario) bool {
		return o.level != "" && s.Expect.Level != scenarios.Level(o.level)
	})
	if len(list) == 0 {
		return nil, usageError{fmt.Errorf("no selected scenario is of level %s", o.level)}
	}
	if spoken := speaking(list); len(spoken) > 1 {
		return nil, usageError{fmt.Errorf("a command speaks either %s: name scenarios of one service",
			strings.Join(spoken, " or "))}
	}
	return list, nil
}

// features lists the optional checks that scenarios require.
func features() []string {
	var names []string
	for _, s := range scenarios.Declared() {
		if s.Expect.Feature != "" {
			names = append(names, s.Expect.Feature)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return slices.Compact(names)
}
