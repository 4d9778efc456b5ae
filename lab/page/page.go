// Package page is the page of tlslab up: the catalogue, a page for each scenario with its chain as a
// picture and commands to paste, and every connection as it happens.
//
// [Start] starts it before the lab is there, so that it can be looked at while chains are being minted;
// the lab then tells it what happens:
//
//	p, err := page.Start(page.Options{Port: 9999, Scenarios: list})
//	...
//	defer p.Close()
//	config.Watch, config.Ready, config.UI = p.Watch, p.Ready, p.URL()
//	l, err := lab.New(config)
//	p.Use(l)
//	up, err := l.Up(ctx, list, p.Listening)
//
// # Bounds
//
// It remembers the last 500 connections, 50 of one scenario, and of each what fits bounded memory
// whatever a client sent; all of them together take 8 MiB at most. Who listens to its stream is told that there is news, five times a second at
// most, and asks for it: a slow reader costs nothing and keeps no server of the lab waiting.
//
// # Guard
//
// It answers to its own host names alone (a name that leads here by DNS rebinding is none), changes
// nothing on a GET, takes forms from itself alone, loads nothing from anywhere else and says so in a
// Content-Security-Policy. What a client said in its handshake is escaped, and control characters and
// those that turn the direction of writing are spelt out. Of private keys it hands out none but those of
// client certificates, which a client of the scenario needs.
package page

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Options say what the page shows.
type Options struct {
	// Bind is the address to listen on. Empty means loopback: 127.0.0.1 and, where the machine has it,
	// ::1 on the same port.
	Bind string
	// Port is the TCP port. Zero means one that is free.
	Port int
	// Scenarios are those that the lab serves.
	Scenarios []*scenarios.Scenario
	// Trouble, if set, is told of failures of the page itself: see serve.Options.Trouble.
	Trouble func(error)
	// Text returns what the catalogue tells of a scenario in a language, or in another if there is
	// nothing in that one. Nil means what package lab/lang has.
	Text func(lang.Tag, *scenarios.Scenario) Text
}

// Page is the page, being served. It is safe for concurrent use.
type Page struct {
	options Options
	text    func(lang.Tag, *scenarios.Scenario) Text
	hub     *hub
	epoch   string // tells this run from another
	words   map[lang.Tag]lang.Words
	pages   map[lang.Tag]map[string]*template.Template
	byID    map[string]*scenarios.Scenario

	listeners []net.Listener
	server    *http.Server
	serving   sync.WaitGroup
	closing   chan struct{} // closed when streams are to end
	once      sync.Once

	mu       sync.Mutex
	dir      string // of the lab's files
	describe func(*scenarios.Scenario) (result.Scenario, error)
	state    map[string]*state
	listens  bool     // the scenarios' servers do
	trouble  []string // the lab's own failures, each once
}

// state is how far a scenario is.
type state struct {
	left     string // why it is not served; empty if it is, or is going to be
	ready    bool   // its files are there
	endpoint serve.Endpoint
}

// Times and bounds of the HTTP server.
const (
	readHeaderTime = 5 * time.Second
	readTime       = 10 * time.Second
	pageTime       = 30 * time.Second
	idleTime       = time.Minute
	maxHeader      = 32 << 10
	closeTime      = 2 * time.Second
)

// Start starts serving the page. If the address is taken the error wraps [syscall.EADDRINUSE] and
// says what to do. The caller must close the page.
func Start(o Options) (*Page, error) {
	p := &Page{
		options: o, text: o.Text, hub: newHub(), epoch: rand.Text(), closing: make(chan struct{}),
		byID: map[string]*scenarios.Scenario{}, state: map[string]*state{},
	}
	if p.text == nil {
		p.text = told
	}
	for _, s := range o.Scenarios {
		p.byID[s.ID], p.state[s.ID] = s, new(state)
	}
	var err error
	p.words = map[lang.Tag]lang.Words{}
	for _, l := range lang.All() {
		p.words[l] = l.Words("page")
	}
	if p.pages, err = parse(p.words); err != nil {
		return nil, err
	}
	if p.listeners, err = listen(o.Bind, o.Port); err != nil {
		return nil, err
	}
	p.server = &http.Server{
		Handler: trouble.Handler(guard(ownHosts(o.Bind, p.port()), p.routes()), func(_ *http.Request, err error) {
			p.failed(err)
		}),
		ReadHeaderTimeout: readHeaderTime, ReadTimeout: readTime, WriteTimeout: pageTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // of clients that break off, which is theirs to do
	}
	for _, l := range p.listeners {
		p.serving.Go(func() { p.server.Serve(trouble.Listener(l, p.failed)) })
	}
	return p, nil
}

// listen listens where the page is to be.
func listen(bind string, port int) ([]net.Listener, error) {
	const tries = 32
	for try := 1; ; try++ {
		first, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(bind, "127.0.0.1"), strconv.Itoa(port)))
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, taken("port "+strconv.Itoa(port), err)
		}
		if err != nil {
			return nil, fmt.Errorf("the page cannot listen: choose another port with --ui-port, or do without with --no-ui: %w", err)
		}
		if bind != "" {
			return []net.Listener{first}, nil
		}
		second, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(first.Addr().(*net.TCPAddr).Port)))
		if err == nil {
			return []net.Listener{first, second}, nil
		}
		switch {
		case !errors.Is(err, syscall.EADDRINUSE):
			return []net.Listener{first}, nil // no IPv6 on this machine
		case port == 0 && try < tries: // taken there, and free here
			first.Close()
		default: // a browser would come to another server by the name localhost
			first.Close()
			return nil, taken("[::1]:"+strconv.Itoa(port), err)
		}
	}
}

// taken says what to do if the page's port is taken.
func taken(where string, err error) error {
	return fmt.Errorf("the page cannot listen on %s, maybe as another lab is up: choose ports for all with --base-port, for the page alone with --ui-port, or do without with --no-ui: %w", where, err)
}

func (p *Page) port() int { return p.listeners[0].Addr().(*net.TCPAddr).Port }

// URL returns the page's address: "http://127.0.0.1:9999/".
func (p *Page) URL() string {
	addr := p.listeners[0].Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(addr.Port)) + "/"
}

// Use tells the page of the lab whose page it is.
func (p *Page) Use(l *lab.Lab) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dir, p.describe = l.Dir(), l.Describe
}

// maxTroubles bounds how many different failures of the lab's own are shown.
const maxTroubles = 8

// Trouble has the page show a failure of the lab's own: it is what lab.Config.Trouble wants. One that has
// been told before is not shown again.
func (p *Page) Trouble(err error) {
	text := err.Error()
	if errors.Is(err, trouble.ErrOutOfFiles) {
		text = trouble.ErrOutOfFiles.Error() // wherever that was
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.trouble) == maxTroubles || slices.Contains(p.trouble, text) {
		return
	}
	p.trouble = append(p.trouble, text)
	p.hub.announce("")
}

// failed shows a failure of the page's own, and tells of it.
func (p *Page) failed(err error) {
	err = fmt.Errorf("the page: %w", err)
	p.Trouble(err)
	if tell := p.options.Trouble; tell != nil {
		tell(err)
	}
}

// troubles returns the lab's own failures so far.
func (p *Page) troubles() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.trouble)
}

// Watch takes note of what happens on a connection: it is what lab.Config.Watch wants. It does not wait
// for anybody who looks at the page.
func (p *Page) Watch(s *scenarios.Scenario, e serve.Event) { p.hub.watch(s, e) }

// Listening takes note that the scenarios' servers listen: it is what [lab.Lab.Up] calls then.
func (p *Page) Listening(up *lab.Up) {
	p.mu.Lock()
	p.listens = true
	for _, in := range up.Instances {
		if st := p.state[in.Scenario.ID]; st != nil && !st.ready {
			st.endpoint = in.Endpoint
		}
	}
	p.mu.Unlock()
	for _, s := range p.options.Scenarios {
		p.hub.announce(s.ID)
	}
}

// Ready takes note that a scenario's files are there: it is what lab.Config.Ready wants.
func (p *Page) Ready(in *lab.Instance) {
	p.mu.Lock()
	if st := p.state[in.Scenario.ID]; st != nil {
		st.ready, st.endpoint = true, in.Endpoint
	}
	p.mu.Unlock()
	p.hub.announce(in.Scenario.ID)
}

// status returns how far a scenario is.
func (p *Page) status(s *scenarios.Scenario) (st state, listens bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.state[s.ID], p.listens
}

// Close ends the streams and stops serving. It returns when nothing of the page runs any more.
func (p *Page) Close() error {
	var err error
	p.once.Do(func() {
		close(p.closing)
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err = p.server.Shutdown(ctx); err != nil { // somebody reads slowly: enough
			err = p.server.Close()
		}
		p.serving.Wait()
	})
	return err
}
