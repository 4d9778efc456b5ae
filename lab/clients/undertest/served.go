package undertest

import (
	"context"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/command"
	"example.com/tlslab/lab/clients/internal/process"
)

// openServed implements the contract served, for programs whose exit status does not say whether they
// accepted the server: git exits with 128 if the server is not a repository, w3m always with 0. A probe
// returns the program's output as a rejection, and verdict.CrossCheck replaces that with what the server saw.
func openServed(_ context.Context, o Options, p clients.Place) (*clients.Install, error) {
	environ := Environ()
	return &clients.Install{
		Variants: []clients.Variant{{NotTold: notTold(o.Command[1:]), ByRecord: true}},
		Probe: func(ctx context.Context, _ string, r clients.Request) clients.Result {
			c := process.Command{Path: p.Path, Args: fill(o.Command[1:], r.Endpoint), Environ: environ,
				Env: variables(r.Endpoint), Tail: true}
			return command.Probe(ctx, c, r.Timeout, readServed)
		},
	}, nil
}

// readServed makes a result from a client's output, whatever its exit status.
func readServed(out process.Output) clients.Result {
	if out.Code < 0 {
		return died(out)
	}
	return rejection(out)
}
