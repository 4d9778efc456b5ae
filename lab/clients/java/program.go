package java

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
)

// Program is a worker in Java that uses libraries from a Maven environment. The stacks of such libraries are
// made from it. Probe.java is compiled together with it.
type Program struct {
	Name string // of the stack and of the environment
	Main string // the name of its class
	// Source is the source of that class.
	Source string
	// POM and Sums are the fields of [environment.Maven].
	POM, Sums string
	// Artifact is the library after which the stack is named and that determines its version.
	Artifact string
	Variants []clients.Variant
}

// Environment returns the environment that contains the program.
func (p Program) Environment() environment.Maven {
	return environment.Maven{Name: p.Name, POM: p.POM, Sums: p.Sums,
		Sources: map[string]string{"Probe.java": string(probe), p.Main + ".java": p.Source}}
}

// Find returns the preferred java if the environment exists.
func (p Program) Find(ctx context.Context) ([]clients.Place, error) {
	places, err := find(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := p.Environment().Find(); err != nil {
		return nil, err
	}
	return places[:1], nil
}

// Open asks the JDK for its version. The first probe starts the program, as in [Stack].
func (p Program) Open(ctx context.Context, at clients.Place) (*clients.Install, error) {
	m := regexp.MustCompile(regexp.QuoteMeta(p.Artifact) + `-(\d[\w.]*)\.jar`).FindStringSubmatch(p.Sums)
	if m == nil {
		return nil, fmt.Errorf("the checksums do not list %s", p.Artifact)
	}
	version, err := ask(ctx, at)
	if err != nil {
		return nil, err
	}
	dir, err := p.Environment().Find()
	if err != nil {
		return nil, err
	}
	args := slices.Concat(options, properties, []string{"-cp", environment.Classpath(dir), p.Main})
	pool := worker.NewPool(p.Name, process.Command{Path: at.Path, Args: args}, worker.Copies())
	return &clients.Install{
		Version:  m[1],
		Library:  "SunJSSE " + version,
		Path:     at.Path,
		Variants: p.Variants,
		Probe:    pool.Probe,
		Close:    pool.Close,
	}, nil
}
