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

// gate asks the run's client the gate, and returns what it did if it did not accept it. One that cannot
// be asked is no reason to stop.
func (r *runner) gate(ctx context.Context, set *clients.Set) (*result.Cell, error) {
	if r.options.Gate == nil || len(set.Clients) != 1 {
		return nil, nil
	}
	cell, err := r.of(set.Clients[0]).cell(ctx, r.options.Gate)
	if err != nil || cell.Kind == verdict.OK || cell.Kind == verdict.Unsupported {
		return nil, err
	}
	return &cell, nil
}

// stopped ends a run at its gate.
func (r *runner) stopped(out *result.Run, list []*scenarios.Scenario, set *clients.Set, cell result.Cell) (*result.Run, error) {
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

// of returns a client in this run: what it did with a control is asked once.
func (r *runner) of(c *clients.Client) *asked {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clients == nil {
		r.clients = map[*clients.Client]*asked{}
	}
	one, known := r.clients[c]
	if !known {
		one = &asked{runner: r, client: c, controls: map[string]*once{}}
		r.clients[c] = one
	}
	return one
}
