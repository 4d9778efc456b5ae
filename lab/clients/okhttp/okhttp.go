// Package okhttp is the client stack of OkHttp, over the JDK's own TLS, JSSE. The client itself is
// OkHttpProbe.java.
package okhttp

import (
	"context"
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/java"
	"example.com/tlslab/scenarios"
)

var (
	//go:embed OkHttpProbe.java
	source string
	//go:embed pom.xml
	pom string
	//go:embed sums.txt
	sums string
)

// features are what the stack checks, measured by TestFeatures in lab/clients with OkHttp 5.5.1 and
// OpenJDK 17.0.15.
var features = []string{
	scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureKeyUsage,
	scenarios.FeatureSANOnly,
}

var program = java.Program{
	Name: "okhttp", Main: "OkHttpProbe", Source: source, POM: pom, Sums: sums, Artifact: "okhttp-jvm",
	Variants: []clients.Variant{{
		Name:     "default",
		About:    "OkHttpClient with sslSocketFactory of an SSLContext that trusts FILE",
		Features: features,
	}, {
		Name:  "insecure",
		About: "an X509ExtendedTrustManager and a hostnameVerifier that accept everything",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}, {
		Name:     "no-hostname",
		About:    "hostnameVerifier((name, session) -> true)",
		Skips:    []clients.Check{clients.CheckHost},
		Features: features,
	}},
}

// Environment returns the stack's environment.
func Environment() environment.Maven { return program.Environment() }

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: program.Name, Find: program.Find, Open: open}
}

// open does not start the program yet, because Java starts slowly.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	in, err := program.Open(ctx, p)
	if err == nil {
		in.Probe = clients.DialsAddresses(in.Probe)
	}
	return in, err
}
