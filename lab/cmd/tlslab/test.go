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

const testHelp = `test starts CMD for each scenario and its control, without a shell, and judges
what it did. In its arguments these are replaced:

  {url} {host} {port}      where to connect
  {connect}                the address to dial: hosts like foo.tlslab.test do
                           not resolve
  {ca}                     what to trust, a PEM file
  {ca_p12} {ca_jks}        the same as a PKCS #12 trust store and as a Java key
                           store; {ca_password} opens both
  {ca_dir}                 the same as a directory, for OpenSSL's CApath and as
                           Docker's certs.d
  {cert} {key} {combined}  what to present, if anything; {password} opens the
                           key
  {crl}                    what is revoked, if CRLs are handed out

An argument that names something the scenario does not have is left out, with
the option before it. The same stands in the environment: TLSLAB_URL TLSLAB_HOST
TLSLAB_PORT TLSLAB_CONNECT TLSLAB_CA_FILE TLSLAB_CA_P12 TLSLAB_CA_JKS
TLSLAB_CA_DIR TLSLAB_CA_PASSWORD TLSLAB_CERT_FILE TLSLAB_KEY_FILE
TLSLAB_COMBINED_FILE TLSLAB_KEY_PASSWORD TLSLAB_CRL_FILE TLSLAB_SCENARIO. The
last is for logs: a client that decides by it is cheating.

Your own environment is passed on, but for what would change whom the client
trusts, where it goes or what language it speaks (SSL_CERT_FILE, https_proxy,
LC_ALL and the like). If you mean it: tlslab test -- env SSL_CERT_FILE=... CMD.
Settings in your home, as ~/.curlrc, apply.

Contracts, what CMD has to do:

  exit    Connect, verify, send a request, read the answer. Exit status 0 is
          accepted. 69 is that it cannot do this: the scenario is skipped.
          Anything else is rejected, and what it wrote last to standard error
          and output is its message. This is the default.
  served  Connect, verify, send a request. The server's record is the verdict: a
          request that reached it, whatever it says, is accepted; an alert, a
          close, a reset or nothing is rejected, and the output is the message.
          For programs whose exit status tells something else: git, pip, w3m.
          Where no client can send a request, or the answer is cut, the output
          has to tell the reason, or the scenario is not counted.
  worker  Start once, write a line of JSON that says what it is, and answer a
          request a line: lab/clients/python/probe.py is an example.
  trytls  The stubs of TryTLS. Called with HOST PORT CAFILE, they write reasons,
          then ACCEPT, REJECT or UNSUPPORTED as the last line, and exit 0.
          Another status is a failure that has nothing to do with TLS: a
          rejection where that is what the scenario is about, an error
          elsewhere. It is a rejection as well if what the stub wrote is an
          error of TLS that it did not catch. A stub that gives no reasons
          needs --verdict-only.

A rejection counts if it is for the right reason. The reason is read off the
message, in the words of the libraries that tlslab knows, or of the one that
--stack names. If nobody knows the words, it counts if what the server saw
leaves no other reason: an alert, or a connection that the server broke off.
Else it is unrecognised: not wrong, and not ok. Have your client print the
library's own error; or, with --verdict-only, have reasons left out of it: then
any rejection counts of what is to be rejected, and the grade says so.

An exit status of 0 is believed only if the server's record bears it out: if a
request came. What sends no request to good servers either, and only shakes
hands, is believed where the handshake was completed without an alert. Else the
judgement is error: its exit status tells nothing, and served may judge it.

The control that most scenarios are held against, good, is asked first. If CMD
does not accept it, the run ends there, since no rejection would show anything;
--keep-going asks the others all the same.

A scenario is not asked, and does not count, if the client cannot have known
what it needs: it was not given {connect}, the host does not resolve, and no
connection came; or it was not given {cert}, and presented none. Nor are the
scenarios about the PEM file if CMD is given {ca_p12}, {ca_jks} or {ca_dir} in
its place.

What the run comes to:

  pass        What was asked came out right. What needs a feature was not
              demanded, without --feature. Exit status 0.
  incomplete  Nothing wrong was seen, but reasons are unrecognised, or there was
              no right rejection at all. Exit status 1.
  fail        It accepted what it must reject, rejected what it must accept,
              gave a wrong reason, or failed. Exit status 1.

Exit status 2 is wrong usage, among it a command that is not there; 3 is a
failure of the lab itself, or an interrupt: what was found until then is shown.

--junit FILE writes JUnit's XML: a case a scenario, and one for the grade, so
that it is red if the exit status is 1. Where GITHUB_ACTIONS is true, findings
are written to standard error as annotations of GitHub's as well.

--known FILE lists judgements that you accept, a line each: scenario, judgement,
reason; # begins a comment. What stands there passes. What does not happen any
more fails, until the line is removed. --known-out FILE writes the lines that
the present state needs.`

// testOptions are the options of tlslab test.
type testOptions struct {
	*console
	selection
	minting
	pace
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
  tlslab test --contract trytls -- ./stub`,
		Args: demand(cobra.MinimumNArgs(1), "name a command, for example: tlslab test -- curl --cacert {ca} {url}"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = args
			return o.main(cmd.Context())
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows CMD is CMD's
	flag := cmd.Flags()
	flag.StringVar(&o.Contract, "contract", undertest.Contracts()[0], "how CMD is asked: "+strings.Join(undertest.Contracts(), ", "))
	flag.StringSliceVar(&o.ids, "id", nil, "only these scenarios, and their controls")
	flag.StringVar(&o.level, "level", "", "only scenarios of this level: must, or should for those that need a feature")
	flag.StringSliceVar(&o.Features, "feature", nil, "optional checks that the client has: it is held to them")
	flag.StringVar(&o.Speaks, "stack", "", "in whose words it writes its messages: "+strings.Join(messages.Stacks(), ", ")+" (default: told from each message)")
	flag.StringVar(&o.known, "known", "", "file of judgements that you accept")
	flag.StringVar(&o.knownOut, "known-out", "", "write to this file what would have to be accepted for the run to pass")
	o.junit.flag = "--junit"
	flag.StringVar(&o.junit.path, "junit", "", "write JUnit's XML to this file: a case a scenario, and one for the grade")
	cmd.MarkFlagFilename("junit")
	flag.BoolVar(&o.keepGoing, "keep-going", false, "ask all scenarios, even if CMD does not accept the first control")
	flag.BoolVar(&o.VerdictOnly, "verdict-only", false, "judge whether CMD accepts or rejects, and not its reasons: for clients that print none; the grade says so")
	flag.StringVar(&o.dir, "dir", "", "directory for certificates and keys (default: a temporary one)")
	o.pace.add(cmd, "what CMD is given for each connection; it is ended then, with all that it started")
	o.selection.add(cmd)
	o.minting.add(cmd)
	addJSON(cmd, &o.json)
	completeFlag(cmd, "contract", undertest.Contracts())
	completeFlag(cmd, "stack", messages.Stacks())
	completeFlag(cmd, "feature", features())
	completeFlag(cmd, "level", []string{string(scenarios.Must), string(scenarios.Should)})
	cmd.RegisterFlagCompletionFunc("id", completeIDs)
	return cmd
}

// main runs the client, and shows what it came to.
func (o *testOptions) main(ctx context.Context) (err error) {
	list, err := o.toTest()
	if err != nil {
		return err
	}
	var known *assess.Deviations
	if o.known != "" {
		if known, err = bounded.Until(ctx, func() (*assess.Deviations, error) { return assess.ReadDeviations(o.known) }); err != nil {
			return usageError{fmt.Errorf("--known: %w", err)}
		}
	}
	if o.junit.path != "" {
		if err := o.junit.check(); err != nil { // told before minutes have gone by
			return err
		}
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
	config.Dir, config.ClientFiles = o.dir, o.dir == "" // nobody looks at the others
	l, err := lab.New(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	run, err := o.ask(ctx, l, list, set, known)
	if run == nil {
		return err
	}
	if err != nil || run.Stopped != nil { // not all was asked: what was accepted stays as it is
		o.knownOut = ""
	}
	return cmp.Or(err, o.assess(ctx, assess.Assess(run, known)))
}

// assess shows what a run came to.
func (o *testOptions) assess(ctx context.Context, a *assess.Assessment) error {
	if o.junit.path != "" {
		if err := o.junit.put(context.WithoutCancel(ctx), o.stdout, func(w io.Writer) error { return report.WriteAssessmentJUnit(w, a) }); err != nil {
			return err
		}
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		if err := report.WriteAnnotations(o.stderr, a); err != nil {
			return err
		}
	}
	if o.knownOut != "" {
		if err := writeKnown(o.knownOut, a.Deviations()); err != nil {
			return err
		}
	}
	if o.json {
		if err := result.WriteJSON(o.stdout, report.InWords(a)); err != nil {
			return err
		}
	} else {
		o.terminal().Assessment(a)
	}
	if a.Grade != assess.Pass {
		return errNotDocumented
	}
	return nil
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

// toTest checks what the flags say and returns the scenarios that they select.
func (o *testOptions) toTest() ([]*scenarios.Scenario, error) {
	if err := o.pace.check(); err != nil {
		return nil, err
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
	list, err := o.selected(o.ids)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s *scenarios.Scenario) bool {
		return o.level != "" && s.Expect.Level != scenarios.Level(o.level)
	})
	if len(list) == 0 {
		return nil, usageError{fmt.Errorf("no scenario that was named is of the level %s", o.level)}
	}
	if spoken := speaking(list); len(spoken) > 1 {
		return nil, usageError{fmt.Errorf("one command speaks one of %s: name scenarios of one service", strings.Join(spoken, " and "))}
	}
	return list, nil
}

// features lists the optional checks that scenarios ask for.
func features() []string {
	var names []string
	for _, s := range scenarios.All() {
		if s.Expect.Feature != "" {
			names = append(names, s.Expect.Feature)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return slices.Compact(names)
}
