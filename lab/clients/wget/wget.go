// Package wget is the client stack of GNU Wget, over GnuTLS or OpenSSL.
package wget

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. The features are those of Wget 1.21.3
// over GnuTLS, measured by TestFeatures and TestRevocation in lab/clients.
var variants = []variant{{
	Variant: clients.Variant{
		Name:  "default",
		About: "wget --ca-certificate=FILE",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
			scenarios.FeatureStapling, scenarios.FeatureMustStaple,
		},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "wget --no-check-certificate",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
	args: []string{"--no-check-certificate"},
}}

// variant is a variant with its arguments.
type variant struct {
	clients.Variant
	args []string
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "wget", Find: clients.OnPath("wget"), Open: open}
}

// open asks the program for its version.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	out, err := process.Run(ctx, process.Command{Path: p.Path, Args: []string{"--no-config", "--version"}})
	if err != nil {
		return nil, err
	}
	version, library, err := parseVersion(out.Stdout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	in := &clients.Install{Version: version, Library: library, Path: p.Path}
	args := make(map[string][]string)
	for _, v := range variants {
		if library != gnuTLS {
			v.Features = nil // features were measured with GnuTLS only
		}
		in.Variants = append(in.Variants, v.Variant)
		args[v.Name] = v.args
	}
	in.Probe = func(ctx context.Context, variant string, r clients.Request) clients.Result {
		if why := cannot(r); !why.IsZero() {
			return clients.Result{}.With(clients.Unsupported, why)
		}
		c := process.Command{Path: p.Path, Args: append(arguments(r), args[variant]...)}
		return command.Probe(ctx, c, r.Timeout+command.Grace, read)
	}
	return in, nil
}

// gnuTLS is the library that nearly every Wget is built with. Wget does not report its version.
const gnuTLS = "GnuTLS"

var (
	first = regexp.MustCompile(`^GNU Wget (\S+)`)
	built = regexp.MustCompile(`(?m)(?:^|\s)([+-])ssl(?:/(\w+))?`)
)

// parseVersion parses the output of wget --version:
//
//	GNU Wget 1.21.3 built on linux-gnu.
//
//	-cares +digest -gpgme +https +ipv6 +iri +large-file -metalink +nls
//	+ntlm +opie +psl +ssl/gnutls
func parseVersion(text string) (version, library string, err error) {
	line, rest, _ := strings.Cut(text, "\n")
	m, with := first.FindStringSubmatch(line), built.FindStringSubmatch(rest)
	switch {
	case m == nil:
		return "", "", fmt.Errorf("its version line is not GNU Wget's: %q", line)
	case with == nil, with[1] == "-":
		return "", "", errors.New(m[1] + " was built without TLS")
	case with[2] == "gnutls":
		return m[1], gnuTLS, nil
	case with[2] == "openssl":
		return m[1], "OpenSSL", nil
	}
	return "", "", fmt.Errorf("%s has an unknown TLS library: %q", m[1], with[2])
}

// cannot returns the reason why Wget can't do what is asked, or zero if it can.
func cannot(r clients.Request) lang.Reason {
	e := r.Endpoint
	if e.KeyPassword != "" {
		return lang.Because("no-passphrases", "wget")
	}
	if e.Connect == "" {
		return lang.Reason{}
	}
	to, err := netip.ParseAddrPort(e.Connect)
	if err != nil {
		return lang.Plain("wget can't be told an address: " + err.Error())
	}
	host, err := netip.ParseAddr(e.Host)
	leads := err == nil && host == to.Addr() || e.Host == "localhost" && to.Addr().IsLoopback()
	if !leads || int(to.Port()) != e.Port {
		return lang.Because("cannot-resolve", "wget", e.Host, e.Connect)
	}
	return lang.Reason{}
}

// arguments returns a probe's command line, without the variant's own arguments.
func arguments(r clients.Request) []string {
	e := r.Endpoint
	args := []string{
		"--no-config",                      // ignores both the system's and the user's wgetrc
		"--verbose", "--progress=dot:giga", // without --verbose, it does not report read errors
		"--no-proxy", "--no-hsts", "--no-netrc", "--no-cookies",
		"--tries=1", "--max-redirect=0",
		"--timeout=" + strconv.FormatFloat(r.Timeout.Seconds(), 'f', 3, 64),
		"--output-document=" + os.DevNull,
		"--ca-certificate=" + e.CAFile,
		// Without this option, Wget would also use the system's trust store. A file cannot contain any
		// certificates as a directory.
		"--ca-directory=" + e.CAFile,
	}
	if to, err := netip.ParseAddrPort(e.Connect); err == nil {
		// localhost has two addresses, and Wget would try both.
		args = append(args, map[bool]string{true: "--inet4-only", false: "--inet6-only"}[to.Addr().Is4()])
	}
	for _, file := range [...]struct{ option, path string }{
		{"--certificate=", e.CertFile},
		{"--private-key=", e.KeyFile},
		{"--crl-file=", e.CRLFile},
	} {
		if file.path != "" {
			args = append(args, file.option+file.path)
		}
	}
	return append(args, e.URL)
}

// noise matches lines that Wget writes in a run without problems: what it does, that the CA file is not a
// directory, and that TLS 1.3 has no session to save yet.
var noise = regexp.MustCompile(`^(--\d{4}-|Resolving .*\.\.\. |Connecting to .*\.\.\. connected\.$|` +
	`ERROR: Cannot open directory |Loaded (CA certificate|CRL file) |WARNING: Could not save SSL session data )`)

// fleeting matches the time at the beginning of the last line, and what precedes a read error on its line.
var fleeting = regexp.MustCompile(`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d |HTTP request sent, awaiting response\.\.\. )`)

// Exit statuses of Wget.
const (
	parseError = 2 // an option is unknown
)

// read makes a result from Wget's output.
func read(out process.Output) clients.Result {
	if out.Code == 0 {
		return clients.Result{Outcome: clients.Accepted}
	}
	var lines []string
	for line := range strings.Lines(out.Stderr) {
		line = strings.TrimRight(line, "\r\n ")
		if line != "" && !noise.MatchString(line) {
			lines = append(lines, fleeting.ReplaceAllLiteralString(line, ""))
		}
	}
	result := clients.Result{Outcome: clients.Rejected, Message: strings.Join(lines, "\n"),
		Code: strconv.Itoa(out.Code)}
	switch {
	case out.Code < 0:
		result = clients.Result{Outcome: clients.Failed, Message: "wget was killed: " + result.Message}
	case out.Code == parseError:
		result.Outcome = clients.Unsupported
	case result.Message == "":
		result.Message = fmt.Sprintf("wget ended with status %d and said nothing", out.Code)
	}
	return result
}
