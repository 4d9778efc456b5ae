// Package perl is the client stack of Perl: HTTP::Tiny over IO::Socket::SSL. The client itself is
// probe.pl.
package perl

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

//go:embed probe.pl
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// Perl 5.36.0, IO::Socket::SSL 2.081 and OpenSSL 3.0.22. The program itself reports features that depend on
// the library.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:     "default",
		About:    "HTTP::Tiny->new(verify_SSL => 1, SSL_options => {SSL_ca_file => FILE})",
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "HTTP::Tiny->new(verify_SSL => 0), which is its default before 0.083",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "SSL_options => {SSL_verifycn_scheme => 'none'}",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "perl", Find: clients.OnPath("perl"), Open: open}
}

// open starts Perl with the probe program.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	return worker.Open(ctx, "perl", process.Command{Path: p.Path, Args: []string{"-e", probe}}, variants)
}
