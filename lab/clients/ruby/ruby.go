// Package ruby is the client stack of Ruby: its net/http over its OpenSSL binding. The client itself is
// probe.rb.
package ruby

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

//go:embed probe.rb
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// Ruby 3.1.2 and OpenSSL 3.0.22. The program itself reports features that depend on the library.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:     "default",
		About:    "Net::HTTP with use_ssl = true and ca_file = FILE",
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "verify_mode = OpenSSL::SSL::VERIFY_NONE",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "verify_hostname = false",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "ruby", Find: clients.OnPath("ruby"), Open: open}
}

// open starts Ruby with the probe program, without the gems that a user has installed: they may be other
// versions of Ruby's own.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	args := []string{"--disable=gems,did_you_mean,rubyopt", "-W0", "-e", probe}
	return worker.Open(ctx, "ruby", process.Command{Path: p.Path, Args: args}, variants)
}
