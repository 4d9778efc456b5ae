// Package node is the client stack of Node.js: its https module. The client itself
// is probe.js.
package node

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/stack"
)

//go:embed probe.js
var probe string

// variants are the ways of using the stack. Their features are measured by
// TestFeatures in lab/clients, with Node 20.20.2, which brings its own OpenSSL.
var variants = []worker.Variant{{
	Variant: stack.Variant{
		Name:     "default",
		About:    "https.request({ca: FILE, agent: false})",
		Features: []string{"crl", "crl-chain", "ed25519", "chain-sort"},
	},
}, {
	Variant: stack.Variant{
		Name:  "insecure",
		About: "https.request({rejectUnauthorized: false})",
		Skips: []stack.Check{stack.CheckChain, stack.CheckHost},
	},
}}

// Stack declares the stack.
func Stack() stack.Stack {
	return stack.Stack{Name: "node", Find: stack.OnPath("node"), Open: open}
}

// open starts Node with the probe program.
func open(ctx context.Context, p stack.Place) (*stack.Install, error) {
	return worker.Open(ctx, "node", process.Command{Path: p.Path, Args: []string{"-e", probe}}, variants)
}
