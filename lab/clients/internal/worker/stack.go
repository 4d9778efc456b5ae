package worker

import (
	"cmp"
	"context"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

// Variant is a variant of a stack whose client is a worker.
type Variant struct {
	clients.Variant
	// Unless names a feature. If the program's defaults have that feature, the variant is left out, because
	// it would equal the default one.
	Unless string
	// NoLimit says that the client has no time limit of its own: it is ended when its time is up.
	NoLimit bool
}

// Open starts a worker and makes an install from it. Variants that verify chains get the features that the
// worker reports for its defaults.
func Open(ctx context.Context, name string, c process.Command, variants []Variant) (*clients.Install, error) {
	pool := NewPool(name, c, Copies())
	for _, v := range variants {
		if v.NoLimit {
			pool.unlimited = append(pool.unlimited, v.Name)
		}
	}
	hello, err := pool.Start(ctx)
	if err != nil {
		return nil, err
	}
	in := &clients.Install{
		Version: hello.Version,
		Library: hello.Library,
		Path:    c.Path,
		Key:     cmp.Or(hello.Install, c.Path) + " " + hello.Version,
		Probe:   pool.Probe,
		Close:   pool.Close,
	}
	for _, v := range variants {
		if slices.Contains(hello.Features, v.Unless) {
			continue
		}
		if !slices.Contains(v.Skips, clients.CheckChain) {
			v.Features = slices.Concat(v.Features, hello.Features)
		}
		in.Variants = append(in.Variants, v.Variant)
	}
	return in, nil
}
