package mongo

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/testcontainers/testcontainers-go"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// ImageVariable is the environment variable that names the image of [Containers], where its
// options do not.
const ImageVariable = "TLSLAB_MONGO_IMAGE"

// ContainerOptions say how containers are run. The zero ContainerOptions are good.
type ContainerOptions struct {
	// Image is the image to run: one of MongoDB's official ones, 4.2 or later, or one that is
	// built on it, or the lab's stand-in. Empty means what [ImageVariable] says, or [DefaultImage].
	Image string
	// Owner is the user ID as which mongod runs in the image, and which has to own its files.
	// Zero means 999, as in the official images.
	Owner int
	// AtOnce bounds the containers that run at once; those to come wait. Zero means no bound.
	AtOnce int
	// Labels are put on every container, besides the lab's own.
	Labels map[string]string
	// Notice, if set, is told what takes long: that an image is being pulled. It may be called
	// from any goroutine.
	Notice func(string)
}

// Containers returns the service mongod: MongoDB servers that end TLS by themselves, a container for
// each scenario that is served. They show what is the server's own: how it refuses a client's
// certificate, that it staples, what it does not start with.
//
// Containers are made with testcontainers-go. Every one has the label org.example.tlslab, and is
// removed when its server is closed; what is left then, when the service is; and what a lab of this user has
// left that was killed, when the next one connects to Docker. Ports are published on
// loopback alone; scenarios in which the server has to reach the lab's responder use the host's
// network, which needs Linux or a Docker Desktop with host networking switched on.
//
// What this machine lacks is an error that wraps [errors.ErrUnsupported] and says what to do: a Docker
// daemon, an image that can be had, one that is new enough.
//
// It is testcontainers-go itself and not its module for MongoDB: that publishes a port where there
// is none on the host's network, and its connection strings and its health check know no TLS.
func Containers(o ContainerOptions) serve.Service { return newContainers(o).service() }

func newContainers(o ContainerOptions) *containers {
	o.Image = cmp.Or(o.Image, os.Getenv(ImageVariable), DefaultImage)
	o.Owner = cmp.Or(o.Owner, defaultOwner)
	c := &containers{options: o, owner: fmt.Sprintf("%d-%s", os.Getpid(), rand.Text()), port: freePort}
	if o.AtOnce > 0 {
		c.slots = make(chan struct{}, o.AtOnce)
	}
	return c
}

func (c *containers) service() serve.Service {
	return serve.Service{Name: scenarios.Mongod, Scheme: "mongodb", Query: "tls=true", Start: c.start, Close: c.close, Reserve: c.reserve}
}

// containers is the service.
type containers struct {
	options ContainerOptions
	owner   string              // what all containers of this service are labelled with: process ID, and a word
	slots   chan struct{}       // one element a container; nil without a bound
	port    func() (int, error) // a port of the host's that is free

	mu     sync.Mutex
	asked  bool
	docker *docker
	lock   *pki.Dir // that tells others that the lab is alive; nil until docker is there
	err    error    // why it cannot be used
}

// reserve waits until there is room for another container.
func (c *containers) reserve(ctx context.Context) (release func(), err error) {
	if c.slots == nil {
		return func() {}, nil
	}
	select {
	case c.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-c.slots }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// connect connects to Docker, and gets the image, when the first container is asked for.
func (c *containers) connect(ctx context.Context) (*docker, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked {
		return c.docker, c.err
	}
	var err error
	if c.docker == nil {
		c.docker, err = dial(ctx)
	}
	if err == nil && c.lock == nil {
		err = c.takeOver(ctx)
	}
	if err == nil {
		err = c.docker.fetch(ctx, c.options.Image, c.options.Notice)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // whoever asks next may have more patience
	}
	c.asked, c.err = true, err
	return c.docker, c.err
}

// lockPrefix begins the names of the directories that tell whether a lab with containers is alive. It is not that
// of a lab's own: they go when the containers are gone.
const lockPrefix = "containers-tlslab-"

// takeOver removes the containers of labs of this user that were killed, and makes this lab's lock. A lab is
// taken for dead if its lock is there, is this user's, and is held by nobody: what belongs to a lab in
// another container, or to another user, is left alone.
func (c *containers) takeOver(ctx context.Context) error {
	if err := c.docker.sweep(ctx, label, abandoned); err != nil {
		return err
	}
	pki.SweepTemp(os.TempDir(), lockPrefix)
	var err error
	if c.lock, err = pki.TempDir(os.TempDir(), lockPrefix); err != nil {
		return fmt.Errorf("making a lock for containers: %w", err)
	}
	return nil
}

// abandoned reports whether a container is one of a lab that was killed, by its labels.
func abandoned(labels map[string]string) bool {
	lock := labels[labelLock]
	return strings.HasPrefix(filepath.Base(lock), lockPrefix) && filepath.IsAbs(lock) && pki.Abandoned(lock)
}

// Bounds of a container's start, and of its end.
const (
	makeTime   = time.Minute // until Docker has made and started it
	readyTime  = time.Minute // until mongod is ready
	removeTime = time.Minute
	// portTries bounds the search for a port of the host's that is still free when mongod takes it.
	portTries = 5
)

// start starts a container for a scenario.
func (c *containers) start(ctx context.Context, s *scenarios.Scenario, chain *pki.Chain) (*serve.Upstream, error) {
	d, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := d.image.check(s); err != nil {
		return nil, err
	}
	files, err := serverFiles(s, chain, c.options.Owner)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		m, err := c.run(ctx, d, s, files)
		if errors.Is(err, errPortTaken) && try < portTries {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := m.prepare(ctx, chain); err != nil {
			return nil, errors.Join(err, m.remove())
		}
		return m.upstream(), nil
	}
}

// mongod is a container in which mongod runs, or has refused to.
type mongod struct {
	container testcontainers.Container
	docker    *docker
	scenario  *scenarios.Scenario
	addr      string // empty if it has refused to start
	log       *serverLog
	query     string
	once      sync.Once
	err       error // of removing it
}

// run makes a container and waits until it is ready. Whatever fails, nothing of it is left.
func (c *containers) run(ctx context.Context, d *docker, s *scenarios.Scenario, files []file) (m *mongod, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	onHost, port := usesHost(s), 0
	if onHost {
		if port, err = c.port(); err != nil {
			return nil, err
		}
	}
	// A call to Docker that is given up half way can leave a container behind that nobody knows of,
	// so that it is not given up with ctx.
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTime)
	defer cancel()
	m = &mongod{docker: d, scenario: s}
	defer func() {
		if p := recover(); p != nil {
			m.remove()
			panic(p)
		}
		if err != nil {
			err = errors.Join(err, m.remove())
			m = nil
		}
	}()
	if m.container, err = d.create(making, c.request(s, onHost, port)); err != nil {
		return m, err
	}
	if err := d.copy(making, m.container.GetContainerID(), files); err != nil {
		return m, err
	}
	if m.log, err = d.attach(making, m.container.GetContainerID()); err != nil {
		return m, err
	}
	if err := d.start(making, m.container); err != nil {
		return m, err
	}
	if err := m.await(ctx); err != nil {
		return m, err
	}
	if s.Mongod.RefusesToStart {
		return m, m.remove() // its log is all that is wanted
	}
	if m.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port)); !onHost {
		m.addr, err = d.published(making, m.container.GetContainerID())
	} else if err = d.reach(ctx, m); err != nil {
		return m, err
	}
	return m, err
}

// upstream returns the container as the lab's relay takes it.
func (m *mongod) upstream() *serve.Upstream {
	return &serve.Upstream{Addr: m.addr, Query: m.query, Log: m.log.tls, Fault: m.log.fault, Done: m.log.done, Err: m.died, Close: m.remove}
}

// await returns when mongod is ready, or has refused to start where it is to.
func (m *mongod) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime, fmt.Errorf("mongod was not ready within %s: its log says no %q; last it said:%s", readyTime, readyMessage, m.log.tail()))
	defer cancel()
	ready, err := m.log.await(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("container of %s: %w", m.scenario.ID, err)
	case ready && m.scenario.Mongod.RefusesToStart:
		return fmt.Errorf("container of %s: mongod is to refuse to start, and has started", m.scenario.ID)
	case ready || m.scenario.Mongod.RefusesToStart:
		return nil
	case m.log.portTaken():
		return fmt.Errorf("container of %s: %w", m.scenario.ID, errPortTaken)
	}
	return fmt.Errorf("container of %s: mongod did not start%s: %s; last it said:%s", m.scenario.ID, m.status(), m.log.cure(), m.log.tail())
}

var errPortTaken = errors.New("every port of this machine that was free a moment ago was taken when mongod wanted it: try again, or stop what takes ports")

// died says why a mongod has ended that nobody has told to.
func (m *mongod) died() error {
	if m.addr == "" || !m.log.ended() {
		return nil
	}
	return fmt.Errorf("container of %s: mongod ended while it served%s: run it again, and see whether the machine has memory left, or who removes containers; last it said:%s", m.scenario.ID, m.status(), m.log.tail())
}

// status says how a container has ended, in brackets.
func (m *mongod) status() string {
	ctx, cancel := context.WithTimeout(context.Background(), makeTime)
	defer cancel()
	r, err := m.container.Inspect(ctx)
	switch {
	case err != nil || r.State == nil:
		return " (the container is gone)"
	case r.State.OOMKilled:
		return fmt.Sprintf(" (exit status %d, killed for lack of memory)", r.State.ExitCode)
	case r.State.ExitCode == 128+9:
		return fmt.Sprintf(" (exit status %d, killed)", r.State.ExitCode)
	}
	return fmt.Sprintf(" (exit status %d)", r.State.ExitCode)
}

// remove removes the container. It can be called more than once.
func (m *mongod) remove() error {
	m.once.Do(func() {
		if m.log != nil {
			m.log.quit()
		}
		if m.container == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), removeTime)
		defer cancel()
		if err := m.docker.remove(ctx, m.container); err != nil {
			m.err = fmt.Errorf("removing the container of %s: %w", m.scenario.ID, err)
		}
		if m.log != nil {
			m.log.wait()
		}
	})
	return m.err
}

// close removes what is left of the service's containers.
func (c *containers) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.err = true, errClosed
	if c.docker == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	all := func(map[string]string) bool { return true }
	err := errors.Join(c.docker.sweep(ctx, labelOwner+"="+c.owner, all), c.docker.close())
	if c.lock != nil {
		err = errors.Join(err, c.lock.Delete())
	}
	return err
}

// freePort returns a port that is free on loopback now.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
