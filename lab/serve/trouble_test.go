package serve

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/scenarios"
)

// troubles collects the failures that a server reports to Options.Trouble.
type troubles struct {
	mu   sync.Mutex
	list []error
}

func (t *troubles) add(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, err)
}

func (t *troubles) all() []error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.list
}

// panickers returns what can panic on the goroutine of a connection. Each modifies the options so that once is called,
// and returns the source to use.
func panickers(good Source) map[string]func(once func(), o *Options) Source {
	return map[string]func(once func(), o *Options) Source{
		"service": func(once func(), o *Options) Source {
			o.Service = web
			answer := o.Service.Serve
			o.Service.Serve = func(c net.Conn, s Session) error { once(); return answer(c, s) }
			return good
		},
		"source": func(once func(), _ *Options) Source {
			return func() (Material, error) { once(); return good() }
		},
		"watch, at the start": func(once func(), o *Options) Source {
			o.Watch = watching(EventStart, once)
			return good
		},
		"watch, at a record": func(once func(), o *Options) Source {
			o.Watch = watching(EventRecord, once)
			return good
		},
		"watch, at the end": func(once func(), o *Options) Source {
			o.Watch = watching(EventEnd, once)
			return good
		},
		"observation": func(once func(), o *Options) Source {
			o.OnObservation = func(Observation) { once() }
			return good
		},
	}
}

// TestPanic checks that a panic on the goroutine of a connection ends only that connection, no matter what panics. It
// must be observed as the lab's own failure, and the next client must be served.
func TestPanic(t *testing.T) {
	ca := newAuthority(t)
	for name, prepare := range panickers(ca.source(t)) {
		t.Run(name, func(t *testing.T) {
			var first sync.Once
			var told troubles
			var serving atomic.Pointer[Server]
			o := Options{Trouble: func(err error) {
				told.add(err)
				if hasEnded(serving.Load()) { // Drain might return before the failure is reported
					t.Error("the failure was reported after the connection had ended")
				}
			}}
			source := prepare(func() { first.Do(func() { panic("as the test wants it") }) }, &o)
			srv := start(t, scenario(scenarios.Server{}), source, o)
			serving.Store(srv)
			config := &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}
			get(t, srv, config)
			if err := srv.Drain(ctx(t)); err != nil {
				t.Fatal(err)
			}
			all := srv.Observations()
			if len(all) != 1 {
				t.Fatalf("%d observations", len(all))
			}
			seen := all[0].End == EndInternal && strings.Contains(all[0].Error, "as the test wants it")
			if served := name == "observation"; seen == served { // there, the connection is observed before the panic
				t.Errorf("end %s: %s", all[0].End, all[0].Error)
			}
			const want = "serving test: internal error of the lab: as the test wants it"
			if list := told.all(); len(list) != 1 || !trouble.Is(list[0]) || list[0].Error() != want ||
				!strings.Contains(trouble.Details(list[0]), "trouble_test.go") {
				t.Errorf("reported %v, want %q with a stack", list, want)
			}
			if err := srv.Trouble(); !trouble.Is(err) {
				t.Errorf("trouble = %v", err)
			}
			if name == "source" { // which is called only once
				return
			}
			if answer, err := get(t, srv, config); err != nil || !strings.Contains(answer, `"scenario":"test"`) {
				t.Errorf("the next client got %q, %v", answer, err)
			}
		})
	}
}

// hasEnded reports whether any connection that is still being served already counts as over.
func hasEnded(srv *Server) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	for c := range srv.conns {
		select {
		case <-c.ended:
			return true
		default:
		}
	}
	return false
}

// watching returns a watch that calls do for events of a kind.
func watching(kind EventKind, do func()) func(Event) {
	return func(e Event) {
		if e.Kind == kind {
			do()
		}
	}
}

// TestPanicInRelay checks the same for the two goroutines of a relayed connection.
func TestPanicInRelay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var echoing sync.WaitGroup
	defer echoing.Wait()
	defer l.Close()
	echoing.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			echoing.Go(func() {
				defer c.Close()
				io.Copy(c, c)
			})
		}
	})
	for _, fromClient := range []bool{true, false} {
		srv := start(t, scenario(scenarios.Server{}), nil, Options{
			Upstream: &Upstream{Addr: l.Addr().String()},
			Watch: func(e Event) {
				if e.Kind == EventRecord && e.Record.FromClient == fromClient {
					panic("as the test wants it")
				}
			},
		})
		c := dial(t, srv)
		c.Write(hellos.Recorded()["openssl"])
		c.CloseWrite()
		io.Copy(io.Discard, c)
		if o := one(t, srv); o.End != EndInternal || !strings.Contains(o.Error, "as the test wants it") {
			t.Errorf("end %s: %s", o.End, o.Error)
		}
	}
}
