// Package npm has the client stacks of HTTP libraries for Node.js: axios, and fetch with undici's Agent. They
// share a probe program, probe.js, and each has its own file beside it.
package npm

import (
	"context"
	"embed"
	"fmt"

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
	//go:embed fetch.js axios.js
	sources embed.FS
	//go:embed package.json
	manifest string
	//go:embed package-lock.json
	lock string
)

// name is the name of the environment that has all of them.
const name = "npm"

// libraries are the packages and the ways of using them. Their features are measured by
// TestFeatures in lab/clients, with the versions of package.json on Node 20.20.2, which brings its
// own OpenSSL.
var libraries = []library{{
	name: "fetch",
	pkg:  "undici",
	variants: []worker.Variant{{
		Variant: clients.Variant{
			Name:  "default",
			About: "fetch(URL, {dispatcher: new Agent({connect: {ca: FILE}})}), with the Agent of the package undici",
			Features: []string{
				scenarios.FeatureCRL, scenarios.FeatureCRLChain, scenarios.FeatureEd25519,
				scenarios.FeatureChainSort, scenarios.FeatureALPN,
			},
		},
	}, {
		Variant: clients.Variant{
			Name:  "insecure",
			About: "new Agent({connect: {rejectUnauthorized: false}})",
			Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
		},
	}, {
		Variant: clients.Variant{
			Name: "extra-ca-certs",
			About: "fetch(URL) in a process that was started with NODE_EXTRA_CA_CERTS=FILE; it also trusts Node's " +
				"own roots",
			Features: []string{scenarios.FeatureEd25519, scenarios.FeatureChainSort, scenarios.FeatureALPN},
		},
	}},
}, {
	name: "axios",
	pkg:  "axios",
	variants: []worker.Variant{{
		Variant: clients.Variant{
			Name:  "default",
			About: "axios.get(URL, {httpsAgent: new https.Agent({ca: FILE})})",
			Features: []string{
				scenarios.FeatureCRL, scenarios.FeatureCRLChain, scenarios.FeatureEd25519,
				scenarios.FeatureChainSort,
			},
		},
	}, {
		Variant: clients.Variant{
			Name:  "insecure",
			About: "new https.Agent({rejectUnauthorized: false})",
			Skips: []clients.Check{clients.CheckChain, clients.CheckHost},
		},
	}},
}}

// Environment returns the stacks' environment.
func Environment() environment.Node {
	return environment.Node{Name: name, Package: manifest, Lock: lock, Oldest: "20.0.0"}
}

// Stacks declares a stack for each library. Its version includes Node's: "1.21.1+node20.20.2".
func Stacks() []clients.Stack {
	var list []clients.Stack
	for _, l := range libraries {
		list = append(list, clients.Stack{Name: l.name, Find: l.find, Open: l.open})
	}
	return list
}

// library is a stack, with the package that it needs and the ways of using it.
type library struct {
	name, pkg string
	variants  []worker.Variant
}

func (l library) find(ctx context.Context) ([]clients.Place, error) {
	program, modules := node.With(ctx, name, l.pkg)
	switch {
	case program == "":
		return nil, lang.Because("not-on-path", "node")
	case modules == "":
		return nil, fmt.Errorf("no node has the package %s: make clients, or npm install --global %[1]s", l.pkg)
	}
	return []clients.Place{{Path: program}}, nil
}

// open starts Node with the probe program, the library's file and the package's directory.
func (l library) open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	source, err := sources.ReadFile(l.name + ".js")
	if err != nil {
		return nil, err
	}
	_, modules := node.With(ctx, name, l.pkg)
	return worker.Open(ctx, l.name, process.Command{Path: p.Path,
		Args: []string{"-e", probe, l.name, string(source), modules}}, l.variants)
}
