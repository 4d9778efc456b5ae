// Package pymongo is the client stack of PyMongo, MongoDB's driver for Python, in two kinds: over Python's
// ssl module and, with its extra ocsp, over PyOpenSSL. The client itself is probe.py.
package pymongo

import (
	"context"
	_ "embed"
	"errors"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/python"
)

var (
	//go:embed probe.py
	probe string
	//go:embed requirements.txt
	requirements string
	//go:embed requirements-ocsp.txt
	requirementsOCSP string
)

// The names of the stacks and of their environments.
const (
	plain = "pymongo"
	ocsp  = "pymongo-ocsp"
)

// extra are the packages of the extra ocsp. If an interpreter has them, PyMongo uses PyOpenSSL for all
// connections.
var extra = []string{"pymongo", "OpenSSL", "service_identity", "requests"}

// Environments returns the stacks' environments.
func Environments() []environment.Python {
	return []environment.Python{
		{Name: plain, Requirements: requirements, Oldest: "3.9"},
		{Name: ocsp, Requirements: requirementsOCSP, Oldest: "3.9"},
	}
}

// Stack declares PyMongo over Python's ssl module.
func Stack() clients.Stack {
	return clients.Stack{Name: plain, Service: "mongodb", Find: find, Open: open(plain, variants)}
}

// OCSPStack declares PyMongo with its extra ocsp, over PyOpenSSL.
func OCSPStack() clients.Stack {
	return clients.Stack{Name: ocsp, Service: "mongodb", Find: findOCSP, Open: open(ocsp, variantsOCSP)}
}

func find(ctx context.Context) ([]clients.Place, error) {
	others := python.With(ctx, plain, extra...)
	places := slices.DeleteFunc(python.With(ctx, plain, "pymongo"),
		func(p clients.Place) bool { return slices.Contains(others, p) })
	if len(places) == 0 {
		return nil, errors.New("no python has pymongo: make clients, or pip install pymongo")
	}
	return places, nil
}

func findOCSP(ctx context.Context) ([]clients.Place, error) {
	places := python.With(ctx, ocsp, extra...)
	if len(places) == 0 {
		return nil, errors.New("no python has pymongo with its extra ocsp: make clients, or pip install pymongo[ocsp]")
	}
	return places, nil
}

// open returns the function that starts an interpreter with the probe program.
func open(name string, variants []worker.Variant) func(context.Context, clients.Place) (*clients.Install, error) {
	return func(ctx context.Context, p clients.Place) (*clients.Install, error) {
		return worker.Open(ctx, name, process.Command{
			Path: p.Path,
			Args: []string{
				"-E", "-s", // ignores PYTHON... variables and the user's packages
				"-B", // writes no compiled files
				"-c", probe, name,
			},
		}, variants)
	}
}
