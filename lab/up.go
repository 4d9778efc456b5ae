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

// Up is a set of scenarios being served.
type Up struct {
	Instances []*Instance
	// Endpoints is what stands in endpoints.json.
	Endpoints serve.Endpoints
	// Left says which scenarios this system cannot serve, and why: each wraps
	// [errors.ErrUnsupported].
	Left []error

	dir *pki.Dir // with endpoints.json
}

// Up serves scenarios, each at its offset from [Config].Ports or, if that is zero, at a port
// that is free. Ports listen at once; listening, if not nil, is called when all do. Chains are
// minted on the first connection to them or in the background, whichever comes first, so that
// no scenario waits for another's RSA key. Up returns when endpoints.json and every file that it
// names is there. The caller must close what it returns.
func (l *Lab) Up(ctx context.Context, list []*scenarios.Scenario, listening func(*Up)) (*Up, error) {
	up := &Up{dir: l.dir}
	if err := up.remove(); err != nil { // an earlier one's, which would mislead who waits for it
		return nil, err
	}
	for _, s := range list {
		port := 0
		if l.config.Ports != 0 {
			port = l.config.Ports + s.Port
		}
		srv, chain, err := l.start(ctx, s, port)
		if errors.Is(err, errors.ErrUnsupported) {
			up.Left = append(up.Left, err)
			continue
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("serving %s: %w", s.ID, err), up.Close())
		}
		up.Instances = append(up.Instances, &Instance{Server: srv, Scenario: s, Endpoint: srv.Endpoint(serve.Files{}), chain: chain})
	}
	if listening != nil {
		listening(&Up{Instances: slices.Clone(up.Instances)}) // what follows replaces them
	}
	if err := l.finish(ctx, up); err != nil {
		return nil, errors.Join(err, up.Close())
	}
	return up, nil
}

// finish mints and writes what is left, on all processors, and then endpoints.json.
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
	up.Endpoints = serve.Endpoints{Schema: serve.EndpointsSchema, Seed: l.config.Seed, At: l.config.At, PID: os.Getpid(), UI: l.config.UI}
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

// lookTime is the pause between two looks for a file that another program is to write.
const lookTime = 50 * time.Millisecond

// startTime is how long what another lab left behind may be older than a lab that is about to start.
const startTime = 10 * time.Second

// ErrEnded is wrapped by the error of [WaitUp] for a lab that has ended.
var ErrEnded = errors.New("the lab has ended")

// WaitUp returns when another lab, whose directory dir is, serves: its endpoints.json is there, and
// the directory in use. It returns early, with an error that says which of the two is missing, if
// ctx ends, and with [ErrEnded] if the lab has: at once if it was seen to run, and after ten seconds
// if all that was seen are its files, since another may be about to start.
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

// errEndedEarly is an [ErrEnded] that needs no second look.
var errEndedEarly = fmt.Errorf("waiting for a lab: %w before it was ready", ErrEnded)

// waiter looks for a lab that another process runs.
type waiter struct {
	dir string
	ran bool // it was seen to run
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

// serves returns nil if a lab in another process serves from the directory, and reports whether one has it open.
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
		err = fmt.Errorf("%s is there, but %w: start it again, with --dir %s", path, ErrEnded, dir)
	case err != nil:
		err = fmt.Errorf("%w: start tlslab up --dir %s", err, dir)
	}
	return used, err
}
