// Package chromium is the client stack of Chromium, Chrome and what else is built of Chromium: the
// browser itself, headless, which opens a page.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"runtime"

	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/stack"
)

// variants are the ways of using the stack. Their features are measured by TestFeatures in
// lab/clients, with Chromium 156.
var variants = []stack.Variant{{
	Name:     "default",
	About:    "chromium --headless with FILE in $HOME/.pki/nssdb: certutil -A -t C,, -i FILE",
	Features: []string{},
}, {
	Name:  "insecure",
	About: "chromium --headless --ignore-certificate-errors",
	Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
}}

// Stack declares the stack.
func Stack() stack.Stack {
	return stack.Stack{Name: "chromium", Find: find, Open: open}
}

// program is a browser that is installed.
type program struct {
	path     string
	certutil string // NSS's, which writes what the browser trusts
}

// open asks the program what it is, and starts no browser yet.
func open(ctx context.Context, p stack.Place) (*stack.Install, error) {
	line, err := command.Version(ctx, p.Path, "--version")
	if err != nil {
		return nil, err
	}
	version, err := parseVersion(line)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil, fmt.Errorf("%s trusts the roots of %s, which tlslab leaves alone", p.Path, runtime.GOOS)
	}
	certutil, err := exec.LookPath("certutil")
	if err != nil {
		return nil, errors.New("no certutil on PATH, which has a browser trust the lab's root: apt install libnss3-tools")
	}
	pool := &pool{program: program{p.Path, certutil}}
	return &stack.Install{
		Version:  version,
		Library:  "BoringSSL",
		Path:     p.Path,
		Variants: variants,
		Probe:    pool.probe,
		Close:    pool.close,
	}, nil
}

// versionLine matches what the programs say of themselves:
//
//	Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)
//	Google Chrome 143.0.7499.40
var versionLine = regexp.MustCompile(`^[A-Z][A-Za-z ]* (\d+(?:\.\d+)+)`)

// parseVersion reads what a browser says with --version.
func parseVersion(line string) (string, error) {
	m := versionLine.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("its version line is not Chromium's: %q", line)
	}
	return m[1], nil
}

// resolver returns the rules by which a browser finds the server of an endpoint, and nothing else:
// it is to ask nobody on the network, whatever it takes into its head.
func resolver(host, connect string) string {
	at := "127.0.0.1"
	if dialled, _, err := net.SplitHostPort(connect); err == nil {
		at = dialled
	}
	_ = host
	return "MAP *.test " + at + ", MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE *.invalid"
}
