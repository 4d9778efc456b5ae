// Package deno is the client stack of Deno: its fetch, its connectTls and its node:https. The client itself is
// probe.js.
//
// Deno verifies with rustls, but does not report the version: 2.9.6 contains rustls 0.23.40, with webpki 0.103.13 and
// aws-lc-rs 1.16.3. Its node:https verifies with them too, but has Node's messages: it reports nearly every error as
// "unable to verify the first certificate", even for an expired certificate. Only the alert, which the server receives,
// gives the reason.
package deno

import (
	"context"
	_ "embed"
	"errors"
	"os"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/mainstream"
)

//go:embed probe.js
var probe string

const (
	name = "deno"
	// insecure is the variant that needs a flag of the program, and therefore another process.
	insecure = "insecure"
)

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// Deno 2.9.6.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:     "default",
		About:    "fetch(URL, {client: Deno.createHttpClient({caCerts: [PEM]})}); it also trusts Deno's own roots",
		Features: append([]string{"alpn", "subject-alternative-name-only"}, verified...),
	},
}, {
	Variant: clients.Variant{
		Name:     insecure,
		About:    "the same with deno run --unsafely-ignore-certificate-errors",
		Skips:    []clients.Check{clients.CheckChain, clients.CheckHost},
		Features: []string{"alpn", "tls-1.3", "forward-secrecy", "dh-policy"},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "Deno.connectTls({unsafelyDisableHostnameVerification: true})",
		Skips:    []clients.Check{clients.CheckHost},
		Features: verified,
	},
	NoLimit: true,
}, {
	Variant: clients.Variant{
		Name:     "node-https",
		About:    "https.request({ca: PEM}) of node:https, as packages from npm use it",
		Features: verified,
	},
}}

// verified are the features of verifying with webpki.
var verified = []string{"ed25519", "chain-sort", "key-policy"}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: name, Oldest: "2.9", Find: mainstream.Find(name, "@deno/*/deno"), Open: open}
}

// command starts Deno with the probe program. Without a cache directory, Deno keeps its caches in memory.
func command(path string, flags ...string) process.Command {
	args := []string{"eval", "--quiet", "--ext=js", "--no-config", "--no-lock", "--no-remote", "--no-npm"}
	args = append(args, flags...)
	return process.Command{
		Path: path,
		Args: append(args, probe),
		Env:  []string{"DENO_DIR=" + os.DevNull, "DENO_NO_PACKAGE_JSON=1", "DENO_NO_UPDATE_CHECK=1"},
	}
}

// open starts Deno. The first probe that needs it starts a second process, which verifies nothing.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	in, err := worker.Open(ctx, name, command(p.Path), variants)
	if err != nil {
		return nil, err
	}
	verifying, end := in.Probe, in.Close
	lax := worker.NewPool(name, command(p.Path, "--unsafely-ignore-certificate-errors"), worker.Copies())
	in.Probe = func(ctx context.Context, variant string, r clients.Request) clients.Result {
		if variant == insecure {
			return lax.Probe(ctx, variant, r)
		}
		return verifying(ctx, variant, r)
	}
	in.Close = func() error { return errors.Join(end(), lax.Close()) }
	return in, nil
}
