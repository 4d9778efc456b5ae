// Package lab ties a run together: it mints what scenarios ask for, serves it, points
// clients at it and judges what they did.
//
// [New] makes a [Lab]. [Lab.Serve] gives one scenario an address of its own, [Lab.Up] serves
// many at fixed ports, and [Lab.Run] reproduces scenarios with every client there is. Go tests
// use package lab/labtest, which wraps this one.
package lab

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"example.com/tlslab/lab/internal/rescue"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/revocation"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// DefaultBasePort is the port of [Lab.Up] to which scenarios' port offsets are added.
const DefaultBasePort = 10000

// tempPrefix begins the names of the lab's temporary directories, and of those of its parts.
const tempPrefix = "tlslab-"

// Ports is how many ports above the base port a lab may use.
const Ports = 3000

// Config says how a lab is set up. The zero Config is good for a run on this machine.
type Config struct {
	// Seed decides keys and serial numbers. Empty draws a fresh one.
	Seed string
	// At is the time around which certificates are valid. Zero means midnight UTC of
	// today.
	At time.Time
	// AnyTime lets the lab work with certificates that are not valid now.
	AnyTime bool
	// Bind is the address to listen on. Empty means loopback.
	Bind string
	// Dir is where files are written. Empty means a temporary directory that Close
	// removes. New removes those of labs of this user that were killed.
	Dir string
	// ClientFiles has it write those files alone that clients are given. Zero means all, the
	// server's among them, for people to look at.
	ClientFiles bool
	// Lifetime is how long after New a certificate lives that is to expire while it is
	// served; at least a second. Zero means 2 s.
	Lifetime time.Duration
	// Services are what scenarios are served with, besides https. The lab closes them.
	Services []serve.Service
	// Watch, if set, is told what happens on every connection of every scenario, as it happens: see
	// serve.Options.Watch.
	Watch func(*scenarios.Scenario, serve.Event)
	// Trouble, if set, is told of failures of the lab itself, from several goroutines: of panics, and again
	// and again of a shortage of file descriptors (see serve.ErrOutOfFiles) for as long as it lasts.
	Trouble func(error)
	// Ready, if set, is told by [Lab.Up] of every scenario whose files are there, from several
	// goroutines.
	Ready func(*Instance)
	// UI is the URL of a page that shows the lab, for endpoints.json; empty if there is none.
	UI string
	// Ports, if not zero, is the base port: the lab's revocation responder listens on it,
	// and [Lab.Up] serves each scenario at its offset from it. Zero means ports that are free.
	Ports int
}

// Minting returns how files are to be minted that are the same for the same seed and time, at
// whatever moment they are written: certificates say that revocation status is to be had at
// the base port, and those that are to expire while they are served do so soon after c.At.
func Minting(c Config, basePort int) pki.Config {
	if c.At.IsZero() {
		c.At = Today(time.Now())
	}
	return pki.Config{
		Seed: cmp.Or(c.Seed, NewSeed()), At: c.At,
		Responder: fmt.Sprintf("http://127.0.0.1:%d", basePort),
		Refused:   fmt.Sprintf("http://127.0.0.1:%d", basePort+revocation.RefusedOffset),
	}
}

// Lab mints chains and serves them. It is safe for concurrent use.
type Lab struct {
	config    Config
	minter    *pki.Minter
	dir       *pki.Dir
	temporary bool // the directory is removed in the end
	responder *revocation.Responder

	memory *serve.Memory // of all its servers

	ready chan struct{} // closed when the responder can be asked

	troubles troubles // of the responder

	mu     sync.Mutex
	chains map[string]*minted
}

// minted is a scenario's chain, and its files, made when they are first asked for.
type minted struct {
	mint, write, describe sync.Once

	described   result.Scenario
	describeErr error
	chain       *pki.Chain
	files       serve.Files
	mintErr     error
	writeErr    error
}

// NewSeed draws a fresh seed.
func NewSeed() string { return strings.ToLower(rand.Text()) }

// Today returns midnight UTC of the day that a time lies in.
func Today(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// ErrNotValidNow is returned by [New] if certificates minted for the time it was given
// would not be valid now.
var ErrNotValidNow = errors.New("the good chain would not be valid now")

// New sets a lab up. Close must be called to remove what it made.
func New(c Config) (*Lab, error) {
	now := time.Now()
	c.Seed = cmp.Or(c.Seed, NewSeed())
	if c.At.IsZero() {
		c.At = Today(now)
	}
	c.Lifetime = cmp.Or(c.Lifetime, 2*time.Second)
	if err := checkNow(c, now); err != nil {
		return nil, err
	}
	l := &Lab{config: c, chains: map[string]*minted{}, memory: serve.NewMemory(0), ready: make(chan struct{})}
	var err error
	if l.responder, err = revocation.Start(c.Bind, c.Ports, l.chainOf); err != nil {
		return nil, err
	}
	l.responder.OnTrouble(l.troubled)
	if err := l.open(now); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	close(l.ready)
	return l, nil
}

// checkNow says so if the good chain would not be valid now.
func checkNow(c Config, now time.Time) error {
	_, to := pki.GoodPeriod(c.At)
	if c.AnyTime || !now.Before(c.At) && now.Before(to) {
		return nil
	}
	return fmt.Errorf("%w: certificates minted for %s are usable from then until %s, and it is %s: leave --at out, choose a nearer time, or pass --any-time",
		ErrNotValidNow, c.At.Format(time.RFC3339), to.Format(time.DateOnly), now.UTC().Format(time.RFC3339))
}

// open makes the minter and the directory.
func (l *Lab) open(now time.Time) error {
	var err error
	l.minter, err = pki.New(pki.Config{
		Seed: l.config.Seed, At: l.config.At,
		Soon:      now.Add(max(l.config.Lifetime, time.Second) + time.Second - 1), // X.509 cuts it to the second
		Responder: l.responder.URL(),
		Refused:   l.responder.RefusedURL(),
	})
	if err != nil {
		return err
	}
	if l.config.Dir != "" {
		l.dir, err = pki.OpenDir(l.config.Dir)
		return err
	}
	pki.SweepTemp(os.TempDir(), tempPrefix) // of labs that were killed
	l.temporary = true
	if l.dir, err = pki.TempDir(os.TempDir(), tempPrefix); err != nil {
		return fmt.Errorf("making a directory for the lab's files: %w", err)
	}
	return nil
}

// Config returns what the lab was set up with, its defaults filled in.
func (l *Lab) Config() Config { return l.config }

// Dir returns the directory that the lab writes its files to.
func (l *Lab) Dir() string { return l.dir.Path() }

// Close removes what the lab made: its responder, its services, and its directory if that is
// temporary. Servers are closed by whoever started them.
func (l *Lab) Close() error {
	err := l.responder.Close()
	for _, service := range l.config.Services {
		if service.Close != nil {
			err = errors.Join(err, service.Close())
		}
	}
	switch {
	case l.dir == nil:
	case l.temporary:
		err = errors.Join(err, l.dir.Delete())
	default:
		err = errors.Join(err, l.dir.Close())
	}
	return err
}

func (l *Lab) entry(id string) *minted {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.chains[id]
	if m == nil {
		m = new(minted)
		l.chains[id] = m
	}
	return m
}

// Chain returns what a scenario serves, minted when it is first asked for.
func (l *Lab) Chain(s *scenarios.Scenario) (*pki.Chain, error) {
	m := l.entry(s.ID)
	m.mint.Do(func() {
		m.mintErr = rescue.Do(func() (err error) {
			m.chain, err = l.minter.Mint(s.ID, s.Recipe)
			return err
		})
	})
	return m.chain, m.mintErr
}

// chainOf is Chain by ID, for the responder, which is asked by whoever can reach it.
func (l *Lab) chainOf(id string) (*pki.Chain, error) {
	select {
	case <-l.ready:
	default:
		return nil, errors.New("the lab is not ready")
	}
	s, ok := scenarios.Lookup(id)
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q", id)
	}
	return l.Chain(s)
}

// Files writes a scenario's files when they are first asked for, and returns where those are
// that a client needs.
func (l *Lab) Files(s *scenarios.Scenario) (serve.Files, error) {
	chain, err := l.Chain(s)
	if err != nil {
		return serve.Files{}, err
	}
	m := l.entry(s.ID)
	m.write.Do(func() {
		write := l.dir.WriteChain
		if l.config.ClientFiles {
			write = l.dir.WriteClient
		}
		if m.writeErr = write(chain); m.writeErr == nil {
			m.files, m.writeErr = l.clientFiles(s, chain)
		}
	})
	return m.files, m.writeErr
}

// Instance is one scenario being served.
type Instance struct {
	*serve.Server
	Scenario *scenarios.Scenario
	// Endpoint is what a client needs to connect.
	Endpoint serve.Endpoint
	// Due is the time from which the scenario's expectation holds, if it is to expire
	// while it is served; else zero.
	Due time.Time

	chain *pki.Chain // what it serves; nil for the scenario's own
}

// Serve serves one scenario on a port that is free. The caller must close the instance; ctx
// limits the start alone. If this machine cannot serve it, or the lab was not given its service,
// the error wraps [errors.ErrUnsupported].
func (l *Lab) Serve(ctx context.Context, s *scenarios.Scenario) (*Instance, error) {
	return l.serveAt(ctx, s, 0)
}

// serveAt is Serve at a port; zero is one that is free.
func (l *Lab) serveAt(ctx context.Context, s *scenarios.Scenario, port int) (*Instance, error) {
	srv, chain, err := l.start(ctx, s, port)
	if err != nil {
		return nil, err
	}
	in, err := l.instance(srv, s, chain)
	if err != nil {
		return nil, errors.Join(err, srv.Close())
	}
	return in, nil
}

// start starts the server of a scenario, with the service that it is for. The chain is what it
// serves if it has been minted for this server alone, else nil.
func (l *Lab) start(ctx context.Context, s *scenarios.Scenario, port int) (*serve.Server, *pki.Chain, error) {
	service, err := l.service(s.Service)
	if err != nil {
		return nil, nil, fmt.Errorf("scenario %s: %w", s.ID, err)
	}
	o := serve.Options{Bind: l.config.Bind, Port: port, Service: service}
	o.Trouble, o.Memory = l.config.Trouble, l.memory
	if watch := l.config.Watch; watch != nil {
		o.Watch = func(e serve.Event) { watch(s, e) }
	}
	if service.Start == nil {
		srv, err := serve.Start(s, l.source(s), o)
		return srv, nil, err
	}
	var chain *pki.Chain
	if o.Upstream, chain, err = l.startUpstream(ctx, s, service); err != nil {
		return nil, nil, fmt.Errorf("scenario %s: %w", s.ID, instead(s, err))
	}
	srv, err := serve.Start(s, nil, o)
	if err != nil {
		return nil, nil, errors.Join(err, o.Upstream.Close())
	}
	return srv, chain, nil
}

// service returns the service of that name.
func (l *Lab) service(name scenarios.Service) (serve.Service, error) {
	if name == scenarios.HTTPS {
		return serve.HTTPS(), nil
	}
	for _, service := range l.config.Services {
		if service.Name == name {
			return service, nil
		}
	}
	return serve.Service{}, fmt.Errorf("the lab was set up without the service %s: see lab.Config.Services: %w", name, errors.ErrUnsupported)
}

func (l *Lab) source(s *scenarios.Scenario) serve.Source {
	return serve.ChainSource(func() (*pki.Chain, error) { return l.Chain(s) })
}

// instance returns a server as an instance. A nil chain means the scenario's own.
func (l *Lab) instance(srv *serve.Server, s *scenarios.Scenario, chain *pki.Chain) (*Instance, error) {
	files, err := l.Files(s)
	if err != nil {
		return nil, err
	}
	if chain == nil {
		if chain, err = l.Chain(s); err != nil {
			return nil, err
		}
	}
	i := &Instance{Server: srv, Scenario: s, Endpoint: srv.Endpoint(files), Due: chain.Due(), chain: chain}
	i.Endpoint.ExpectFrom = i.Due
	return i, nil
}
