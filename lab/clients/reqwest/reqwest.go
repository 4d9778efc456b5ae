// Package reqwest is the client stack of reqwest, Rust's HTTP client, in two kinds: over rustls, and over
// native-tls, which uses the system's TLS library. The client itself is probe/src/main.rs.
package reqwest

import (
	"context"
	_ "embed"
	"os"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/scenarios"
)

var (
	//go:embed probe/src/main.rs
	source string
	//go:embed probe/Cargo.toml
	manifest string
	//go:embed probe/Cargo.lock
	lock string
)

const (
	program = "tlslab-reqwest" // the name of the environment and of the program

	overRustls = "reqwest-rustls"
	overNative = "reqwest-native-tls"
)

// variants are the ways of using reqwest over rustls. Their features are measured by TestFeatures
// in lab/clients, with reqwest 0.13.5 and rustls 0.23.46.
var variants = []worker.Variant{
	variant("default", "Client::builder().tls_backend_rustls().tls_certs_only(FILE)", slices.Concat(rustls, []string{
		scenarios.FeatureCRL, scenarios.FeatureCRLChain,
	})),
	variant("insecure", "tls_danger_accept_invalid_certs(true)", handshake, clients.CheckChain, clients.CheckHost),
	// Without the name check, another verifier is used, which does not support CRLs.
	variant("no-hostname", "tls_danger_accept_invalid_hostnames(true)", rustls, clients.CheckHost),
}

// variantsNative are the ways of using reqwest over native-tls, measured with OpenSSL 3.0.22. The program
// itself reports features that depend on the library.
var variantsNative = []worker.Variant{
	variant("default", "Client::builder().tls_backend_native().tls_certs_only(FILE)", nil),
	variant("insecure", "tls_danger_accept_invalid_certs(true)", nil, clients.CheckChain, clients.CheckHost),
	variant("no-hostname", "tls_danger_accept_invalid_hostnames(true)", nil, clients.CheckHost),
}

// handshake are the features of rustls that do not depend on verification; lab.TestCatalogue checks them. rustls has
// neither TLS_RSA_* suites nor finite-field Diffie-Hellman.
var handshake = []string{
	scenarios.FeatureALPN, scenarios.FeatureTLS13, scenarios.FeatureForwardSecrecy, scenarios.FeatureDHPolicy,
}

// rustls are the features of rustls.
var rustls = slices.Concat(handshake, []string{
	scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureSANOnly, scenarios.FeatureKeyPolicy,
})

func variant(name, about string, features []string, skips ...clients.Check) worker.Variant {
	return worker.Variant{Variant: clients.Variant{Name: name, About: about, Features: features, Skips: skips}}
}

// noSystemRoots makes OpenSSL use an empty file and directory of trust anchors. native-tls reads the system's
// for each client that it makes, which takes longer than everything else, and then replaces them.
var noSystemRoots = []string{"SSL_CERT_FILE=" + os.DevNull, "SSL_CERT_DIR=" + os.DevNull}

// Environment returns the environment of both stacks.
func Environment() environment.Cargo {
	return environment.Cargo{
		Name:      program,
		Files:     map[string]string{"Cargo.toml": manifest, "Cargo.lock": lock, "src/main.rs": source},
		Oldest:    "1.85",
		Libraries: []string{"openssl"},
		Packages:  "pkg-config libssl-dev",
	}
}

// Stack declares reqwest over rustls.
func Stack() clients.Stack {
	return clients.Stack{Name: overRustls, Find: find, Open: open(overRustls, variants)}
}

// NativeStack declares reqwest over native-tls.
func NativeStack() clients.Stack {
	return clients.Stack{Name: overNative, Find: find, Open: open(overNative, variantsNative)}
}

func find(context.Context) ([]clients.Place, error) {
	dir, err := Environment().Find()
	if err != nil {
		return nil, err
	}
	return []clients.Place{{Path: environment.Program(dir, program)}}, nil
}

// open starts the program and tells it which of the two to be.
func open(name string, variants []worker.Variant) func(context.Context, clients.Place) (*clients.Install, error) {
	return func(ctx context.Context, p clients.Place) (*clients.Install, error) {
		in, err := worker.Open(ctx, name, process.Command{Path: p.Path, Args: []string{name}, Env: noSystemRoots},
			variants)
		if err == nil {
			in.Probe = clients.DialsAddresses(in.Probe)
		}
		return in, err
	}
}
