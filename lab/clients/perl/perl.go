// Package perl is the client stack of Perl: HTTP::Tiny over IO::Socket::SSL. The client itself is
// probe.pl.
package perl

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/stack"
)

//go:embed probe.pl
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in
// lab/clients, with Perl 5.36.0, IO::Socket::SSL 2.081 and OpenSSL 3.0.22; what hangs on the library
// the program says itself.
var variants = []worker.Variant{{
	Variant: stack.Variant{
		Name:     "default",
		About:    "HTTP::Tiny->new(verify_SSL => 1, SSL_options => {SSL_ca_file => FILE})",
		Features: []string{"crl", "chain-sort"},
	},
}, {
	Variant: stack.Variant{
		Name:  "insecure",
		About: "HTTP::Tiny->new(verify_SSL => 0), which is its default before 0.083",
		Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
	},
}, {
	Variant: stack.Variant{
		Name:     "no-hostname",
		About:    "SSL_options => {SSL_verifycn_scheme => 'none'}",
		Skips:    []stack.Check{stack.CheckHost},
		Features: []string{"crl", "chain-sort"},
	},
}}

// Stack declares the stack.
func Stack() stack.Stack {
	return stack.Stack{Name: "perl", Find: stack.OnPath("perl"), Open: open}
}

// open starts Perl with the probe program.
func open(ctx context.Context, p stack.Place) (*stack.Install, error) {
	return worker.Open(ctx, "perl", process.Command{Path: p.Path, Args: []string{"-e", probe}}, variants)
}
