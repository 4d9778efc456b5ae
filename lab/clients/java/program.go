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

// Program is a worker in Java that lives in an environment of Maven's, with libraries beside it:
// what the stacks of such libraries are made of. Probe.java is compiled with it.
type Program struct {
	Name string // of the stack and of the environment
	Main string // its class
	// Source is that class's.
	Source string
	// POM and Sums are those of environment.Maven.
	POM, Sums string
	// Artifact is the library that the stack is named after, and has its version from.
	Artifact string
	Variants []clients.Variant
}

// Environment returns the environment that the program lives in.
func (p Program) Environment() environment.Maven {
	return environment.Maven{Name: p.Name, POM: p.POM, Sums: p.Sums,
		Sources: map[string]string{"Probe.java": string(probe), p.Main + ".java": p.Source}}
}

// Find returns the java that is most wanted, if the environment is there.
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

// Open asks the JDK what it is. The program is started by the first probe, as in [Stack].
func (p Program) Open(ctx context.Context, at clients.Place) (*clients.Install, error) {
	m := regexp.MustCompile(regexp.QuoteMeta(p.Artifact) + `-(\d[\w.]*)\.jar`).FindStringSubmatch(p.Sums)
	if m == nil {
		return nil, fmt.Errorf("the sums name no %s", p.Artifact)
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
