package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// Lives of a certificate that is to expire while a server serves it that ends TLS by itself. Such a
// server takes its time to start and may refuse a certificate that has expired by then: it is then
// started again with one that lives twice as long, up to the longest.
const (
	shortestLife = 5 * time.Second
	longestLife  = 2 * time.Minute
)

// upstreamError is an error of a server that ends TLS by itself: it is that one's, and not the lab's.
type upstreamError struct{ error }

func (e upstreamError) Unwrap() error { return e.error }

// instead adds to an error of what this machine lacks which scenario shows a client the same without.
func instead(s *scenarios.Scenario, err error) error {
	if s.Instead == "" || !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w; %s shows a client the same without", err, s.Instead)
}

// startUpstream starts a server of a service's own for a scenario. The chain is what it serves.
func (l *Lab) startUpstream(ctx context.Context, s *scenarios.Scenario, service serve.Service) (*serve.Upstream, *pki.Chain, error) {
	release := func() {}
	if service.Reserve != nil {
		var err error
		if release, err = service.Reserve(ctx); err != nil {
			return nil, nil, err
		}
	}
	up, chain, err := l.inTime(ctx, s, service)
	if err != nil {
		release()
		return nil, nil, upstreamError{err}
	}
	end := up.Close
	up.Close = func() error {
		defer release()
		if end == nil {
			return nil
		}
		return end()
	}
	return up, chain, nil
}

// inTime starts a server so that it is up before what is to expire while it serves does.
func (l *Lab) inTime(ctx context.Context, s *scenarios.Scenario, service serve.Service) (*serve.Upstream, *pki.Chain, error) {
	chain, err := l.Chain(s)
	if err != nil {
		return nil, nil, err
	}
	if chain.Due().IsZero() {
		up, err := service.Start(ctx, s, chain)
		return up, chain, err
	}
	for life := max(l.config.Lifetime, shortestLife); ; life *= 2 {
		if chain, err = l.renew(s, life); err != nil {
			return nil, nil, err
		}
		up, err := service.Start(ctx, s, chain)
		late := !time.Now().Before(chain.Due().Add(-time.Second)) // the last second of its life
		switch {
		case err == nil && !late:
			return up, chain, nil
		case err == nil:
			err = up.Close()
		case !late:
			return nil, nil, err
		}
		if life >= longestLife || ctx.Err() != nil {
			return nil, nil, errors.Join(fmt.Errorf("the server was not up within %s, before the certificate expired that was to expire while it serves: give the machine less to do", life), err)
		}
	}
}

// renew mints a scenario's chain anew, so that what is to expire while it is served does so after
// that time from now.
func (l *Lab) renew(s *scenarios.Scenario, life time.Duration) (*pki.Chain, error) {
	c := l.minter.Config()
	c.Soon = time.Now().Add(life + time.Second - 1)
	minter, err := pki.New(c)
	if err != nil {
		return nil, err
	}
	m := new(minted)
	m.mint.Do(func() { m.chain, m.mintErr = minter.Mint(s.ID, s.Recipe) })
	if m.mintErr != nil {
		return nil, m.mintErr
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.chains[s.ID] = m
	return m.chain, nil
}
