// Package mainstream declares the environments of further programs, and tests the control with them: every mainstream
// TLS library must accept the scenario good, and must refuse expired for the right reason.
//
// The command make clients installs curl_cffi and Bun (BoringSSL), python-mbedtls (mbedTLS 2.28) and Deno (rustls).
// Erlang's httpc and tstclnt from NSS come from the system's packages. The stacks of Bun and Deno in the matrix find
// their programs here.
package mainstream

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"

	"example.com/tlslab/lab/clients"
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

// Node returns the environment of the packages from npm. None of them runs on Node.
func Node() environment.Node {
	return environment.Node{Name: nodeName, Package: manifest, Lock: lock, Oldest: "20.0.0"}
}

// Installed returns the programs of an npm package in the environment, one for each platform. The pattern is their path
// within node_modules, with slashes and without .exe: "@oven/bun-*/bin/bun".
func Installed(pattern string) []string {
	dir, ok := environment.Dir()
	if !ok {
		return nil
	}
	if runtime.GOOS == "windows" {
		pattern += ".exe"
	}
	// Glob returns an error for malformed patterns only.
	found, _ := filepath.Glob(filepath.Join(dir, nodeName, "node_modules", filepath.FromSlash(pattern)))
	return found
}

// Find returns the Find function of a stack whose programs are the one on PATH and those that are [Installed].
func Find(name, pattern string) func(context.Context) ([]clients.Place, error) {
	return func(context.Context) ([]clients.Place, error) {
		var places []clients.Place
		if path, err := exec.LookPath(name); err == nil {
			places = append(places, clients.Place{Path: path})
		}
		for _, path := range Installed(pattern) {
			places = append(places, clients.Place{Path: path})
		}
		if places == nil {
			return nil, fmt.Errorf("no %s on PATH: make clients CLIENTS=%s, or install it", name, nodeName)
		}
		return places, nil
	}
}
