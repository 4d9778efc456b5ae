package serve

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// watched collects events, and checks that those of each connection are in order.
type watched struct {
	t  *testing.T
	mu sync.Mutex
	of map[uint64][]Event
}

func (w *watched) watch(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.of[e.Conn]
	switch {
	case len(before) == 0 && e.Kind != EventStart, len(before) > 0 && e.Kind == EventStart:
		w.t.Errorf("connection %d: %s is event %d", e.Conn, e.Kind, len(before))
	case len(before) > 0 && before[len(before)-1].Kind == EventEnd:
		w.t.Errorf("connection %d: %s after its end", e.Conn, e.Kind)
	}
	w.of[e.Conn] = append(before, e)
}

// records returns the records of a connection, as last reported.
func (w *watched) records(conn uint64) []wire.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []wire.Record
	for _, e := range w.of[conn] {
		switch {
		case e.Kind != EventRecord:
		case e.Index == len(list):
			list = append(list, e.Record)
		default:
			list[e.Index] = e.Record
		}
	}
	return list
}

// kinds returns the kinds of a connection's events, without repetitions in a row.
func (w *watched) kinds(conn uint64) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, e := range w.of[conn] {
		list = append(list, string(e.Kind))
	}
	return strings.Join(slices.Compact(list), " ")
}

func drained(t *testing.T, srv *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	if err := srv.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestWatchTellsInOrder(t *testing.T) {
	ca := newAuthority(t)
	w := &watched{t: t, of: map[uint64][]Event{}}
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Watch: w.watch})
	for _, max := range []uint16{tls.VersionTLS13, tls.VersionTLS12} {
		c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", MaxVersion: max})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
		io.Copy(io.Discard, c)
		c.Close()
	}
	drained(t, srv)
	if len(w.of) != 2 { // Drain must not add its own
		t.Errorf("events of %d connections, want 2", len(w.of))
	}
	for conn := range uint64(2) {
		if got, want := w.kinds(conn+1), "start record hello record handshake record end"; got != want {
			t.Errorf("connection %d: %s, want %s", conn+1, got, want)
		}
	}
	var messages []string
	for _, r := range w.records(2) {
		messages = append(messages, r.Messages...)
	}
	want := []string{
		"ClientHello", "ServerHello", "Certificate", "ServerKeyExchange", "ServerHelloDone", "ClientKeyExchange",
	}
	if !slices.Equal(messages, want) {
		t.Errorf("messages %q, want %q", messages, want)
	}
	if r := w.records(1); r[2].Type != wire.RecordChangeCipherSpec || r[3].Count != 4 || !r[3].Encrypted {
		t.Errorf("the server's flight under TLS 1.3 is %+v", r)
	}
}

// TestWatchOfARelay uses both directions at once, and sends more records than are reported.
func TestWatchOfARelay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const each, size = 300, 100
	record := record(wire.RecordApplicationData, make([]byte, size)...)
	talk := func(c net.Conn) { // writes and reads concurrently
		var both sync.WaitGroup
		both.Go(func() {
			for range each {
				c.Write(record)
			}
			c.(*net.TCPConn).CloseWrite()
		})
		io.Copy(io.Discard, c)
		both.Wait()
		c.Close()
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go talk(c)
		}
	}()
	w := &watched{t: t, of: map[uint64][]Event{}}
	srv := start(t, scenario(scenarios.Server{}), nil, Options{
		Watch: w.watch, Upstream: &Upstream{Addr: l.Addr().String()},
	})
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	talk(c)
	drained(t, srv)
	list := w.records(1)
	if len(list) == 0 || len(list) > wire.MaxTraced {
		t.Fatalf("%d records reported, want some and at most %d", len(list), wire.MaxTraced)
	}
	const perRun = 18 // at most, of a run of records: sixteen as they pass, and the sum
	if len(w.of[1]) > wire.MaxTraced*perRun {
		t.Errorf("%d events for %d records", len(w.of[1]), 2*each)
	}
}

func TestWatchTellsWhatIsNoTLS(t *testing.T) {
	w := &watched{t: t, of: map[uint64][]Event{}}
	srv := start(t, scenario(scenarios.Server{Fault: scenarios.FaultBannerSSH}), nil, Options{Watch: w.watch})
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET /\x1b[31m\u202e %s", strings.Repeat("x", 1000))
	c.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, c)
	c.Close()
	drained(t, srv)
	var said []string
	for _, r := range w.records(1) {
		if r.Type != 0 || len(r.Text) > 400 {
			t.Errorf("%+v", r)
		}
		said = append(said, r.Text)
	}
	all := strings.Join(said, "|")
	if !strings.Contains(all, "SSH-2.0") || !strings.Contains(all, `GET /\x1b[31m\u202e xxx`) {
		t.Errorf("said %q", said)
	}
}
