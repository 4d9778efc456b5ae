// Package mongonode is the client stack of MongoDB's driver for Node.js. The client itself is
// probe.js.
package mongonode

import (
	_ "embed"

	"example.com/tlslab/lab/clients/internal/environment"
)

var (
	//go:embed package.json
	manifest string
	//go:embed package-lock.json
	lock string
)

// name is the stack's, and the environment's.
const name = "mongo-node"

// Environment returns the environment that the stack lives in.
func Environment() environment.Node {
	return environment.Node{Name: name, Package: manifest, Lock: lock, Oldest: "20.19.0"}
}
