package clients

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// defaultTimeout is a client's own time limit if the request has none.
const defaultTimeout = 10 * time.Second

var errClosed = errors.New("the set of clients is closed")

// Set is the clients that were found. It is safe for concurrent use. Clients that share a running program,
// such as the variants of an interpreter, take turns.
type Set struct {
	// Clients is in a stable order: stacks as listed, versions ascending, variants as declared.
	Clients []*Client
	// Missing lists what was not found or cannot be used, in the same order.
	Missing []Missing

	installs []*Install
	ctx      context.Context // cancelled when the set is closed, which ends running probes
	cancel   context.CancelCauseFunc
	mu       sync.Mutex // guards closed, and keeps probes.Add from racing with probes.Wait
	closed   bool
	probes   sync.WaitGroup
	end      func() error
}

// newSet makes a set of what was found and matches the patterns.
func newSet(found []*search, only []string) *Set {
	s := new(Set)
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	s.end = sync.OnceValue(s.close)
	for _, f := range found {
		installs, missing := f.pick()
		s.Missing = append(s.Missing, missing...)
		for _, in := range installs {
			s.installs = append(s.installs, in)
			for _, v := range in.Variants {
				info := NewInfo(f.stack, in, v)
				if len(only) == 0 || slices.ContainsFunc(only,
					func(p string) bool { return pattern(p).matches(info) }) {
					s.Clients = append(s.Clients, &Client{Info: info,
						Prober: &prober{set: s, install: in, variant: v.Name}})
				}
			}
		}
	}
	return s
}

// Close ends running probes and every client program with its whole process group, and waits until they have
// ended. Further calls do nothing.
func (s *Set) Close() error { return s.end() }

func (s *Set) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel(errClosed)
	s.probes.Wait()
	errs := make([]error, len(s.installs))
	var wg sync.WaitGroup
	for i, in := range s.installs {
		wg.Go(func() { errs[i] = closeInstall(in) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// begin counts a probe, unless the set is closed.
func (s *Set) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.probes.Add(1)
	}
	return !s.closed
}

// prober runs one variant of an install. It does what all stacks have in common.
type prober struct {
	set     *Set
	install *Install
	variant string
}

func (p *prober) Probe(ctx context.Context, r Request) Result {
	switch {
	case r.Endpoint.CAFile == "":
		// Without a CA file, several clients would use the system's trust store.
		return failed("endpoint " + r.Endpoint.ID + " has no CA file: set Endpoint.CAFile")
	case r.Endpoint.Host == "" || r.Endpoint.URL == "":
		return failed("endpoint " + r.Endpoint.ID +
			" has no address: set Endpoint.Host, Port and URL, and Connect if the host does not resolve")
	case r.Timeout < 0:
		return failed("timeout " + r.Timeout.String() + " is negative: use zero for " + defaultTimeout.String())
	case r.Timeout == 0:
		r.Timeout = defaultTimeout
	}
	if !p.set.begin() {
		return failed(errClosed.Error())
	}
	defer p.set.probes.Done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.set.ctx, func() { cancel(errClosed) })()
	if ctx.Err() != nil {
		return failed(context.Cause(ctx).Error())
	}
	return p.install.Probe(ctx, p.variant, r)
}

func failed(why string) Result { return Result{Outcome: Failed, Message: why} }
