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

// idle is how many browsers are kept for the next probe when nobody uses them. The catalogue has
// its clients trust a dozen roots, most of them once.
const idle = 3

// pool keeps browsers for as long as they are of use: one starts in a second, and answers in a
// tenth of one.
type pool struct {
	program
	mu     sync.Mutex
	lent   []*lent // the one that was used last is the last
	closed bool
}

// lent is a browser that some use, one after the other.
type lent struct {
	setup
	users    int           // guarded by the pool
	turn     chan struct{} // holds one element while somebody has it: whoever does owns what follows
	*browser               // nil until it is started, and when it had to be ended
}

// probe opens the endpoint's page in a browser that is set up as the endpoint wants.
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
		// It would close a connection that hangs when it sees fit.
		if err := l.end(); err != nil {
			return clients.Result{Outcome: clients.Failed, Message: err.Error()}
		}
	}
	return result
}

// ready starts the browser if it has not been started yet, has ended, or remembers the endpoint's server
// from an earlier visit.
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

// end closes the browser, if it is there.
func (l *lent) end() error {
	b := l.browser
	if b == nil {
		return nil
	}
	l.browser = nil
	return b.close()
}

// borrow returns a browser that is set up so, or one that its borrower is to start.
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

// giveBack takes a browser back, and ends those that are too many.
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
		l.end() // what it could not remove is a temporary directory
	}
}

// close ends every browser. No probe runs any more.
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
