// Package curl is the client stack of the curl command.
package curl

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// curl 7.88.1 over OpenSSL 3.0.19. "key-policy" is missing, because it depends on the security level that
// libssl was built with, which curl does not report.
var variants = []variant{{
	Variant: clients.Variant{
		Name:  "default",
		About: "curl --cacert FILE",
		Features: append([]string{
			scenarios.FeatureCRL, scenarios.FeatureCRLChain, scenarios.FeatureEd25519,
			scenarios.FeatureChainSort,
		}, handshake...),
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "curl --insecure",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},

		Features: handshake,
	},
	args: []string{"--insecure"},
}, {
	// It refuses every server that does not staple.
	Variant: clients.Variant{
		Name:  "cert-status",
		About: "curl --cacert FILE --cert-status",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureCRLChain, scenarios.FeatureEd25519,
			scenarios.FeatureChainSort, scenarios.FeatureStapling, scenarios.FeatureMustStaple,
		},
		Demands: []string{scenarios.SuppliesStaple},
	},
	args: []string{"--cert-status"},
}}

// handshake are the features that do not depend on verification; lab.TestCatalogue checks them.
var handshake = []string{scenarios.FeatureALPN, scenarios.FeatureRenegotiation, scenarios.FeatureTLS13}

// variant is a variant with its arguments.
type variant struct {
	clients.Variant
	args []string
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "curl", Find: clients.OnPath("curl"), Open: open}
}

// open asks the program for its version.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	line, err := command.Version(ctx, p.Path, "--disable", "--version")
	if err != nil {
		return nil, err
	}
	version, library, err := parseVersion(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	in := &clients.Install{Version: version, Library: library, Path: p.Path}
	args := make(map[string][]string)
	for _, v := range variants {
		v.Features = command.Features(library, v.Features)
		in.Variants = append(in.Variants, v.Variant)
		args[v.Name] = v.args
	}
	in.Probe = func(ctx context.Context, variant string, r clients.Request) clients.Result {
		c := process.Command{Path: p.Path, Args: append(arguments(r, library), args[variant]...), Stdin: config(r)}
		return command.Probe(ctx, c, r.Timeout+command.Grace, read)
	}
	return in, nil
}

// tlsLibrary finds the TLS library among the libraries in a version line. Those in parentheses are built in
// but not in use.
var tlsLibrary = regexp.MustCompile(` (OpenSSL|quictls|LibreSSL|BoringSSL|AWS-LC|GnuTLS|mbedTLS|wolfSSL|` +
	`rustls-ffi|NSS|Schannel|SecureTransport|BearSSL)(?:/(\S+))?`)

// parseVersion parses the first line of curl --version:
//
//	curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13
func parseVersion(line string) (version, library string, err error) {
	fields := strings.Fields(line)
	if len(fields) < 2 || fields[0] != "curl" {
		return "", "", fmt.Errorf("its version line is not curl's: %q", line)
	}
	m := tlsLibrary.FindStringSubmatch(line)
	if m == nil {
		return "", "", fmt.Errorf("curl %s has no known TLS library: %q", fields[1], line)
	}
	return fields[1], strings.TrimSpace(m[1] + " " + m[2]), nil
}

// arguments returns a probe's command line, without the variant's own arguments.
func arguments(r clients.Request, library string) []string {
	e := r.Endpoint
	args := []string{
		"--disable", // ignores ~/.curlrc; must be first
		"--silent", "--show-error",
		"--config", "-", // the passphrase: see config
		"--noproxy", "*",
		"--proto", "=https",
		"--http1.1",
		"--no-sessionid",
		"--header", "Connection: close",
		"--max-time", strconv.FormatFloat(r.Timeout.Seconds(), 'f', 3, 64),
		"--output", os.DevNull,
		"--write-out", "%{http_code}",
		"--cacert", e.CAFile,
	}
	if host, port, err := net.SplitHostPort(e.Connect); err == nil {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		args = append(args, "--connect-to", "::"+host+":"+port) // whatever the URL says
	}
	if openSSL.MatchString(library) {
		// A curl that was built with a default directory of trust anchors, such as Debian's, would use it in
		// addition to the CA file. A file cannot contain any.
		args = append(args, "--capath", e.CAFile)
	}
	for _, file := range [...]struct{ option, path string }{
		{"--cert", e.CertFile},
		{"--key", e.KeyFile},
		{"--crlfile", e.CRLFile},
	} {
		if file.path != "" {
			args = append(args, file.option, file.path)
		}
	}
	return append(args, "--url", e.URL)
}

// openSSL matches the libraries that look up trust anchors in a directory like OpenSSL.
var openSSL = regexp.MustCompile(`^(OpenSSL|quictls|LibreSSL|BoringSSL|AWS-LC) `)

// noPassphrase is the passphrase for keys that have none. Without a passphrase, libssl would ask for it, and newer
// versions of curl (8.14) refuse an empty one.
const noPassphrase = "none"

// config returns the settings that curl reads from standard input, where other users cannot see them as they
// could on the command line.
func config(r clients.Request) string {
	if r.Endpoint.KeyFile == "" {
		return ""
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
	return `pass = "` + escape.Replace(cmp.Or(r.Endpoint.KeyPassword, noPassphrase)) + "\"\n"
}

// Exit statuses of curl which mean that it cannot do what it is asked to do.
const (
	failedInit = 2 // also for options that are unknown or that its libcurl does not support
	notBuiltIn = 4
)

// read makes a result from curl's output.
func read(out process.Output) clients.Result {
	status := strings.TrimSpace(out.Stdout)
	if out.Code == 0 {
		if status == "200" {
			return clients.Result{Outcome: clients.Accepted}
		}
		return clients.Result{Outcome: clients.Rejected, Message: "HTTP status " + status}
	}
	// After this comes a pointer to curl's documentation, with every exit status 60.
	message, _, _ := strings.Cut(out.Stderr, "\nMore details here:")
	if strings.TrimSpace(message) == "" {
		message = fmt.Sprintf("curl: (%d) no message", out.Code)
	}
	result := clients.Result{Outcome: clients.Rejected, Message: message, Code: strconv.Itoa(out.Code)}
	switch {
	case out.Code < 0:
		result = clients.Result{Outcome: clients.Failed, Message: "curl was killed: " + message}
	case out.Code == failedInit, out.Code == notBuiltIn:
		result.Outcome = clients.Unsupported
	}
	return result
}
