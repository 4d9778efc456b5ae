package serve

import (
	"crypto/tls"
	"errors"
	"net"
	"testing"

	"example.com/tlslab/scenarios"
)

// TestALPN checks which protocol is selected for all kinds of clients, and that no client is refused for what it offers
// unless the scenario lists its own protocols.
func TestALPN(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	own := scenarios.Server{Protocols: []string{"acme-tls/1"}}
	byTLS12 := scenarios.Server{MaxVersion: tls.VersionTLS12, Fault: scenarios.FaultLegacyRenegotiation}
	tests := []struct {
		name    string
		server  scenarios.Server
		offer   []string
		want    string
		refused bool
	}{
		{"nothing", scenarios.Server{}, nil, "", false},
		{"a browser", scenarios.Server{}, []string{"h2", "http/1.1"}, "http/1.1", false},
		{"http/1.1", scenarios.Server{}, []string{"http/1.1"}, "http/1.1", false},
		{"gRPC", scenarios.Server{}, []string{"h2"}, "h2", false},
		{"gRPC's C core of old", scenarios.Server{}, []string{"grpc-exp", "h2"}, "h2", false},
		{"psql", scenarios.Server{}, []string{"postgresql"}, "", false},
		{"HTTP/1.0", scenarios.Server{}, []string{"http/1.0"}, "", false},
		{"its own, offered", own, []string{"h2", "acme-tls/1"}, "acme-tls/1", false},
		{"its own, not offered", own, []string{"h2", "http/1.1"}, "", true},
		{"its own, and no ALPN", own, nil, "", false},
		{"another name, required", scenarios.Server{RequireSNI: true}, []string{"postgresql"}, "", false},
		{"by package tls12", byTLS12, []string{"postgresql"}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(test.server), source, Options{})
			config := &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", NextProtos: test.offer}
			c, err := tls.Dial("tcp", srv.Addr(), config)
			if (err != nil) != test.refused {
				t.Fatalf("got %v, want refused %v", err, test.refused)
			}
			if err == nil {
				if got := c.ConnectionState().NegotiatedProtocol; got != test.want {
					t.Errorf("selected %q, want %q", got, test.want)
				}
				c.Close()
			}
			o := one(t, srv)
			if o.HandshakeComplete == test.refused || o.Protocol != test.want || (o.AlertSent != nil) != test.refused {
				t.Errorf("%+v", o)
			}
		})
	}
}

// TestGoneBeforeRead checks that a client that has gone is observed as such, even if only a write notices it.
func TestGoneBeforeRead(t *testing.T) {
	ca := newAuthority(t)
	closed := make(chan struct{})
	service := web
	service.Serve = func(c net.Conn, _ Session) error {
		<-closed
		for {
			if _, err := c.Write(make([]byte, 1<<16)); err != nil {
				return errors.New("another error")
			}
		}
	}
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Service: service})
	c, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.NetConn().(*net.TCPConn).SetLinger(0); err != nil { // so that Close resets the connection
		t.Fatal(err)
	}
	c.NetConn().Close()
	close(closed)
	if o := one(t, srv); o.End != EndReset {
		t.Errorf("end %s, error %q", o.End, o.Error)
	}
}
