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

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// OpenSSL 3.0.19. "key-policy" is missing, because it depends on the security level that libssl was built
// with, which openssl does not report.
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
	// OpenSSL has these features if they are turned on.
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

// variant is a variant, with whether it verifies the name and its other arguments.
type variant struct {
	clients.Variant
	host  bool
	flags []string
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "openssl", Find: clients.OnPath("openssl"), Open: open}
}

// open asks the program for its version.
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
		// s_client has no time limit, so the harness's is the client's.
		return command.Probe(ctx, c, r.Timeout, read)
	}
	return in, nil
}

// parseVersion parses the output of openssl version:
//
//	OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.20 7 Apr 2026)
//	LibreSSL 3.3.6
//
// The program and the library that it uses can have different versions.
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

// passwordVariable holds the key's passphrase in the program's environment, where other users cannot see it.
const passwordVariable = "TLSLAB_KEY_PASSWORD"

// arguments returns a probe's command line.
func arguments(r clients.Request, v variant) []string {
	e := r.Endpoint
	args := []string{
		"s_client",
		"-quiet", // no session details on stdout; reads the response after its input has ended
		"-connect", cmp.Or(e.Connect, net.JoinHostPort(e.Host, strconv.Itoa(e.Port))),
		"-CAfile", e.CAFile, // replaces the system's trust store: measured with 3.0.19
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
		args = append(args, "-cert", e.CertFile, "-cert_chain", e.CertFile) // -cert reads only the first certificate
	}
	if e.KeyFile != "" {
		// Always given, because s_client would otherwise ask for it.
		args = append(args, "-key", e.KeyFile, "-pass", "env:"+passwordVariable)
	}
	if e.CRLFile != "" {
		args = append(args, "-CRL", e.CRLFile, "-crl_check")
	}
	return append(args, v.flags...)
}

// read makes a result from s_client's output. Whether it accepted is visible from the response; the exit
// status says only how the connection ended.
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
		// The option is missing in LibreSSL or an old version.
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

// response parses the server's response and returns its status.
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
	// noise matches stderr lines of s_client that do not report a problem: about a chain that is good so far,
	// or that no server name was sent.
	noise = regexp.MustCompile(`^(depth=\d|verify return:1$|Can't use SSL_get_servername$|Connecting to )`)
	// thread matches the thread number at the beginning of every line of OpenSSL's error queue. It changes
	// with each run.
	thread = regexp.MustCompile(`^[0-9A-F]+:error:`)
	// verifyError and libError match the error numbers.
	verifyError = regexp.MustCompile(`(?m)^verify error:num=(\d+):`)
	libError    = regexp.MustCompile(`(?m):error:([0-9A-F]{8}):`)
)

// reason returns the lines that say why s_client gave up. The first cause comes first.
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

// code returns a short code for the reason: the number of the verification error ("10", see X509_V_ERR_...)
// or of the library's first error ("0A000410").
func code(stderr string) string {
	if m := verifyError.FindStringSubmatch(stderr); m != nil {
		return m[1]
	}
	if m := libError.FindStringSubmatch(stderr); m != nil {
		return m[1]
	}
	return ""
}
