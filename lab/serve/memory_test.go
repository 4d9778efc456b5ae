package serve

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/scenarios"
)

// TestMemory checks that what several servers remember together is bounded, and so is the heap, even if clients send
// names and lists of 65,000 bytes. The newest observation of each server is kept.
func TestMemory(t *testing.T) {
	ca := newAuthority(t)
	const limit = 1 << 20
	clients := 500
	if testing.Short() {
		clients = 150
	}
	m := NewMemory(limit)
	quiet := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Memory: m})
	flooded := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Memory: m})
	before := heap()
	huge := [][]byte{hellos.Huge(true), hellos.Huge(false)}
	for n := range clients {
		c := dial(t, flooded)
		c.Write(huge[n%2])
		io.Copy(io.Discard, c)
		c.Close()
	}
	if err := flooded.Drain(ctx(t)); err != nil {
		t.Fatal(err)
	}
	grown := heap() - before
	t.Logf("%d observations of %d clients take %d bytes, the heap has grown by %d",
		len(flooded.Observations()), clients, m.Held(), grown)
	if held := m.Held(); held > limit || held < limit/2 {
		t.Errorf("the observations take %d bytes, want between %d and %d", held, limit/2, limit)
	}
	if grown > limit+4<<20 { // with room for what the server uses otherwise
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	if kept := len(flooded.Observations()); kept == 0 || kept+int(flooded.Forgotten()) != clients {
		t.Errorf("%d observations kept and %d forgotten of %d clients", kept, flooded.Forgotten(), clients)
	}
	handshake(t, quiet, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	if o := one(t, quiet); o.Hello == nil || quiet.Forgotten() != 0 {
		t.Errorf("the other server has %+v, and has forgotten %d", o, quiet.Forgotten())
	}
	flooded.Close()
	if held := m.Held(); held > 64<<10 {
		t.Errorf("a closed server still holds %d bytes", held)
	}
	if len(flooded.Observations()) == 0 {
		t.Error("a closed server has no observations any more")
	}
	runtime.KeepAlive(m)
}

// heap returns the bytes in use on the heap.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// TestMemoryForgetsTheOldest checks that one server's observations make room for another's, the oldest first.
func TestMemoryForgetsTheOldest(t *testing.T) {
	o := Observation{Error: strings.Repeat("x", 1000)}
	m := NewMemory(10 * o.size())
	a, b := remembered{memory: m}, remembered{memory: m}
	for n := range uint64(6) {
		a.add(n, o)
	}
	for n := range uint64(8) {
		b.add(n, o)
	}
	if len(a.all()) != 2 || a.lost() != 4 || len(b.all()) != 8 || b.lost() != 0 {
		t.Errorf("%d and %d kept, %d and %d forgotten; want 2 and 8, 4 and 0",
			len(a.all()), len(b.all()), a.lost(), b.lost())
	}
	large := Observation{Error: strings.Repeat("x", 100_000)}
	b.add(9, large)
	if all := b.all(); len(all) != 1 || all[0].Error != large.Error || len(a.all()) != 0 {
		t.Errorf("%d and %d kept, want only the newest", len(a.all()), len(all))
	}
}

// TestLongTexts checks that long subjects of client certificates, and errors that repeat what a client sent, are cut.
func TestLongTexts(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{ClientAuth: tls.RequireAnyClientCert}), ca.source(t), Options{})
	cert := ca.issue(t, newKey(t, elliptic.P256()), func(c *x509.Certificate) {
		for n := range 100 {
			c.Subject.OrganizationalUnit = append(c.Subject.OrganizationalUnit, fmt.Sprint(n, strings.Repeat("u", 50)))
		}
	})
	get(t, srv, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", Certificates: []tls.Certificate{cert}})
	if o := one(t, srv); !strings.HasSuffix(o.ClientCertificate, "...") || len(o.ClientCertificate) > maxText+3 {
		t.Errorf("the subject has %d bytes: %q", len(o.ClientCertificate), o.ClientCertificate)
	}

	plain := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
	c := tls.Client(dial(t, plain), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	io.WriteString(c, strings.Repeat("g", 60_000)+"\r\n\r\n")
	c.CloseWrite()
	io.Copy(io.Discard, c)
	c.Close()
	if o := one(t, plain); o.End != EndError || len(o.Error) > maxText+3 || len(o.Error) < 100 {
		t.Errorf("end %s, an error of %d bytes: %q", o.End, len(o.Error), o.Error)
	}
}
