package chromium

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
)

// idle is the number of unused browsers that are kept for later probes. The catalogue's clients trust a dozen
// different roots, most of them only once.
const idle = 3

// pool keeps browsers for reuse: starting one takes a second, but a visit takes a tenth of that.
type pool struct {
	program
	mu     sync.Mutex
	lent   []*lent // the most recently used one is the last
	closed bool
}

// lent is a browser that is used by one or more probes, one after the other.
type lent struct {
	setup
	users    int           // guarded by the pool
	turn     chan struct{} // holds one element while a probe has the browser; that probe owns the fields below
	*browser               // nil until it is started, and after it had to be closed
}

// probe opens the endpoint's page in a browser with a matching setup.
func (p *pool) probe(ctx context.Context, variant string, r clients.Request) clients.Result {
	s := setup{insecure: variant == "insecure", resolver: resolver(r.Endpoint.Host, r.Endpoint.Connect)}
	if !s.insecure {
		s.roots = digest(r.Endpoint.CAFile)
	}
	if r.Endpoint.CertFile != "" {
		s.identity = digest(r.Endpoint.CertFile, r.Endpoint.KeyFile) + r.Endpoint.KeyPassword
	}
	l, err := p.borrow(s)
	if err != nil {
		return clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	defer p.giveBack(l)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return clients.Result{Outcome: clients.Failed, Message: context.Cause(ctx).Error()}
	}
	var refused refusedFile
	var unable lang.Reason
	begin := time.Now()
	switch err := l.ready(ctx, p.program, r.Endpoint); {
	case errors.As(err, &unable):
		return clients.Result{Duration: time.Since(begin)}.With(clients.Unsupported, unable)
	case errors.As(err, &refused):
		return clients.Result{Outcome: clients.Rejected, Message: refused.words, Duration: time.Since(begin)}
	case err != nil:
		return clients.Result{Outcome: clients.Failed, Message: err.Error()}
	}
	result, whole := l.visit(ctx, r.Endpoint.URL, r.Timeout)
	if !whole {
		// The browser would only close a hanging connection at some later time.
		if err := l.end(); err != nil {
			return clients.Result{Outcome: clients.Failed, Message: err.Error()}
		}
	}
	return result
}

// ready starts the browser if it is not running, or restarts it if it remembers the endpoint's server from an
// earlier visit.
func (l *lent) ready(ctx context.Context, p program, e serve.Endpoint) (err error) {
	if l.browser != nil && (l.ended() || l.knows(e.URL)) {
		if err := l.end(); err != nil {
			return err
		}
	}
	if l.browser == nil {
		l.browser, err = p.launch(ctx, l.setup, e)
	}
	return err
}

// end closes the browser if it is running.
func (l *lent) end() error {
	b := l.browser
	if b == nil {
		return nil
	}
	l.browser = nil
	return b.close()
}

// borrow returns a browser with the given setup, which the caller may have to start.
func (p *pool) borrow(s setup) (*lent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.New("the browsers are closed")
	}
	for i, l := range p.lent {
		if l.setup == s {
			p.lent = append(slices.Delete(p.lent, i, i+1), l)
			l.users++
			return l, nil
		}
	}
	l := &lent{setup: s, users: 1, turn: make(chan struct{}, 1)}
	p.lent = append(p.lent, l)
	return l, nil
}

// giveBack returns a browser to the pool, and closes surplus ones.
func (p *pool) giveBack(l *lent) {
	p.mu.Lock()
	l.users--
	var ends []*lent
	free := 0
	for i, other := range slices.Backward(p.lent) {
		if other.users > 0 {
			continue
		}
		if other.browser != nil {
			free++
		}
		if free > idle || other.browser == nil {
			ends = append(ends, other)
			p.lent = slices.Delete(p.lent, i, i+1)
		}
	}
	p.mu.Unlock()
	for _, l := range ends {
		l.end() // at worst, this leaves a temporary directory
	}
}

// close closes every browser. No probe may be running.
func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	all := p.lent
	p.lent = nil
	p.mu.Unlock()
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, l := range all {
		wg.Go(func() { errs[i] = l.end() })
	}
	wg.Wait()
	return errors.Join(errs...)
}
