// Package environment finds the packages that client stacks need beyond what a machine usually has. They are
// in environments with exact versions, which the command lab/clients/install (make clients) makes.
package environment

// Variable is the environment variable with the directory of the environments. If unset, they are in the
// user's cache directory: see [Home].
const Variable = "TLSLAB_CLIENTS"

// Python declares an environment of Python packages. It is made for the oldest and the newest supported
// interpreter of the machine, as NAME-python3.9 and NAME-python3.13.
type Python struct {
	Name string
	// Requirements lists the packages and all their dependencies with exact versions, in pip's format.
	Requirements string
	// Oldest is the oldest version of Python that supports the packages: "3.9".
	Oldest string
}

// Node declares an environment of Node.js packages: NAME/node_modules.
type Node struct {
	Name string
	// Package and Lock are the contents of package.json and package-lock.json.
	Package, Lock string
	// Oldest is the oldest version of Node that supports the packages: "20.19.0".
	Oldest string
}

// Stamp is the file in a finished environment that records what it was made from. A directory without it was
// not made by the lab.
const Stamp = ".tlslab-environment"
