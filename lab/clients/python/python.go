// Package python is the client stack of Python: urllib over the ssl module, in each
// interpreter of the machine. The client itself is probe.py.
package python

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

//go:embed probe.py
var probe string

// variants are the ways of using the stack. Their features are measured by TestFeatures in lab/clients, with
// CPython 2.7.18 and 3.6 to 3.13 over OpenSSL 3.0.19. probe.py adds features that depend on the interpreter
// ("strict", "ed25519", "key-policy").
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name:     "default",
		About:    "ssl.create_default_context(cafile=FILE)",
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "check_hostname = False, verify_mode = ssl.CERT_NONE",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "check_hostname = False",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
}, {
	Variant: clients.Variant{
		Name: "server-purpose",
		About: "ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), made for servers: a client with it verifies " +
			"nothing up to 3.9, and cannot connect from 3.10 on",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "strict",
		About:    "verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN, the defaults of 3.13",
		Features: []string{scenarios.FeatureStrict, scenarios.FeatureCRL, scenarios.FeatureChainSort},
	},
	Unless: scenarios.FeatureStrict,
}}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "python", Find: find, Open: open}
}

// open starts an interpreter with the probe program.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	return worker.Open(ctx, "python", process.Command{
		Path: p.Path,
		Args: []string{
			"-E", "-s", // ignores PYTHON... variables and the user's packages
			"-S", // no site module: installed packages cannot change the ssl module
			"-B", // writes no compiled files
			"-c", probe,
		},
	}, variants)
}
