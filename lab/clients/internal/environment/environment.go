// Package environment is where the packages are that client stacks need beyond what a machine
// has: environments with exact versions, which the command lab/clients/install (make clients)
// makes and the stacks find by themselves.
package environment

// Variable names the environment variable that says where the environments are. Unset, they are
// in the user's cache directory: see [Home].
const Variable = "TLSLAB_CLIENTS"

// Python declares an environment of Python packages. It is made on the oldest and on the newest
// interpreter of the machine that it supports, as NAME-python3.9 and NAME-python3.13.
type Python struct {
	Name string
	// Requirements lists the packages, each with its exact version and all that they need, as
	// pip reads it.
	Requirements string
	// Oldest is the oldest version of Python that has such packages: "3.9".
	Oldest string
}

// Node declares an environment of Node.js packages: NAME/node_modules.
type Node struct {
	Name string
	// Package and Lock are package.json and package-lock.json.
	Package, Lock string
	// Oldest is the oldest version of Node that the packages work with: "20.19.0".
	Oldest string
}

// Stamp is the file in a finished environment that says what it was made from. A directory
// without one was not made by the lab.
const Stamp = ".tlslab-environment"
