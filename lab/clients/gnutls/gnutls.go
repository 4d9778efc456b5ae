// Package gnutls is the client stack of GnuTLS: its gnutls-cli.
package gnutls

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. Their features are measured by
// TestFeatures and TestRevocation in lab/clients, with GnuTLS 3.7.9.
var variants = []variant{{
	Variant: clients.Variant{
		Name:  "default",
		About: "gnutls-cli --x509cafile=FILE --verify-hostname=NAME",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
			scenarios.FeatureKeyUsage, scenarios.FeatureStapling, scenarios.FeatureMustStaple,
		},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "gnutls-cli --insecure",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
	args: []string{"--insecure"},
}}

// variant is a variant with its arguments.
type variant struct {
	clients.Variant
	args []string
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "gnutls-cli", Find: clients.OnPath("gnutls-cli"), Open: open}
}

// open asks the program for its version.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	line, err := command.Version(ctx, p.Path, "--version")
	if err != nil {
		return nil, err
	}
	version, err := parseVersion(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	in := &clients.Install{Version: version, Library: "GnuTLS " + version, Path: p.Path}
	args := make(map[string][]string)
	for _, v := range variants {
		in.Variants = append(in.Variants, v.Variant)
		args[v.Name] = v.args
	}
	in.Probe = func(ctx context.Context, variant string, r clients.Request) clients.Result {
		c := process.Command{
			Path:  p.Path,
			Args:  append(args[variant][:len(args[variant]):len(args[variant])], arguments(r)...),
			Env:   []string{pinVariable + "=" + r.Endpoint.KeyPassword},
			Stdin: "GET / HTTP/1.1\r\nHost: " + r.Endpoint.Host + "\r\nConnection: close\r\n\r\n",
			Hold:  true,
		}
		// gnutls-cli has no time limit, so the harness's is the client's.
		return command.Probe(ctx, c, r.Timeout, read)
	}
	return in, nil
}

// parseVersion parses the first line of gnutls-cli --version:
//
//	gnutls-cli 3.7.9
func parseVersion(line string) (string, error) {
	fields := strings.Fields(line)
	if len(fields) != 2 || fields[0] != "gnutls-cli" {
		return "", fmt.Errorf("its version line is not gnutls-cli's: %q", line)
	}
	return fields[1], nil
}

// pinVariable holds the key's passphrase in the program's environment, where other users cannot see it. It is
// always set, because gnutls-cli would otherwise ask for it.
const pinVariable = "GNUTLS_PIN"

// arguments returns a probe's command line, without the variant's own arguments.
func arguments(r clients.Request) []string {
	e := r.Endpoint
	host, port := e.Host, strconv.Itoa(e.Port)
	if e.Connect != "" {
		host, port, _ = net.SplitHostPort(e.Connect)
	}
	args := []string{
		"--x509cafile=" + e.CAFile, // replaces the system's trust store: measured with 3.7.9
		"--verify-hostname=" + e.Host,
		"--port=" + port,
	}
	if _, err := netip.ParseAddr(e.Host); err == nil {
		args = append(args, "--disable-sni")
	} else {
		args = append(args, "--sni-hostname="+e.Host)
	}
	if e.CertFile != "" {
		args = append(args, "--x509certfile="+e.CertFile)
	}
	if e.KeyFile != "" {
		args = append(args, "--x509keyfile="+e.KeyFile)
	}
	if e.CRLFile != "" {
		args = append(args, "--x509crlfile="+e.CRLFile)
	}
	return append(args, host)
}

// read makes a result from gnutls-cli's output: first its log, then what the server sends. Whether it
// accepted is visible from the response.
func read(out process.Output) clients.Result {
	log, answer, _ := strings.Cut(out.Stdout, "- Simple Client Mode:\n\n")
	status, err := response(answer)
	if err == nil && status == http.StatusOK {
		return clients.Result{Outcome: clients.Accepted}
	}
	result := clients.Result{Outcome: clients.Rejected, Message: reason(log, out.Stderr)}
	switch {
	case out.Code < 0:
		result = clients.Result{Outcome: clients.Failed, Message: "gnutls-cli was killed: " + result.Message}
	case strings.Contains(out.Stderr, ": illegal option"), strings.Contains(out.Stderr, ": unrecognized option"):
		result.Outcome = clients.Unsupported
	case result.Message != "":
	case err == nil:
		result.Message = fmt.Sprintf("HTTP status %d", status)
	case out.Code == 0:
		result.Message = "no whole HTTP answer: " + err.Error()
	default:
		result.Message = fmt.Sprintf("gnutls-cli ended with status %d and said nothing", out.Code)
	}
	return result
}

// closed is what gnutls-cli writes after the end of the server's data.
const closed = "- Peer has closed the GnuTLS connection\n"

// response parses the server's response and returns its status.
func response(answer string) (int, error) {
	resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(strings.TrimSuffix(answer, closed))), nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// reason returns the lines that say why gnutls-cli gave up: the certificate's status, and lines marked with
// asterisks. The first cause comes first.
func reason(log, stderr string) string {
	var lines []string
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "- Status: ") && !strings.Contains(line, "is trusted") ||
			strings.HasPrefix(line, "*** ") {
			lines = append(lines, strings.TrimPrefix(line, "- "))
		}
	}
	for line := range strings.Lines(stderr) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
