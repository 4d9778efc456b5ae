package serve

import (
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// TestShed fills every slot with clients that send nothing, or the start of a record. The next client must be served
// long before they time out. The oldest must be closed for it, and its observation must say so.
func TestShed(t *testing.T) {
	ca := newAuthority(t)
	const places = 8
	var mu sync.Mutex
	var seen []Observation
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{
		MaxConns: places, Timeout: time.Minute,
		OnObservation: func(o Observation) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, o)
		},
	})
	var silent []*net.TCPConn
	for n := range places {
		c := dial(t, srv)
		c.Write([]byte{byte(wire.RecordHandshake), 3, 1, 2}[:n%5])
		silent = append(silent, c)
	}
	began := time.Now()
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the next client waited %v", took)
	}
	if _, err := silent[0].Read(make([]byte, 1)); err == nil {
		t.Error("the oldest is still served")
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) < 1 || seen[0].End != EndError || !strings.Contains(seen[0].Error, "closed to make room") {
		t.Errorf("%+v", seen)
	}
}

// TestShedSparesTheServed checks that connections are left alone if their handshake is finished, or if they wait for
// the server's own material.
func TestShedSparesTheServed(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	t.Run("served", func(t *testing.T) {
		srv := start(t, scenario(scenarios.Server{}), source, Options{MaxConns: 1, Timeout: 3 * time.Second})
		c := tls.Client(dial(t, srv), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil { // waits until the first times out
			t.Fatal(err)
		}
		if all := srv.Observations(); len(all) == 0 || all[0].End != EndTimeout {
			t.Errorf("%+v", all)
		}
	})
	t.Run("waiting for the material", func(t *testing.T) {
		var srv *Server
		slow := func() (Material, error) {
			srv.shed(time.Now().Add(2 * shedAfter)) // as if the material took that long
			return source()
		}
		srv = start(t, scenario(scenarios.Server{}), slow, Options{MaxConns: 1})
		var clients sync.WaitGroup
		for range 3 {
			clients.Go(func() {
				if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
					t.Error(err)
				}
			})
		}
		clients.Wait()
	})
}
