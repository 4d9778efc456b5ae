package chromium

import (
	"context"
	"errors"
	"slices"
	"sync"

	"example.com/tlslab/lab/clients/stack"
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

// lent is a browser, or one that is being started, and how many probes use it.
type lent struct {
	setup
	users int
	start sync.Once
	*browser
	err error
}

// probe opens the endpoint's page in a browser that is set up as the endpoint wants.
func (p *pool) probe(ctx context.Context, variant string, r stack.Request) stack.Result {
	if r.Endpoint.CertFile != "" {
		return stack.Result{Outcome: stack.Unsupported, Message: "it has a user choose a client certificate, or an administrator's policy: headless it has neither"}
	}
	s := setup{insecure: variant == "insecure", resolver: resolver(r.Endpoint.Host, r.Endpoint.Connect)}
	if !s.insecure {
		s.roots = digest(r.Endpoint.CAFile)
	}
	l, err := p.borrow(s)
	if err != nil {
		return stack.Result{Outcome: stack.Failed, Message: err.Error()}
	}
	defer p.giveBack(l)
	l.start.Do(func() { l.browser, l.err = p.launch(ctx, s, r.Endpoint.CAFile) })
	var refused refusedFile
	switch {
	case errors.As(l.err, &refused):
		return stack.Result{Outcome: stack.Rejected, Message: refused.words}
	case l.err != nil:
		return stack.Result{Outcome: stack.Failed, Message: l.err.Error()}
	}
	return l.visit(ctx, r.Endpoint.URL, r.Timeout)
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
	l := &lent{setup: s, users: 1}
	p.lent = append(p.lent, l)
	return l, nil
}

// giveBack takes a browser back, and ends those that are too many, or that have ended by
// themselves.
func (p *pool) giveBack(l *lent) {
	p.mu.Lock()
	l.users--
	var ends []*lent
	free := 0
	for i, other := range slices.Backward(p.lent) {
		if other.users > 0 {
			continue
		}
		if free++; free > idle || other.err != nil || other.ended() {
			ends = append(ends, other)
			p.lent = slices.Delete(p.lent, i, i+1)
		}
	}
	p.mu.Unlock()
	for _, l := range ends {
		l.end()
	}
}

// end closes the browser, if it was ever started.
func (l *lent) end() error {
	if l.browser == nil {
		return nil
	}
	return l.close()
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
