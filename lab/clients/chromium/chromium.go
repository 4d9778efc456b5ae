// Package chromium is the client stack of Chromium, Chrome and other browsers built from Chromium: the
// browser itself, headless, opens a page.
package chromium

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"runtime"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/scenarios"
)

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// Chromium 156. "stapling" is missing, because Chromium only respects a staple that is correctly signed and
// says revoked, and ignores all others.
var variants = []clients.Variant{{
	Name:  "default",
	About: "chromium --headless with FILE in $HOME/.pki/nssdb: certutil -A -t C,, -i FILE",
	Features: append([]string{
		scenarios.FeatureChainSort, scenarios.FeatureKeyUsage, scenarios.FeatureSANOnly,
	}, handshake...),
}, {
	Name:     "insecure",
	About:    "chromium --headless --ignore-certificate-errors",
	Skips:    []clients.Check{clients.CheckChain, clients.CheckHost},
	Features: handshake,
}}

// handshake lists the features that have nothing to do with what is verified.
var handshake = []string{
	scenarios.FeatureTLS13, scenarios.FeaturePostQuantum, scenarios.FeatureALPN, scenarios.FeatureDHPolicy,
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{
		Name: "chromium",
		Slow: "a browser takes half as long as all other clients together: use --client chromium",
		Find: find,
		Open: open,
	}
}

// program is an installed browser.
type program struct {
	path string
	tools
}

// open asks the program for its version. It does not start a browser yet.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	line, err := command.Version(ctx, p.Path, "--version")
	if err != nil {
		return nil, err
	}
	version, err := parseVersion(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil, fmt.Errorf("%s uses the trust store of %s, which tlslab never changes", p.Path, runtime.GOOS)
	}
	tools, err := findTools()
	if err != nil {
		return nil, err
	}
	pool := &pool{program: program{p.Path, tools}}
	return &clients.Install{
		Version:  version,
		Library:  "BoringSSL",
		Path:     p.Path,
		Variants: variants,
		Probe:    pool.probe,
		Close:    pool.close,
	}, nil
}

// oldest is the first major version that is sure to have hidden tabs, which came in the spring of 2025.
const oldest = "140"

// versionLine matches the output of --version:
//
//	Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)
//	Google Chrome 143.0.7499.40
var versionLine = regexp.MustCompile(`^[A-Z][A-Za-z ]* (\d+(?:\.\d+)+)(.*)`)

// parseVersion parses the output of a browser's --version. The error says why the browser cannot be used.
func parseVersion(line string) (string, error) {
	m := versionLine.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("its version line is not Chromium's: %q", line)
	}
	if version.Older(m[1], oldest) {
		return "", fmt.Errorf("%s has no hidden tabs: %s or later is needed", m[1], oldest)
	}
	if strings.HasSuffix(m[2], " snap") {
		return "", fmt.Errorf("%s is a snap, which sees no temporary files, and so not the profile that it is to use",
			m[1])
	}
	return m[1], nil
}

// resolver returns the rules with which a browser finds only the server of an endpoint
// (--host-resolver-rules). So it can contact nothing else on the network, whatever it tries. Names below
// .test lead to the endpoint's address, because they are reserved (RFC 6761, section 6.2); this way one
// browser works for all of them. A host that must be looked up is excluded.
func resolver(host, connect string) string {
	at, _, err := net.SplitHostPort(connect)
	if err != nil {
		return "MAP * ~NOTFOUND, EXCLUDE " + host
	}
	rules := "MAP *.test " + at + ", MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE " + at
	if host != "localhost" && host != at && !strings.HasSuffix(host, ".test") {
		if strings.Contains(host, ":") {
			// A colon would start a port, and brackets may be present or missing. A question mark matches any
			// character or none.
			host = "?" + strings.ReplaceAll(host, ":", "?") + "?"
		}
		rules = "MAP " + host + " " + at + ", " + rules
	}
	return rules
}
