// Package mainstream has the environments of programs that the matrix has no stack for, and tests the control
// with them: the scenario good must be accepted by every mainstream TLS library, and expired be refused for
// what it is.
//
// They are curl_cffi and Bun (BoringSSL), python-mbedtls (mbedTLS 2.28) and Deno (rustls), which make clients
// installs, and what a system's packages have: Erlang's httpc, and tstclnt of NSS.
package mainstream

import (
	_ "embed"

	"example.com/tlslab/lab/clients/internal/environment"
)

var (
	//go:embed requirements.txt
	requirements string
	//go:embed package.json
	manifest string
	//go:embed package-lock.json
	lock string
)

// The names of the environments.
const (
	pythonName = "mainstream"
	nodeName   = "mainstream-npm"
)

// Python returns the environment of the packages for Python.
func Python() environment.Python {
	return environment.Python{Name: pythonName, Requirements: requirements, Oldest: "3.10"}
}

// Node returns the environment of what npm has. Nothing of it runs on Node.
func Node() environment.Node {
	return environment.Node{Name: nodeName, Package: manifest, Lock: lock, Oldest: "20.0.0"}
}
