// Package pypi has the client stacks of Python libraries that are installed with pip and use Python's ssl
// module: requests, urllib3, httpx, aiohttp, and the verifier of cryptography. They share a probe program,
// probe.py, and each has its own file beside it.
package pypi

import (
	"context"
	"embed"
	"fmt"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/python"
)

var (
	//go:embed probe.py
	probe string
	//go:embed requests.py urllib3.py httpx.py aiohttp.py cryptography.py
	sources embed.FS
	//go:embed requirements.txt
	requirements string
	//go:embed requirements-cryptography.txt
	requirementsCryptography string
)

// The names of the environments. One has all packages except cryptography, which needs a newer Python.
const (
	most         = "pypi"
	cryptography = "cryptography"
)

// Environments returns the stacks' environments.
func Environments() []environment.Python {
	return []environment.Python{
		{Name: most, Requirements: requirements, Oldest: "3.8"},
		{Name: cryptography, Requirements: requirementsCryptography, Oldest: "3.10"},
	}
}

// Stacks declares a stack for each library. Its name is the package's, and its version includes the
// interpreter's: "2.32.4+python3.8".
func Stacks() []clients.Stack {
	var list []clients.Stack
	for _, l := range libraries {
		list = append(list, clients.Stack{Name: l.name, Oldest: l.oldest, Find: l.find, Open: l.open})
	}
	return list
}

// library is a package, with the environment that contains it and the ways of using it.
type library struct {
	name, environment string
	oldest            string // the oldest version that was measured
	variants          []worker.Variant
}

// find lists the interpreters of the environment or, if that has not been made, others that have the package.
func (l library) find(ctx context.Context) ([]clients.Place, error) {
	places := python.Made(l.environment, l.name)
	if len(places) == 0 {
		places = python.With(ctx, "", l.name)
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("no python has %s: make clients, or pip install %[1]s", l.name)
	}
	return places, nil
}

// open starts an interpreter with the probe program and the library's file.
func (l library) open(ctx context.Context, p clients.Place) (*clients.Install, error) {
	source, err := sources.ReadFile(l.name + ".py")
	if err != nil {
		return nil, err
	}
	return worker.Open(ctx, l.name, process.Command{
		Path: p.Path,
		Args: []string{
			"-E", "-s", // ignores PYTHON... variables and the user's packages
			"-B", // writes no compiled files
			"-c", probe, l.name, string(source),
		},
	}, l.variants)
}
