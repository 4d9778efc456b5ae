// Package mongonode is the client stack of MongoDB's driver for Node.js. The client itself is
// probe.js.
package mongonode

import (
	"context"
	_ "embed"
	"errors"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/node"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
)

var (
	//go:embed probe.js
	probe string
	//go:embed package.json
	manifest string
	//go:embed package-lock.json
	lock string
)

// name is the name of the stack and of its environment.
const name = "mongo-node"

// variants are the ways of using the driver, named after its options. Their features are measured
// by TestFeatures and TestRevocation in lab/clients, with version 7.9.0 and Node 20.20.2.
var variants = []worker.Variant{
	{Variant: clients.Variant{
		Name:     "default",
		About:    "new MongoClient(URI, {tlsCAFile: FILE})",
		Features: []string{scenarios.FeatureEd25519, scenarios.FeatureChainSort},
	}},
	{Variant: clients.Variant{
		Name:  "tlsInsecure",
		About: "{tlsInsecure: true}",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}},
	{Variant: clients.Variant{
		// With this option, Node also ignores the result of its own host name check.
		Name:  "tlsAllowInvalidCertificates",
		About: "{tlsAllowInvalidCertificates: true}",
		Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
	}},
	{Variant: clients.Variant{
		Name:     "tlsAllowInvalidHostnames",
		About:    "{tlsAllowInvalidHostnames: true}",
		Skips:    []clients.Check{clients.CheckHost},
		Features: []string{scenarios.FeatureEd25519, scenarios.FeatureChainSort},
	}},
	{Variant: clients.Variant{
		Name:  "tlsCRLFile",
		About: "{tlsCRLFile: FILE}, of the CRLs that the scenario gives",
		Features: []string{
			scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureCRL,
			scenarios.FeatureCRLChain,
		},
		Demands: []string{scenarios.SuppliesCRL}, // the option wants a file
	}},
}

// Environment returns the stack's environment.
func Environment() environment.Node {
	return environment.Node{Name: name, Package: manifest, Lock: lock, Oldest: "20.19.0"}
}

// Stack declares the stack.
func Stack() clients.Stack {
	return clients.Stack{Name: name, Service: "mongodb", Find: find, Open: open}
}

func find(ctx context.Context) ([]clients.Place, error) {
	program, modules := node.With(ctx, name, "mongodb")
	switch {
	case program == "":
		return nil, lang.Because("not-on-path", "node")
	case modules == "":
		return nil, errors.New("no node has the package mongodb: make clients, or npm install --global mongodb")
	}
	return []clients.Place{{Path: program}}, nil
}

// open starts Node with the probe program and the package's directory.
func open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	_, modules := node.With(ctx, name, "mongodb")
	return worker.Open(ctx, name, process.Command{Path: p.Path, Args: []string{"-e", probe, modules}}, variants)
}
