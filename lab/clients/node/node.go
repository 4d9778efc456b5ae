// Package node is the client stack of Node.js: its https module. The client itself
// is probe.js.
package node

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

//go:embed probe.js
var probe string

// variants are the ways of using the stack. Their features are measured by
// TestFeatures in lab/clients, with Node 20.20.2, which brings its own OpenSSL.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:  "default",
		About: "https.request({ca: FILE, agent: false})",
		Features: []string{
			scenarios.FeatureCRL, scenarios.FeatureCRLChain, scenarios.FeatureEd25519,
			scenarios.FeatureChainSort,
		},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "https.request({rejectUnauthorized: false})",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "node", Find: clients.OnPath("node"), Open: open}
}

// open starts Node with the probe program.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	return worker.Open(ctx, "node", process.Command{Path: p.Path, Args: []string{"-e", probe}}, variants)
}
