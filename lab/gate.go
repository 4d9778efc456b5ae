package lab

import (
	"context"
	"slices"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// gate runs the gate scenario on the run's client. It returns the cell if the client did not accept it, and
// nil otherwise. A client that cannot be tested with the gate does not stop the run.
func (r *runner) gate(ctx context.Context, set *clients.Set) (*result.Cell, error) {
	if r.options.Gate == nil || len(set.Clients) != 1 {
		return nil, nil
	}
	cell, err := r.clientRun(set.Clients[0]).cell(ctx, r.options.Gate)
	if err != nil || cell.Kind == verdict.OK || cell.Kind == verdict.Unsupported {
		return nil, err
	}
	return &cell, nil
}

// stopped completes the report of a run that ends at its gate.
func (r *runner) stopped(
	out *result.Run, list []*scenarios.Scenario, set *clients.Set, cell result.Cell,
) (*result.Run, error) {
	gate := r.options.Gate
	entry, err := r.Describe(gate)
	if err != nil {
		return nil, err
	}
	entry.Cells = []result.Cell{cell}
	out.Clients = []clients.Info{set.Clients[0].Info}
	out.Scenarios = []result.Scenario{entry}
	out.Stopped = &result.Stopped{Unasked: len(list)}
	if slices.Contains(list, gate) {
		out.Stopped.Unasked--
	}
	out.Duration = time.Since(out.Started)
	return out, nil
}

// clientRun returns the state of a client in this run, so that a control is probed only once.
func (r *runner) clientRun(c *clients.Client) *clientRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients == nil {
		r.clients = map[*clients.Client]*clientRun{}
	}
	one, known := r.clients[c]
	if !known {
		one = &clientRun{runner: r, client: c, controls: map[string]*controlRun{}}
		r.clients[c] = one
	}
	return one
}
