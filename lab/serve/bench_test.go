package serve

import (
	"crypto/tls"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

// BenchmarkHandshake compares the lab's server, which also observes, with a bare crypto/tls server: full TLS 1.3
// handshakes with P-256, client and server in one process, each on a new connection.
func BenchmarkHandshake(b *testing.B) {
	ca := newAuthority(b)
	source := ca.source(b)
	m, err := source()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("bare", func(b *testing.B) { benchmark(b, bare(b, m)) })
	b.Run("lab", func(b *testing.B) {
		benchmark(b, start(b, scenario(scenarios.Server{}), source, Options{}).Addr())
	})
	b.Run("watched", func(b *testing.B) {
		benchmark(b, start(b, scenario(scenarios.Server{}), source, Options{Watch: func(Event) {}}).Addr())
	})
}

// bare starts a server that uses only crypto/tls, and returns its address.
func bare(b *testing.B, m Material) string {
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates:           m.Certificates,
		NextProtos:             []string{"http/1.1"},
		SessionTicketsDisabled: true,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(io.Discard, c)
			}()
		}
	}()
	return l.Addr().String()
}

func benchmark(b *testing.B, addr string) {
	config := &tls.Config{ServerName: "localhost", InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			raw, err := net.Dial("tcp", addr)
			if err != nil {
				b.Error(err)
				return
			}
			c := tls.Client(raw, config)
			if err := c.Handshake(); err != nil {
				b.Error(err)
			}
			c.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/float64(runtime.GOMAXPROCS(0)), "handshakes/s/core")
}

// BenchmarkHandshakeRatio makes handshakes with both servers in turn, so that other load on the machine affects both
// alike. It reports how many handshakes the lab's server completes in the time of one with the bare server.
func BenchmarkHandshakeRatio(b *testing.B) {
	ca := newAuthority(b)
	source := ca.source(b)
	m, err := source()
	if err != nil {
		b.Fatal(err)
	}
	addrs := []string{bare(b, m), start(b, scenario(scenarios.Server{}), source, Options{}).Addr()}
	config := &tls.Config{ServerName: "localhost", InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}
	var took [2]time.Duration
	for n := 0; b.Loop(); n++ {
		for i := range addrs {
			i = (i + n) % 2 // neither is always the first
			start := time.Now()
			raw, err := net.Dial("tcp", addrs[i])
			if err != nil {
				b.Fatal(err)
			}
			c := tls.Client(raw, config)
			if err := c.Handshake(); err != nil {
				b.Fatal(err)
			}
			c.Close()
			took[i] += time.Since(start)
		}
	}
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "lab/bare")
}
