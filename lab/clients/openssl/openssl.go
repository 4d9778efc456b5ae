// Package openssl is the client stack of the openssl command: its s_client.
package openssl

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. Their features are measured by
// TestFeatures in lab/clients, with OpenSSL 3.0.19. There is no "key-policy": it
// hangs on the security level that libssl was built with, and openssl does not tell
// it.
var variants = []variant{{
	Variant: clients.Variant{
		Name:  "default",
		About: "openssl s_client -verify_return_error -CAfile FILE -verify_hostname NAME (or -verify_ip ADDRESS)",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
			scenarios.FeatureRenegotiation, scenarios.FeatureTLS13,
		},
	},
	host: true,
}, {
	// What OpenSSL can see if it is told to look.
	Variant: clients.Variant{
		Name:  "strict",
		About: "openssl s_client as in default, with -x509_strict and -auth_level 2",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
			scenarios.FeatureRenegotiation, scenarios.FeatureTLS13, scenarios.FeatureStrict,
			scenarios.FeatureKeyPolicy,
		},
	},
	host:  true,
	flags: []string{"-x509_strict", "-auth_level", "2"},
}, {
	Variant: clients.Variant{
		Name:  "no-hostname",
		About: "openssl s_client -verify_return_error -CAfile FILE: it checks no name unless it is told to",
		Skips: []clients.Check{clients.CheckHost},
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
			scenarios.FeatureRenegotiation, scenarios.FeatureTLS13,
		},
	},
}}

// variant is a variant, whether it verifies the name, and what else it is told.
type variant struct {
	clients.Variant
	host  bool
	flags []string
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "openssl", Find: clients.OnPath("openssl"), Open: open}
}

// open asks the program what it is.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	line, err := command.Version(ctx, p.Path, "version")
	if err != nil {
		return nil, err
	}
	version, library, err := parseVersion(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	in := &clients.Install{Version: version, Library: library, Path: p.Path}
	named := make(map[string]variant)
	for _, v := range variants {
		v.Features = command.Features(library, v.Features)
		in.Variants = append(in.Variants, v.Variant)
		named[v.Name] = v
	}
	in.Probe = func(ctx context.Context, variant string, r clients.Request) clients.Result {
		c := process.Command{
			Path:  p.Path,
			Args:  arguments(r, named[variant]),
			Env:   []string{passwordVariable + "=" + r.Endpoint.KeyPassword},
			Stdin: "GET / HTTP/1.1\r\nHost: " + r.Endpoint.Host + "\r\nConnection: close\r\n\r\n",
		}
		// s_client has no time limit of its own: the harness's is the client's.
		return command.Probe(ctx, c, r.Timeout, read)
	}
	return in, nil
}

// parseVersion reads what openssl version writes:
//
//	OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.20 7 Apr 2026)
//	LibreSSL 3.3.6
//
// The program and the library that it found can be of different versions.
func parseVersion(line string) (version, library string, err error) {
	program := strings.Fields(line)
	if len(program) < 2 {
		return "", "", fmt.Errorf("its version line is not openssl's: %q", line)
	}
	library = program[0] + " " + program[1]
	if _, after, found := strings.Cut(line, "(Library: "); found {
		if fields := strings.Fields(after); len(fields) >= 2 {
			library = fields[0] + " " + fields[1]
		}
	}
	return program[1], library, nil
}

// passwordVariable holds the key's passphrase in the program's environment, where
// other users can't see it.
const passwordVariable = "TLSLAB_KEY_PASSWORD"

// arguments returns the command line of a probe.
func arguments(r clients.Request, v variant) []string {
	e := r.Endpoint
	args := []string{
		"s_client",
		"-quiet", // no session on stdout; reads the answer though its input has ended
		"-connect", cmp.Or(e.Connect, net.JoinHostPort(e.Host, strconv.Itoa(e.Port))),
		"-CAfile", e.CAFile, // in place of the system's, and not besides: measured with 3.0.19
		"-verify_return_error",
	}
	_, err := netip.ParseAddr(e.Host)
	isName := err != nil
	if isName {
		args = append(args, "-servername", e.Host)
	}
	switch {
	case v.host && isName:
		args = append(args, "-verify_hostname", e.Host)
	case v.host:
		args = append(args, "-verify_ip", e.Host)
	}
	if e.CertFile != "" {
		args = append(args, "-cert", e.CertFile, "-cert_chain", e.CertFile) // -cert takes the first alone
	}
	if e.KeyFile != "" {
		// Given always, as s_client would ask for it.
		args = append(args, "-key", e.KeyFile, "-pass", "env:"+passwordVariable)
	}
	if e.CRLFile != "" {
		args = append(args, "-CRL", e.CRLFile, "-crl_check")
	}
	return append(args, v.flags...)
}

// read makes a result of what s_client wrote. Whether it accepted is to be seen
// from the answer that it got: its exit status tells only how the connection
// ended.
func read(out process.Output) clients.Result {
	status, err := response(out.Stdout)
	if err == nil && status == http.StatusOK {
		return clients.Result{Outcome: clients.Accepted}
	}
	result := clients.Result{Outcome: clients.Rejected, Message: reason(out.Stderr), Code: code(out.Stderr)}
	switch {
	case out.Code < 0:
		result = clients.Result{Outcome: clients.Failed, Message: "openssl s_client was killed: " + result.Message}
	case unknownOption.MatchString(out.Stderr):
		// LibreSSL's, or an old one's.
		result.Outcome = clients.Unsupported
	case result.Message != "":
	case err == nil:
		result.Message = fmt.Sprintf("HTTP status %d", status)
	case out.Code == 0:
		result.Message = "no whole HTTP answer: " + err.Error()
	default:
		result.Message = fmt.Sprintf("openssl s_client ended with status %d and said nothing", out.Code)
	}
	return result
}

// response reads the server's answer and returns its status.
func response(stdout string) (int, error) {
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(stdout)), nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

var (
	unknownOption = regexp.MustCompile(`(?i)unknown option`)
	// noise matches what s_client writes to stderr of a chain that is good so far,
	// and that it sent no server name.
	noise = regexp.MustCompile(`^(depth=\d|verify return:1$|Can't use SSL_get_servername$|Connecting to )`)
	// thread matches the number of the thread that every line of OpenSSL's error
	// queue begins with. It is another one in each run.
	thread = regexp.MustCompile(`^[0-9A-F]+:error:`)
	// verifyError and libError match the numbers of the reason.
	verifyError = regexp.MustCompile(`(?m)^verify error:num=(\d+):`)
	libError    = regexp.MustCompile(`(?m):error:([0-9A-F]{8}):`)
)

// reason returns the lines that say why s_client gave up. It writes the first
// cause first.
func reason(stderr string) string {
	var lines []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n ")
		if line != "" && !noise.MatchString(line) {
			lines = append(lines, thread.ReplaceAllLiteralString(line, "error:"))
		}
	}
	return strings.Join(lines, "\n")
}

// code returns the short name of the reason: the number of the verification error
// ("10") as X509_V_ERR_... has it, or of the first error of the library
// ("0A000410").
func code(stderr string) string {
	if m := verifyError.FindStringSubmatch(stderr); m != nil {
		return m[1]
	}
	if m := libError.FindStringSubmatch(stderr); m != nil {
		return m[1]
	}
	return ""
}
