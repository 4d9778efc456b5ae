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

// Lifetimes of a certificate that expires while a server that terminates TLS itself serves it. Such a server
// takes time to start and may refuse a certificate that has expired meanwhile. Then it is restarted with a
// certificate that lives twice as long, up to the longest.
const (
	shortestLife = 5 * time.Second
	longestLife  = 2 * time.Minute
)

// upstreamError is an error of a server that terminates TLS itself, not of the lab.
type upstreamError struct{ error }

func (e upstreamError) Unwrap() error { return e.error }

// withAlternative adds to an error about something that this machine lacks which scenario shows a client the
// same without it.
func withAlternative(s *scenarios.Scenario, err error) error {
	if s.Instead == "" || !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w; %s shows a client the same without it", err, s.Instead)
}

// startUpstream starts a service's own server for a scenario. It returns the chain that it serves.
func (l *Lab) startUpstream(
	ctx context.Context, s *scenarios.Scenario, service serve.Service,
) (*serve.Upstream, *pki.Chain, error) {
	release := func() {}
	if service.Reserve != nil {
		var err error
		if release, err = service.Reserve(ctx); err != nil {
			return nil, nil, err
		}
	}
	up, chain, err := l.startInTime(ctx, s, service)
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

// startInTime starts a server so that it is up before its certificate expires while it is served.
func (l *Lab) startInTime(
	ctx context.Context, s *scenarios.Scenario, service serve.Service,
) (*serve.Upstream, *pki.Chain, error) {
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
		late := !time.Now().Before(chain.Due().Add(-time.Second)) // or in the last second of its life
		switch {
		case err == nil && !late:
			return up, chain, nil
		case err == nil:
			err = up.Close()
		case !late:
			return nil, nil, err
		}
		if life >= longestLife || ctx.Err() != nil {
			expired := fmt.Errorf("the server did not start within %s, before its certificate expired: "+
				"reduce the load of this machine", life)
			return nil, nil, errors.Join(expired, err)
		}
	}
}

// renew mints a scenario's chain again, so that the certificate which expires while it is served does so
// after the given time from now.
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
