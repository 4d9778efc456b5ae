package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// EndpointsFile is the file that [Lab.Up] writes into the lab's directory.
const EndpointsFile = "endpoints.json"

// Up is a set of scenarios that are being served.
type Up struct {
	Instances []*Instance
	// Endpoints is the content of endpoints.json.
	Endpoints serve.Endpoints
	// Left lists the scenarios that this system cannot serve, with the reasons. Each wraps
	// [errors.ErrUnsupported].
	Left []error

	dir *pki.Dir // it has endpoints.json
}

// Up serves scenarios, each at its offset from [Config].Ports or, if that is zero, on a free port. All ports
// listen at once; then listening is called, if not nil. A chain is minted on its first connection or in the
// background, whichever comes first, so that no scenario waits for another's RSA key. Up returns when
// endpoints.json and every file that it names exist. The caller must close the result.
func (l *Lab) Up(ctx context.Context, list []*scenarios.Scenario, listening func(*Up)) (*Up, error) {
	up := &Up{dir: l.dir}
	if err := up.remove(); err != nil { // a stale file would mislead a program that waits for it
		return nil, err
	}
	if err := l.startAll(ctx, up, list); err != nil {
		return nil, errors.Join(err, up.Close())
	}
	if listening != nil {
		listening(&Up{Instances: slices.Clone(up.Instances)}) // later changes replace them
	}
	if err := l.finish(ctx, up); err != nil {
		return nil, errors.Join(err, up.Close())
	}
	return up, nil
}

// startAll starts a server for each scenario on all processors, and adds it to up in the order of list.
func (l *Lab) startAll(ctx context.Context, up *Up, list []*scenarios.Scenario) error {
	started, left := make([]*Instance, len(list)), make([]error, len(list))
	group, starting := errgroup.WithContext(ctx) // servers outlive starting
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range list {
		group.Go(func() error {
			return rescue.Do(func() error {
				if err := starting.Err(); err != nil {
					return err
				}
				port := 0
				if l.config.Ports != 0 {
					port = l.config.Ports + s.Port
				}
				srv, chain, err := l.start(ctx, s, port)
				if errors.Is(err, errors.ErrUnsupported) {
					left[i] = err
					return nil
				}
				if err != nil {
					return fmt.Errorf("serving %s: %w", s.ID, err)
				}
				started[i] = &Instance{Server: srv, Scenario: s, Endpoint: srv.Endpoint(serve.Files{}), chain: chain}
				return nil
			})
		})
	}
	err := group.Wait()
	for i := range list {
		if started[i] != nil {
			up.Instances = append(up.Instances, started[i])
		}
		if left[i] != nil {
			up.Left = append(up.Left, left[i])
		}
	}
	return err
}

// finish mints and writes the rest on all processors, and then writes endpoints.json.
func (l *Lab) finish(ctx context.Context, up *Up) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, in := range up.Instances {
		group.Go(func() error {
			return rescue.Do(func() error {
				if err := ctx.Err(); err != nil {
					return err
				}
				done, err := l.instance(in.Server, in.Scenario, in.chain)
				if err != nil {
					return err
				}
				up.Instances[i] = done
				if ready := l.config.Ready; ready != nil {
					ready(done)
				}
				return nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	up.Endpoints = serve.Endpoints{Schema: serve.EndpointsSchema, Seed: l.config.Seed, At: l.config.At,
		PID: os.Getpid(), UI: l.config.UI}
	for _, in := range up.Instances {
		up.Endpoints.Scenarios = append(up.Endpoints.Scenarios, in.Endpoint)
	}
	data, err := up.Endpoints.Encode()
	if err != nil {
		return err
	}
	return l.dir.Write("", pki.File{Name: EndpointsFile, Data: data})
}

// remove removes endpoints.json.
func (u *Up) remove() error {
	if err := u.dir.Remove("", EndpointsFile); err != nil {
		return fmt.Errorf("removing endpoints.json: %w", err)
	}
	return nil
}

// Close removes endpoints.json and stops serving.
func (u *Up) Close() error {
	err := u.remove()
	for _, in := range u.Instances {
		err = errors.Join(err, in.Close())
	}
	return err
}

// lookTime is the interval at which to look for a file that another program writes.
const lookTime = 50 * time.Millisecond

// startTime is how much older than a starting lab the leftovers of a previous lab may be.
const startTime = 10 * time.Second

// ErrEnded is wrapped by the error of [WaitUp] if the lab has ended.
var ErrEnded = errors.New("the lab has ended")

// WaitUp waits until another lab serves from dir: its endpoints.json exists, and the directory is in use. If
// ctx ends first, the error says which of the two is missing. If the lab ends, the error wraps [ErrEnded].
// WaitUp notices this at once if it has seen the lab run. If it has only seen the lab's files, it waits ten
// seconds, because another lab may be about to start.
func WaitUp(ctx context.Context, dir string) error {
	look := time.NewTicker(lookTime)
	defer look.Stop()
	starting := time.After(startTime)
	w := waiter{dir: dir}
	for {
		err := w.look()
		if err == nil || errors.Is(err, errEndedEarly) {
			return err
		}
		select {
		case <-look.C:
		case <-starting:
			if errors.Is(err, ErrEnded) {
				return fmt.Errorf("waiting for a lab: %w", err)
			}
		case <-ctx.Done():
			return fmt.Errorf("waiting for a lab: %w", err)
		}
	}
}

// errEndedEarly is the error for a lab that was seen to run, and needs no second look.
var errEndedEarly = fmt.Errorf("waiting for a lab: %w before it was ready", ErrEnded)

// waiter waits for a lab in another process.
type waiter struct {
	dir string
	ran bool // the lab was seen running
}

// look returns nil if the lab serves.
func (w *waiter) look() error {
	used, err := serves(w.dir)
	if err != nil && w.ran && !used {
		return fmt.Errorf("%w: see what tlslab up --dir %s wrote", errEndedEarly, w.dir)
	}
	w.ran = w.ran || used
	return err
}

// serves returns nil if a lab in another process serves from the directory. It also reports whether a lab has
// it open.
func serves(dir string) (used bool, err error) {
	used, err = pki.InUse(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("%w: start tlslab up --dir %s", err, dir)
	}
	if err != nil {
		return false, err
	}
	path := filepath.Join(dir, EndpointsFile)
	switch _, err = os.Stat(path); {
	case err == nil && !used:
		err = fmt.Errorf("%s exists, but %w: start it again with --dir %s", path, ErrEnded, dir)
	case err != nil:
		err = fmt.Errorf("%w: start tlslab up --dir %s", err, dir)
	}
	return used, err
}
