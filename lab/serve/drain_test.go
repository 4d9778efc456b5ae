package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/scenarios"
)

// TestDrain checks that all clients that came and left before Drain are observed, even those that left before they were
// accepted, on both loopback addresses. Nothing else is observed.
func TestDrain(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	want := 0
	for range 20 {
		for _, l := range srv.acceptors {
			for range 10 {
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				c.Close()
				want++
			}
		}
		if err := srv.Drain(ctx(t)); err != nil {
			t.Fatal(err)
		}
		if got := len(srv.Observations()); got != want {
			t.Fatalf("%d observations, want %d", got, want)
		}
	}
}

func TestDrainAtOnce(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := handshake(t, srv, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}); err != nil {
				t.Error(err)
			}
			if err := srv.Drain(ctx(t)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := len(srv.Observations()); got != 50 {
		t.Errorf("%d observations", got)
	}
}

func TestDrainWaits(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	c := dial(t, srv)
	short, cancel := context.WithCancel(ctx(t))
	drained := make(chan error)
	go func() { drained <- srv.Drain(short) }()
	cancel()
	if err := <-drained; !errors.Is(err, context.Canceled) {
		t.Errorf("with a client connected: %v", err)
	}
	c.Close()
	if o := one(t, srv); o.End != EndEOF {
		t.Errorf("end %s", o.End)
	}
}

// TestObservationOrder checks that observations are in the order in which clients connected, no matter which leaves
// first.
func TestObservationOrder(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	first, second := dial(t, srv), dial(t, srv)
	second.Write([]byte("second"))
	io.Copy(io.Discard, second)
	second.Close()
	first.Close()
	if err := srv.Drain(ctx(t)); err != nil {
		t.Fatal(err)
	}
	all := srv.Observations()
	if len(all) != 2 || all[0].End != EndEOF || all[1].End != EndNotTLS || all[0].Start.After(all[1].Start) {
		t.Errorf("observations = %+v", all)
	}
}

// TestObservationsBounded checks that a server forgets old observations.
func TestObservationsBounded(t *testing.T) {
	srv := &Server{record: remembered{memory: NewMemory(0)}}
	for i := range uint64(10 * maxObservations) {
		srv.observed(&conn{place: i, ended: make(chan struct{})}, Observation{BytesSent: int64(i)})
	}
	all := srv.Observations()
	if n := len(all); n != maxObservations || srv.Forgotten() != 9*maxObservations {
		t.Errorf("%d observations, and %d forgotten", n, srv.Forgotten())
	}
	if last := all[len(all)-1].BytesSent; last != 10*maxObservations-1 {
		t.Errorf("the last observation is of connection %d, want %d", last, 10*maxObservations-1)
	}
}

func TestClose(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	addr := srv.Addr()

	silent, middle := dial(t, srv), dial(t, srv)
	middle.Write(hellos.Recorded()["openssl"])
	readSome(t, middle) // in the middle of a handshake
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(func() { srv.Close() })
	}
	closers.Wait()
	io.Copy(io.Discard, silent) // returns because the server has closed it
	io.Copy(io.Discard, middle)
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := srv.Drain(ctx(t)); err != nil {
		t.Errorf("draining a closed server: %v", err)
	}
	for _, o := range srv.Observations() {
		if o.HandshakeComplete || o.End != EndError || o.Error != "read: use of closed network connection" {
			t.Errorf("end %s: %s", o.End, o.Error)
		}
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		c.Close()
		t.Error("a closed server is still listening")
	}
}

// TestCloseDuringMaterial checks that Close waits for a source that is running.
func TestCloseDuringMaterial(t *testing.T) {
	ca := newAuthority(t)
	asked, release := make(chan struct{}), make(chan struct{})
	good := ca.source(t)
	returned := false
	srv := start(t, scenario(scenarios.Server{}), func() (Material, error) {
		close(asked)
		<-release
		returned = true
		return good()
	}, Options{})
	dial(t, srv).Write(hellos.Recorded()["go"])
	<-asked
	go func() {
		<-srv.closed
		close(release)
	}()
	srv.Close()
	if !returned {
		t.Error("Close returned before the source did")
	}
}

func TestTakenPort(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	for _, bind := range []string{"", "127.0.0.1"} {
		_, err := Start(scenario(scenarios.Server{}), ca.source(t), Options{Service: web, Bind: bind, Port: srv.Port()})
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatalf("got %v", err)
		}
		t.Log(err)
	}
}

func TestBind(t *testing.T) {
	ca := newAuthority(t)
	for _, test := range []struct{ bind, host string }{
		{"", "127.0.0.1"}, {"127.0.0.1", "127.0.0.1"}, {"0.0.0.0", "127.0.0.1"}, {"::1", "::1"}, {"::", "::1"},
	} {
		srv, err := Start(scenario(scenarios.Server{}), ca.source(t), Options{Service: web, Bind: test.bind})
		if err != nil {
			t.Logf("bind to %s: %v", test.bind, err) // no IPv6 here
			continue
		}
		host, _, err := net.SplitHostPort(srv.Addr())
		if host != test.host && test.bind != "0.0.0.0" {
			t.Errorf("bound to %q: address %s, %v", test.bind, srv.Addr(), err)
		}
		if err := handshake(t, srv, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}); err != nil {
			t.Error(err)
		}
		one(t, srv)
		srv.Close()
	}
	_, err := Start(scenario(scenarios.Server{}), ca.source(t), Options{Service: web, Bind: "192.0.2.1"})
	if err == nil {
		t.Error("bound to another machine's address")
	}
}
