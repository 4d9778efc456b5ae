// Package pyopenssl is the client stack of pyOpenSSL, for each interpreter of the machine that has it. The
// client itself is probe.py.
package pyopenssl

import (
	"context"
	_ "embed"
	"errors"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/python"
	"example.com/tlslab/scenarios"
)

//go:embed probe.py
var probe string

// variants are the ways of using the stack. Their features are measured by
// TestFeatures in lab/clients, with pyOpenSSL 23.0 over OpenSSL 3.0.19 and 26.4 over
// OpenSSL 4.0.
var variants = []worker.Variant{{
	Variant: clients.Variant{
		Name: "default",
		About: "SSL.Context with VERIFY_PEER and load_verify_locations(FILE), then " +
			"service_identity.pyopenssl.verify_hostname",
		Features: features(),
	},
}, {
	Variant: clients.Variant{
		Name:  "insecure",
		About: "SSL.Context with VERIFY_NONE, its default",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	},
}, {
	Variant: clients.Variant{
		Name:     "no-hostname",
		About:    "SSL.Context with VERIFY_PEER and load_verify_locations(FILE): pyOpenSSL checks no names by itself",
		Skips:    []clients.Check{clients.CheckHost},
		Features: features(),
	},
}, {
	Variant: clients.Variant{
		Name: "ocsp",
		About: "as in default, with request_ocsp and a set_ocsp_client_callback that verifies the staple with " +
			"cryptography.x509.ocsp",
		Features: features(scenarios.FeatureStapling, scenarios.FeatureMustStaple),
	},
}}

// features returns what OpenSSL always checks under pyOpenSSL, and the given features.
func features(more ...string) []string {
	return append([]string{scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort}, more...)
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: "pyopenssl", Find: find, Open: open}
}

// find lists the interpreters that have the package OpenSSL.
func find(ctx context.Context) ([]clients.Place, error) {
	places := python.With(ctx, "", "OpenSSL")
	if len(places) == 0 {
		return nil, errors.New("no python has the package OpenSSL: pip install pyOpenSSL service-identity")
	}
	return places, nil
}

// open starts an interpreter with the probe program.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	return worker.Open(ctx, "pyopenssl", process.Command{
		Path: p.Path,
		Args: []string{
			"-E", "-s", // ignores PYTHON... variables and the user's packages
			"-B", // writes no compiled files
			"-c", probe,
		},
	}, variants)
}
