// Package php is the client stack of PHP: its https streams, which use OpenSSL. The client itself is
// probe.php.
package php

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

//go:embed probe.php
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// PHP 8.2.36 and OpenSSL 3.0.22. The program itself reports features that depend on the library. "key-policy"
// is missing, because it depends on the security level that libssl was built with, which PHP does not report.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:     "default",
		About:    "fopen of the URL with the context {ssl: {cafile: FILE}}",
		Features: []string{scenarios.FeatureChainSort},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "{ssl: {verify_peer: false, verify_peer_name: false}}",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "{ssl: {verify_peer_name: false}}",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureChainSort},
	},
}}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "php", Find: clients.OnPath("php"), Open: open}
}

// open starts PHP with the probe program, which reports errors itself.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	args := []string{"-d", "display_errors=stderr", "-d", "log_errors=0", "-d", "html_errors=0", "-d",
		"allow_url_fopen=1", "-r", probe}
	return worker.Open(ctx, "php", process.Command{Path: p.Path, Args: args}, variants)
}
