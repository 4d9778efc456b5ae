package undertest

import (
	"context"
	"errors"
	"sync"

	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/internal/worker"
	"example.com/tlslab/lab/clients/stack"
)

// openWorker is the contract worker, the one that the probe programs of the lab's own stacks keep:
// see lab/clients/python/probe.py. Several copies answer at the same time.
func openWorker(ctx context.Context, o Options, p stack.Place) (*stack.Install, error) {
	c := process.Command{Path: p.Path, Args: o.Command[1:], Environ: Environ()}
	first, hello, err := worker.Start(ctx, "", c)
	if err != nil {
		return nil, err
	}
	copies := max(1, o.Parallel)
	all := &workers{command: c, free: make(chan *worker.Worker, copies), all: []*worker.Worker{first}, left: copies - 1}
	all.free <- first
	return &stack.Install{
		Version:  hello.Version,
		Library:  hello.Library,
		Variants: []stack.Variant{{Speaks: hello.Stack, Features: hello.Features}},
		Probe:    all.probe,
		Close:    all.close,
	}, nil
}

// workers are copies of one worker. Each is started when all others are busy.
type workers struct {
	command process.Command
	free    chan *worker.Worker

	mu   sync.Mutex
	all  []*worker.Worker
	left int // how many may still be started
}

// take returns a worker that is free: it starts one if there is none, or waits.
func (w *workers) take(ctx context.Context) (*worker.Worker, error) {
	select {
	case one := <-w.free:
		return one, nil
	default:
	}
	w.mu.Lock()
	if w.left > 0 {
		w.left--
		one := worker.New("", w.command)
		w.all = append(w.all, one)
		w.mu.Unlock()
		return one, nil
	}
	w.mu.Unlock()
	select {
	case one := <-w.free:
		return one, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (w *workers) probe(ctx context.Context, _ string, r stack.Request) stack.Result {
	one, err := w.take(ctx)
	if err != nil {
		return stack.Result{Outcome: stack.Failed, Message: err.Error()}
	}
	defer func() { w.free <- one }()
	return one.Probe(ctx, "default", r)
}

func (w *workers) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, one := range w.all {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}
