// Package page is the page of tlslab up: the catalogue, a page for each scenario with a picture of its chain and
// commands to paste, and every connection as it happens.
//
// [Start] starts it before the lab exists, so that it can be used while chains are being minted. The lab then reports
// to it:
//
//	p, err := page.Start(page.Options{Port: 9999, Scenarios: list})
//	...
//	defer p.Close()
//	config.Watch, config.Ready, config.UI = p.Watch, p.Ready, p.URL()
//	l, err := lab.New(config)
//	p.Use(l)
//	up, err := l.Up(ctx, list, p.Listening)
//
// # Limits
//
// The page remembers the last 500 connections, at most 50 per scenario. The memory of each is limited, whatever a
// client sends, and all together take at most 8 MiB. Listeners of its event stream are notified at most five times a
// second, and then request what has changed: a slow reader costs nothing and delays no server of the lab.
//
// # Security
//
// The page answers only to its own host names, which prevents DNS rebinding. It changes nothing on a GET, accepts forms
// only from itself, and loads nothing from elsewhere, which its Content-Security-Policy enforces. What a client sends
// in its handshake is escaped, and control characters and characters that change the writing direction are spelled out.
// It serves no private keys except those of client certificates, which clients of the scenario need.
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

// Options are the options of [Start].
type Options struct {
	// Bind is the address to listen on. Empty means loopback: 127.0.0.1 and, where the machine has it,
	// ::1 on the same port.
	Bind string
	// Port is the TCP port. Zero means a free one.
	Port int
	// Scenarios lists the scenarios that the lab serves.
	Scenarios []*scenarios.Scenario
	// Trouble, if set, is called with failures of the page itself: see serve.Options.Trouble.
	Trouble func(error)
	// Text returns the text of a scenario in a language, or in another one if it has not been translated. Nil means
	// the text of package lab/lang.
	Text func(lang.Tag, *scenarios.Scenario) Text
}

// Page is a page that is being served. It is safe for concurrent use.
type Page struct {
	options Options
	text    func(lang.Tag, *scenarios.Scenario) Text
	hub     *hub
	epoch   string // distinguishes this run from others
	words   map[lang.Tag]lang.Words
	pages   map[lang.Tag]func() (map[string]*template.Template, error)
	byID    map[string]*scenarios.Scenario

	listeners []net.Listener
	server    *http.Server
	serving   sync.WaitGroup
	closing   chan struct{} // closed when streams must end
	once      sync.Once

	asking sync.Mutex // held while a server is asked

	mu       sync.Mutex
	dir      string // the directory of the lab's files
	describe func(*scenarios.Scenario) (result.Scenario, error)
	state    map[string]*state
	listens  bool     // the scenarios' servers are listening
	trouble  []string // the lab's own failures, each once
}

// state is the state of a scenario.
type state struct {
	ready    bool // its files exist
	endpoint serve.Endpoint
}

// Limits of the HTTP server.
const (
	readHeaderTime = 5 * time.Second
	readTime       = 10 * time.Second
	pageTime       = 30 * time.Second
	idleTime       = time.Minute
	maxHeader      = 32 << 10
	closeTime      = 2 * time.Second
)

// Start starts serving the page. If the address is in use, the error wraps [syscall.EADDRINUSE] and says what to do.
// The caller must close the page.
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
	p.words = map[lang.Tag]lang.Words{}
	for _, l := range lang.All() {
		p.words[l] = l.Words("page")
	}
	p.pages = parsed(p.words)
	var err error
	if p.listeners, err = listen(o.Bind, o.Port); err != nil {
		return nil, err
	}
	p.server = &http.Server{
		Handler: trouble.Handler(guard(ownHosts(o.Bind, p.port()), p.routes()), func(_ *http.Request, err error) {
			p.failed(err)
		}),
		ReadHeaderTimeout: readHeaderTime, ReadTimeout: readTime, WriteTimeout: pageTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // only reports clients that break off
	}
	for _, l := range p.listeners {
		p.serving.Go(func() { p.server.Serve(trouble.Listener(l, p.failed)) })
	}
	return p, nil
}

// listen opens the listeners of the page.
func listen(bind string, port int) ([]net.Listener, error) {
	const tries = 32
	for try := 1; ; try++ {
		first, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(bind, "127.0.0.1"), strconv.Itoa(port)))
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, taken("port "+strconv.Itoa(port), err)
		}
		if err != nil {
			return nil, fmt.Errorf("the page cannot listen: choose another port with --ui-port, "+
				"or go without the page with --no-ui: %w", err)
		}
		if bind != "" {
			return []net.Listener{first}, nil
		}
		same := strconv.Itoa(first.Addr().(*net.TCPAddr).Port)
		second, err := net.Listen("tcp6", net.JoinHostPort("::1", same))
		if err == nil {
			return []net.Listener{first, second}, nil
		}
		switch {
		case !errors.Is(err, syscall.EADDRINUSE):
			return []net.Listener{first}, nil // no IPv6 on this machine
		case port == 0 && try < tries: // the free port is in use on ::1
			first.Close()
		default: // browsers might reach another server at localhost
			first.Close()
			return nil, taken("[::1]:"+strconv.Itoa(port), err)
		}
	}
}

// taken returns the error for a port that is in use.
func taken(where string, err error) error {
	return fmt.Errorf("the page cannot listen on %s, perhaps because another lab is up: choose all ports with "+
		"--base-port, only the page's with --ui-port, or go without the page with --no-ui: %w", where, err)
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

// Use sets the lab that the page belongs to.
func (p *Page) Use(l *lab.Lab) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dir, p.describe = l.Dir(), l.Describe
}

// maxTroubles is the maximum number of different failures of the lab itself that are shown.
const maxTroubles = 8

// Trouble makes the page show a failure of the lab itself, once. It can be used as lab.Config.Trouble.
func (p *Page) Trouble(err error) {
	text := err.Error()
	if errors.Is(err, trouble.ErrOutOfFiles) {
		text = trouble.ErrOutOfFiles.Error() // wherever it happened
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.trouble) == maxTroubles || slices.Contains(p.trouble, text) {
		return
	}
	p.trouble = append(p.trouble, text)
	p.hub.announce("")
}

// failed shows and reports a failure of the page itself.
func (p *Page) failed(err error) {
	err = fmt.Errorf("the page: %w", err)
	p.Trouble(err)
	if tell := p.options.Trouble; tell != nil {
		tell(err)
	}
}

// troubles returns the failures of the lab itself so far.
func (p *Page) troubles() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.trouble)
}

// Watch records an event of a connection. It can be used as lab.Config.Watch. It never waits for viewers of the page.
func (p *Page) Watch(s *scenarios.Scenario, e serve.Event) { p.hub.watch(s, e) }

// Listening records that the scenarios' servers are listening. It can be passed to [lab.Lab.Up].
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

// Ready records that a scenario's files exist. It can be used as lab.Config.Ready.
func (p *Page) Ready(in *lab.Instance) {
	p.mu.Lock()
	if st := p.state[in.Scenario.ID]; st != nil {
		st.ready, st.endpoint = true, in.Endpoint
	}
	p.mu.Unlock()
	p.hub.announce(in.Scenario.ID)
}

// status returns the state of a scenario, and whether the scenarios' servers are listening.
func (p *Page) status(s *scenarios.Scenario) (st state, listens bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.state[s.ID], p.listens
}

// Close ends the streams and stops serving. It returns when no goroutine of the page is left.
func (p *Page) Close() error {
	var err error
	p.once.Do(func() {
		close(p.closing)
		ctx, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if err = p.server.Shutdown(ctx); err != nil { // a client reads too slowly
			err = p.server.Close()
		}
		p.serving.Wait()
	})
	return err
}
