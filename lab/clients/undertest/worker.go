package undertest

import (
	"context"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
)

// openWorker implements the contract worker, which the probe programs of the lab's own stacks also follow:
// see lab/clients/python/probe.py. Several copies can run concurrently.
func openWorker(ctx context.Context, o Options, p clients.Place) (*clients.Install, error) {
	pool := worker.NewPool("", process.Command{Path: p.Path, Args: o.Command[1:], Environ: Environ()},
		max(1, o.Parallel))
	hello, err := pool.Start(ctx)
	if err != nil {
		return nil, err
	}
	return &clients.Install{
		Version:  hello.Version,
		Library:  hello.Library,
		Variants: []clients.Variant{{Speaks: hello.Stack, Features: hello.Features}},
		Probe: func(ctx context.Context, _ string, r clients.Request) clients.Result {
			return pool.Probe(ctx, "default", r)
		},
		Close: pool.Close,
	}, nil
}
