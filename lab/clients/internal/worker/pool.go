package worker

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

// Pool is a number of copies of one worker, for concurrent probes. A copy is started when all others are
// busy.
type Pool struct {
	name    string
	command process.Command
	free    chan *Worker
	// unlimited lists the variants that have no time limit of their own.
	unlimited []string

	mu     sync.Mutex
	all    []*Worker
	left   int // how many more may be started
	closed bool
}

// NewPool returns a pool of a stack's worker with the given maximum number of copies. The first probe of each
// copy starts it.
func NewPool(name string, c process.Command, copies int) *Pool {
	return &Pool{name: name, command: c, free: make(chan *Worker, copies), left: copies}
}

// Copies returns the useful number of copies of a stack's program: with more than the number of processors,
// they only wait for each other.
func Copies() int { return runtime.GOMAXPROCS(0) }

// Start starts the first copy and returns its hello. The worker runs until Close; ctx limits only the start.
func (p *Pool) Start(ctx context.Context) (Hello, error) {
	first, hello, err := Start(ctx, p.name, p.command)
	if err != nil {
		return Hello{}, err
	}
	first.unlimited = p.unlimited
	p.mu.Lock()
	p.all, p.left = append(p.all, first), p.left-1
	p.mu.Unlock()
	p.free <- first
	return hello, nil
}

// take returns a free worker. If all are busy, it starts another copy or waits.
func (p *Pool) take(ctx context.Context) (*Worker, error) {
	select {
	case one := <-p.free:
		return one, nil
	default:
	}
	if one, err := p.more(); one != nil || err != nil {
		return one, err
	}
	select {
	case one := <-p.free:
		return one, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// more returns another copy, which its first probe starts, or nil if the maximum is reached.
func (p *Pool) more() (*Worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, errClosed
	case p.left == 0:
		return nil, nil
	}
	p.left--
	one := New(p.name, p.command)
	one.unlimited = p.unlimited
	p.all = append(p.all, one)
	return one, nil
}

// Probe makes one of the copies do [Worker.Probe].
func (p *Pool) Probe(ctx context.Context, variant string, r clients.Request) clients.Result {
	one, err := p.take(ctx)
	if err != nil {
		return clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	defer func() { p.free <- one }()
	return one.Probe(ctx, variant, r)
}

// Close closes the copies and waits for them.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var errs []error
	for _, one := range p.all {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}
