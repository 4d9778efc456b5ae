package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// drainTime bounds the wait until a server has seen the end of a client's connections.
const drainTime = 5 * time.Second

// logTime bounds the wait until a server that terminates TLS itself has logged what it saw of a client.
const logTime = 2 * time.Second

// probed is what one client did with one scenario, and what the server observed and logged.
type probed struct {
	result   clients.Result
	observed []serve.Observation
	log      []string // of a server that terminates TLS itself
	lost     uint64   // observations that were dropped because there were too many
	unserved bool     // this machine cannot serve the scenario
}

// probe serves a scenario to one client alone, so that everything the server observes is caused by that
// client.
func (r *runner) probe(ctx context.Context, c *clients.Client, s *scenarios.Scenario) (p probed, err error) {
	port := 0
	if r.options.Ports != 0 {
		port = r.options.Ports + s.Port
	}
	in, err := r.serveAt(ctx, s, port)
	if errors.Is(err, errors.ErrUnsupported) {
		return probed{result: clients.Result{Outcome: clients.Unsupported, Message: err.Error()}, unserved: true}, nil
	}
	if _, itsOwn := errors.AsType[upstreamError](err); itsOwn && ctx.Err() == nil {
		return probed{result: clients.Result{Outcome: clients.Failed, Message: err.Error()}}, nil
	}
	if err != nil {
		return probed{}, fmt.Errorf("serving %s: %w", s.ID, err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	troubles := r.troubles.counts(s.ID)
	if err := in.WaitDue(ctx); err != nil {
		return probed{}, err
	}
	endpoint := in.Endpoint
	if r.options.Told != nil {
		if endpoint, err = r.options.Told(s, endpoint); err != nil {
			return probed{}, err
		}
	}
	if !s.Waits() { // a client that only waits needs no processor
		if err := r.probes.Acquire(ctx, 1); err != nil {
			return probed{}, err
		}
		defer r.probes.Release(1)
	}
	result := c.Probe(ctx, clients.Request{Endpoint: endpoint, Timeout: r.patience(s)})
	if err := ctx.Err(); err != nil {
		return probed{}, err
	}
	drain, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	err = in.Drain(drain)
	if err != nil && ctx.Err() == nil && !trouble.Is(err) {
		result.Message = fmt.Sprintf("the server still had connections open %s after %s had ended: %v; its own "+
			"message: %s", drainTime, c.ID(), err, result.Message)
		result.Outcome = clients.Failed
	}
	told, cancel := context.WithTimeout(ctx, logTime)
	defer cancel()
	p = probed{observed: in.Observations(), log: in.Log(told), lost: in.Forgotten()}
	p.result = verdict.CrossCheck(s, c.Info, result, p.observed)
	var fault error
	if s.Expect.Verdict == scenarios.Accept && p.result.Outcome == clients.Rejected {
		fault = in.Fault()
	}
	if err := cmp.Or(in.Err(), in.Trouble(), r.troubles.since(s.ID, troubles), fault); err != nil {
		p.result.Outcome, p.result.Message = clients.Failed, err.Error()
	}
	return p, nil
}

// patience returns the time limit for a scenario: its own, unless the run's is shorter.
func (r *runner) patience(s *scenarios.Scenario) time.Duration {
	patience := cmp.Or(r.options.Patience, s.Patience)
	if s.Patience == 0 || r.options.Timeout > 0 && r.options.Timeout < patience {
		return r.options.Timeout
	}
	return patience
}

// WaitDue waits until the scenario's expectation holds. It returns at once except for scenarios that expire
// while they are served.
func (i *Instance) WaitDue(ctx context.Context) error {
	timer := time.NewTimer(time.Until(i.Due)) // the event is a point in time
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
