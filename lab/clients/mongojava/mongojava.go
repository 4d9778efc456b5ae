// Package mongojava is the client stack of MongoDB's driver for Java, over the JDK's own TLS, JSSE.
// The client itself is MongoProbe.java.
package mongojava

import (
	_ "embed"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/java"
	"example.com/tlslab/scenarios"
)

var (
	//go:embed MongoProbe.java
	source string
	//go:embed pom.xml
	pom string
	//go:embed sums.txt
	sums string
)

// features are the features of JSSE, which the stack uses. lab.TestMongoCatalogue checked them with version 5.14.0 and
// OpenJDK 17.0.15.
var features = []string{
	scenarios.FeatureCRL, scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureKeyUsage,
}

var program = java.Program{
	Name: "mongo-java", Main: "MongoProbe", Source: source, POM: pom, Sums: sums, Artifact: "mongodb-driver-sync",
	Variants: []clients.Variant{{
		Name:     "default",
		About:    "applyToSslSettings with an SSLContext that trusts FILE",
		Features: features,
	}, {
		Name:  "insecure",
		About: "an X509ExtendedTrustManager that accepts everything, and invalidHostNameAllowed(true)",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}, {
		Name:     "invalidHostNameAllowed",
		About:    "invalidHostNameAllowed(true)",
		Skips:    []clients.Check{clients.CheckHost},
		Features: features,
	}},
}

// Environment returns the stack's environment.
func Environment() environment.Maven { return program.Environment() }

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: program.Name, Service: "mongodb", Find: program.Find, Open: program.Open}
}
