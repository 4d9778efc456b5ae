// Package mongo is the service mongod: MongoDB servers in containers, which terminate TLS themselves. The service
// mongodb, with the lab's own TLS in front of a database, is in lab/services/mongodb.
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

// ImageVariable is the environment variable that names the default image of [Containers].
const ImageVariable = "TLSLAB_MONGO_IMAGE"

// ContainerOptions are the options of [Containers]. The zero value is usable.
type ContainerOptions struct {
	// Image is the image to run: an official MongoDB image, version 4.2 or later, one that is based on it, or
	// the lab's stand-in. Empty means the value of [ImageVariable], or [DefaultImage].
	Image string
	// Owner is the ID of the user that mongod runs as in the image, who must own its files. Zero means 999,
	// as in the official images.
	Owner int
	// AtOnce limits the number of concurrent containers; further ones wait. Zero means no limit.
	AtOnce int
	// Labels are put on every container, in addition to the lab's own.
	Labels map[string]string
	// Notice, if set, is called before something that takes long, such as pulling an image. It may be called
	// from any goroutine.
	Notice func(string)
}

// Containers returns the service mongod: MongoDB servers that terminate TLS themselves, one container for
// each scenario that is served. They show how the server itself behaves: how it refuses a client's
// certificate, that it staples, and what prevents it from starting.
//
// Containers are made with testcontainers-go and have the label org.example.tlslab. A container is removed
// when its server is closed; closing the service removes all that are left. Connecting to Docker removes
// those that this user's killed labs left behind. Ports are published on loopback only. Scenarios in which
// the server must reach the lab's responder use the host's network, which needs Linux, or Docker Desktop with
// host networking enabled.
//
// If this machine lacks something (a Docker daemon, an image that can be pulled, an image that is new
// enough), the error wraps [errors.ErrUnsupported] and says what to do.
//
// testcontainers-go's module for MongoDB is not used: it publishes a port where the host's network has none,
// and its connection strings and health check do not support TLS.
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
	return serve.Service{Name: scenarios.Mongod, Scheme: "mongodb", Query: "tls=true", Start: c.start, Close: c.close,
		Reserve: c.reserve}
}

// containers is the service.
type containers struct {
	options ContainerOptions
	owner   string              // the label of this service's containers: process ID and a random word
	slots   chan struct{}       // one element per container; nil without a limit
	port    func() (int, error) // returns a free port of the host

	mu     sync.Mutex
	asked  bool
	docker *docker
	lock   *pki.Dir // tells others that the lab is alive; nil until Docker is connected
	err    error    // why Docker cannot be used
}

// reserve waits until another container may run.
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

// connect connects to Docker and gets the image, on first use.
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
		return nil, ctx.Err() // the next caller may have more time
	}
	c.asked, c.err = true, err
	return c.docker, c.err
}

// lockPrefix starts the names of the directories that tell whether a lab with containers is alive. They
// differ from the lab's other temporary directories because they must stay until the containers are gone.
const lockPrefix = "containers-tlslab-"

// takeOver removes the containers of this user's killed labs, and makes this lab's lock. A lab counts as dead
// if its lock exists, belongs to this user and is not held. So the containers of labs in other containers, or
// of other users, are left alone.
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

// abandoned reports whether a container's labels say that it belongs to a killed lab.
func abandoned(labels map[string]string) bool {
	lock := labels[labelLock]
	return strings.HasPrefix(filepath.Base(lock), lockPrefix) && filepath.IsAbs(lock) && pki.Abandoned(lock)
}

// Time limits of a container's start and end.
const (
	makeTime   = time.Minute // until Docker has made and started the container
	readyTime  = time.Minute // until mongod is ready
	removeTime = time.Minute
	// portTries limits the attempts to find a host port that is still free when mongod binds it.
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
	m, err := c.runs(ctx, d, start{scenario: s, files: files, onHost: usesHost(s)})
	if err != nil {
		return nil, err
	}
	if err := m.prepare(ctx, chain); err != nil {
		return nil, errors.Join(err, m.remove())
	}
	return m.upstream(), nil
}

// start says how to start a mongod.
type start struct {
	scenario *scenarios.Scenario
	files    []file
	onHost   bool     // it uses the host's network
	more     []string // further arguments
}

// runs is run, again if another program has taken the port.
func (c *containers) runs(ctx context.Context, d *docker, s start) (*mongod, error) {
	for try := 1; ; try++ {
		m, err := c.run(ctx, d, s)
		if !errors.Is(err, errPortTaken) || try >= portTries {
			return m, err
		}
	}
}

// mongod is a container in which mongod runs, or has refused to start.
type mongod struct {
	container testcontainers.Container
	docker    *docker
	scenario  *scenarios.Scenario
	addr      string // empty if it has refused to start
	log       *serverLog
	query     string
	once      sync.Once
	err       error // from removing it
}

// run makes a container and waits until it is ready. If anything fails, nothing of it is left.
func (c *containers) run(ctx context.Context, d *docker, s start) (m *mongod, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	port := 0
	if s.onHost {
		if port, err = c.port(); err != nil {
			return nil, err
		}
	}
	// Cancelling a call to Docker can leave an unknown container behind, so these calls do not end with ctx.
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTime)
	defer cancel()
	m = &mongod{docker: d, scenario: s.scenario}
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
	if m.container, err = d.create(making, c.request(s, port)); err != nil {
		return m, err
	}
	if err := d.copy(making, m.container.GetContainerID(), s.files); err != nil {
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
	if s.scenario.Mongod.RefusesToStart {
		return m, m.remove() // only its log is needed
	}
	if m.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port)); !s.onHost {
		m.addr, err = d.published(making, m.container.GetContainerID())
	} else if err = d.reach(ctx, m); err != nil {
		return m, err
	}
	return m, err
}

// upstream returns the container in the form that the lab's relay needs.
func (m *mongod) upstream() *serve.Upstream {
	return &serve.Upstream{Addr: m.addr, Query: m.query, Log: m.log.tls, Fault: m.log.fault, Done: m.log.done,
		Err: m.died, Close: m.remove}
}

// await returns when mongod is ready, or has refused to start as the scenario demands.
func (m *mongod) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTime,
		fmt.Errorf("mongod was not ready within %s: its log does not say %q; its last lines:%s", readyTime,
			readyMessage, m.log.tail()))
	defer cancel()
	ready, err := m.log.await(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("container of %s: %w", m.scenario.ID, err)
	case ready && m.scenario.Mongod.RefusesToStart:
		return fmt.Errorf("container of %s: mongod should have refused to start, but started", m.scenario.ID)
	case ready || m.scenario.Mongod.RefusesToStart:
		return nil
	case m.log.portTaken():
		return fmt.Errorf("container of %s: %w", m.scenario.ID, errPortTaken)
	}
	return fmt.Errorf("container of %s: mongod did not start%s: %s; its last lines:%s", m.scenario.ID, m.status(),
		m.log.hint(), m.log.tail())
}

var errPortTaken = errors.New("every free port of this machine was taken before mongod could bind it: " +
	"try again, or stop the programs that take ports")

// died says why a mongod ended without being told to.
func (m *mongod) died() error {
	if m.addr == "" || !m.log.ended() {
		return nil
	}
	return fmt.Errorf("container of %s: mongod ended while it served%s: run it again; "+
		"check whether memory is short or something removes containers; its last lines:%s", m.scenario.ID, m.status(),
		m.log.tail())
}

// status describes how a container ended, in parentheses.
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

var errClosed = errors.New("mongo: the service is closed")

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

// freePort returns a port that is currently free on loopback.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
