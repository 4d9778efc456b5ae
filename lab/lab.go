// Package lab ties a run together: it mints what scenarios ask for, serves it, runs clients against it and
// judges what they did.
//
// [New] makes a [Lab]. [Lab.Serve] serves one scenario on a free port, [Lab.Up] serves many at
// fixed ports, and [Lab.Run] reproduces scenarios with every client. Go tests use package lab/labtest, which
// wraps this one.
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
	"example.com/tlslab/lab/services/https"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// DefaultBasePort is the default base port of [Lab.Up], to which scenarios' port offsets are added.
const DefaultBasePort = 10000

// tempPrefix starts the names of temporary directories of the lab and its parts.
const tempPrefix = "tlslab-"

// Ports is the number of ports above the base port that a lab may use.
const Ports = 6000

// Config configures a lab. The zero Config suits a run on this machine.
type Config struct {
	// Seed determines keys and serial numbers. If empty, a random seed is drawn.
	Seed string
	// At is the time around which certificates are valid. Zero means midnight UTC today.
	At time.Time
	// AnyTime allows certificates that are not valid now.
	AnyTime bool
	// Bind is the address to listen on. Empty means loopback.
	Bind string
	// Dir is the directory for the lab's files. Empty means a temporary directory, which Close removes. New
	// also removes the temporary directories of this user's killed labs.
	Dir string
	// ClientFiles limits the files written to those that clients are given. By default all are written,
	// including the server's, for people to look at.
	ClientFiles bool
	// Lifetime is how long after New a certificate expires that expires while it is served. The minimum is
	// one second; zero means 2 s.
	Lifetime time.Duration
	// Timeout bounds each connection: handshake and service together. Zero means 10 s.
	Timeout time.Duration
	// Services are the services besides https. The lab closes them.
	Services []serve.Service
	// Watch, if set, is called for every event on every connection of every scenario, as it happens: see
	// serve.Options.Watch.
	Watch func(*scenarios.Scenario, serve.Event)
	// Trouble, if set, is called for failures of the lab itself, from several goroutines: for panics, and
	// repeatedly for as long as file descriptors are exhausted (see serve.ErrOutOfFiles).
	Trouble func(error)
	// Ready, if set, is called by [Lab.Up] for every scenario whose files have been written, from several
	// goroutines.
	Ready func(*Instance)
	// UI is the URL of a page that shows the lab, for endpoints.json. Empty without a page.
	UI string
	// Catalogue is where the lab looks up scenarios by their IDs, for its responder. Nil means the built-in one.
	Catalogue *scenarios.Catalogue
	// Ports, if not zero, is the base port: the lab's revocation responder listens on it, and [Lab.Up] serves
	// each scenario at its offset from it. Zero means any free ports.
	Ports int
}

// Minting returns the configuration for files that are the same for the same seed and time, whenever they are
// written: certificates name the revocation responder at the base port, and those that expire while they are
// served do so shortly after c.At.
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

	memory *serve.Memory // shared by all its servers

	ready chan struct{} // closed when the responder may be queried

	troubles troubles // the responder's failures

	mu     sync.Mutex
	chains map[string]*minted
}

// minted is a scenario's chain and files, made on first use.
type minted struct {
	mint, write, describe sync.Once

	described   result.Scenario
	describeErr error
	chain       *pki.Chain
	files       serve.Files
	mintErr     error
	writeErr    error
}

// NewSeed returns a random seed.
func NewSeed() string { return strings.ToLower(rand.Text()) }

// Today returns midnight UTC of now's day.
func Today(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// ErrNotValidNow is returned by [New] if certificates minted for the given time would not be valid now.
var ErrNotValidNow = errors.New("the good chain would not be valid now")

// New sets up a lab. The caller must call Close to remove what it made.
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

// checkNow returns an error if the good chain would not be valid now.
func checkNow(c Config, now time.Time) error {
	_, to := pki.GoodPeriod(c.At)
	if c.AnyTime || !now.Before(c.At) && now.Before(to) {
		return nil
	}
	return fmt.Errorf("%w: certificates minted for %s are valid from then until %s, and it is %s: "+
		"omit --at, choose a nearer time, or pass --any-time",
		ErrNotValidNow, c.At.Format(time.RFC3339), to.Format(time.DateOnly), now.UTC().Format(time.RFC3339))
}

// open makes the minter and the directory.
func (l *Lab) open(now time.Time) error {
	var err error
	l.minter, err = pki.New(pki.Config{
		Seed: l.config.Seed, At: l.config.At,
		Soon:      now.Add(max(l.config.Lifetime, time.Second) + time.Second - 1), // X.509 truncates it to seconds
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
	pki.SweepTemp(os.TempDir(), tempPrefix) // left by killed labs
	l.temporary = true
	if l.dir, err = pki.TempDir(os.TempDir(), tempPrefix); err != nil {
		return fmt.Errorf("making a directory for the lab's files: %w", err)
	}
	return nil
}

// Config returns the lab's configuration, with defaults filled in.
func (l *Lab) Config() Config { return l.config }

// Dir returns the directory of the lab's files.
func (l *Lab) Dir() string { return l.dir.Path() }

// Close closes the lab's responder and services, and removes its directory if it is temporary. It does not
// close servers; the caller that started them must do that.
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

// Chain returns the chain that a scenario serves. It is minted on first use.
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

// chainOf returns the chain of the scenario with an ID. The responder calls it, which anyone with access to
// its port can trigger.
func (l *Lab) chainOf(id string) (*pki.Chain, error) {
	select {
	case <-l.ready:
	default:
		return nil, errors.New("the lab is not ready")
	}
	s, ok := l.config.Catalogue.Lookup(id)
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q", id)
	}
	return l.Chain(s)
}

// Files writes a scenario's files on first use, and returns the paths of those that a client needs.
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

// Instance is a scenario that is being served.
type Instance struct {
	*serve.Server
	Scenario *scenarios.Scenario
	// Endpoint is what a client needs to connect.
	Endpoint serve.Endpoint
	// Due is the time from which the scenario's expectation holds, if its certificate expires while it is
	// served; else zero.
	Due time.Time

	chain *pki.Chain // what it serves; nil means the scenario's own chain
}

// Serve serves one scenario on a free port. The caller must close the instance; ctx limits only the start. If
// this machine cannot serve the scenario, or the lab lacks its service, the error wraps
// [errors.ErrUnsupported].
func (l *Lab) Serve(ctx context.Context, s *scenarios.Scenario) (*Instance, error) {
	return l.serveAt(ctx, s, 0)
}

// serveAt is Serve at a given port. Zero means a free one.
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

// start starts the server of a scenario, with its service. The returned chain is not nil only if it was
// minted for this server alone.
func (l *Lab) start(ctx context.Context, s *scenarios.Scenario, port int) (*serve.Server, *pki.Chain, error) {
	service, err := l.service(s.Service)
	if err != nil {
		return nil, nil, fmt.Errorf("scenario %s: %w", s.ID, err)
	}
	o := serve.Options{Bind: l.config.Bind, Port: port, Service: service, Timeout: l.config.Timeout}
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
		return nil, nil, fmt.Errorf("scenario %s: %w", s.ID, withAlternative(s, err))
	}
	srv, err := serve.Start(s, nil, o)
	if err != nil {
		return nil, nil, errors.Join(err, o.Upstream.Close())
	}
	return srv, chain, nil
}

// service returns the service with that name.
func (l *Lab) service(name scenarios.Service) (serve.Service, error) {
	for _, service := range append([]serve.Service{https.Service()}, l.config.Services...) {
		if service.Name == name {
			return service, nil
		}
	}
	return serve.Service{}, fmt.Errorf("the lab has no service %s: see lab.Config.Services: %w", name,
		errors.ErrUnsupported)
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
