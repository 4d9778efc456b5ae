package serve

import (
	"context"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

// good returns the scenario good.
func good(t *testing.T) *scenarios.Scenario {
	t.Helper()
	s, ok := scenarios.Lookup("good")
	if !ok {
		t.Fatal("there is no scenario good")
	}
	return s
}

// relayed starts a server that relays to a crypto/tls server with that configuration, which calls answer after each
// handshake.
func relayed(t *testing.T, config *tls.Config, answer func(*tls.Conn)) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conn := tls.Server(c, config)
			if conn.Handshake() == nil {
				answer(conn)
			}
			conn.Close()
		}
	}()
	srv, err := Start(good(t), nil, Options{
		Service: Service{Name: scenarios.Mongod, Scheme: "mongodb"},
		Upstream: &Upstream{
			Addr: l.Addr().String(), Log: func(context.Context, int) []string { return []string{"a line"} },
			Close: func() error { l.Close(); <-done; return nil },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	return srv
}

// echo sends back what it receives until the client closes the connection.
func echo(c *tls.Conn) { io.Copy(c, c) }

// sayHello writes to a connection and checks that the same comes back.
func sayHello(t *testing.T, conn *tls.Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, "hello"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 5)
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
	if string(answer) != "hello" {
		t.Fatalf("the answer is %q, want %q", answer, "hello")
	}
}

// TestRelay checks what is parsed from relayed records: the ClientHello, what the server chose, and how the connection
// ended.
func TestRelay(t *testing.T) {
	ca := newAuthority(t)
	trusting, distrusting := &tls.Config{RootCAs: ca.pool()}, &tls.Config{RootCAs: x509.NewCertPool()}
	for _, test := range []struct {
		name     string
		min, max uint16 // the server's versions
		client   *tls.Config
		version  string
		end      End
		alert    string
	}{
		{"served under TLS 1.3", 0, 0, trusting, "TLS 1.3", EndRelayed, ""},
		{"served under TLS 1.2", 0, tls.VersionTLS12, trusting, "TLS 1.2", EndRelayed, ""},
		{"refused by the client", 0, tls.VersionTLS12, distrusting, "TLS 1.2", EndAlertReceived, "bad_certificate"},
		{"refused by the server", tls.VersionTLS13, 0, &tls.Config{MaxVersion: tls.VersionTLS12}, "", EndAlertSent,
			"protocol_version"},
	} {
		t.Run(test.name, func(t *testing.T) {
			srv := relayed(t, &tls.Config{
				Certificates: []tls.Certificate{ca.issue(t, newKey(t, elliptic.P256()), nil)},
				MinVersion:   test.min, MaxVersion: test.max,
			}, echo)
			client := test.client.Clone()
			client.ServerName = "localhost"
			if conn, err := tls.Dial("tcp", srv.Addr(), client); err == nil {
				sayHello(t, conn)
				conn.Close()
			}
			o := one(t, srv)
			if o.End != test.end {
				t.Errorf("end %s, want %s: %s", o.End, test.end, o.Error)
			}
			if o.Version != test.version {
				t.Errorf("version %q, want %q", o.Version, test.version)
			}
			if o.Hello == nil || o.Hello.ServerName != "localhost" {
				t.Errorf("hello = %+v, want the server name localhost", o.Hello)
			}
			if got := alertName(o); got != test.alert {
				t.Errorf("alert %q, want %q", got, test.alert)
			}
			if want := test.alert == ""; o.ApplicationData != want {
				t.Errorf("application data %v, want %v", o.ApplicationData, want)
			}
			if got, want := srv.Log(t.Context()), []string{"a line"}; !slices.Equal(got, want) {
				t.Errorf("the log is %q, want %q", got, want)
			}
		})
	}
}

func alertName(o Observation) string {
	if a := firstAlert(o.AlertReceived, o.AlertSent); a != nil {
		return a.Name
	}
	return ""
}

// TestRelayClosedByServer checks that the observation says if the server, and not the client, closed first. mongod
// closes first if it refuses a client's certificate.
func TestRelayClosedByServer(t *testing.T) {
	ca := newAuthority(t)
	srv := relayed(t, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, newKey(t, elliptic.P256()), nil)}},
		func(c *tls.Conn) { c.NetConn().Close() }) // without close_notify, after which the client would close
	conn, err := tls.Dial("tcp", srv.Addr(), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if o := one(t, srv); o.End != EndRelayed || o.Error != "closed by the server" {
		t.Errorf("end %s, error %q; want %s, %q", o.End, o.Error, EndRelayed, "closed by the server")
	}
}

// TestRelayNotTLS checks that a client that does not speak TLS is relayed, too: the server decides what to do with it.
func TestRelayNotTLS(t *testing.T) {
	cert := newAuthority(t).issue(t, newKey(t, elliptic.P256()), nil)
	srv := relayed(t, &tls.Config{Certificates: []tls.Certificate{cert}}, echo)
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "\x3a\x00\x00\x00 is no record"); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, conn)
	conn.Close()
	if o := one(t, srv); o.End != EndNotTLS {
		t.Errorf("end %s, want %s", o.End, EndNotTLS)
	}
}

// TestRelayServerGone checks that clients are dropped at once if the server has gone.
func TestRelayServerGone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	srv, err := Start(good(t), nil, Options{Upstream: &Upstream{Addr: l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want %v", err, io.EOF)
	}
	conn.Close()
	if o := one(t, srv); o.End != EndError || !strings.Contains(o.Error, "refused") {
		t.Errorf("end %s, error %q; want %s and a refused connection", o.End, o.Error, EndError)
	}
}

// TestRelayRefusedToStart checks that connections are refused if the server has refused to start.
func TestRelayRefusedToStart(t *testing.T) {
	closed := errors.New("closed")
	srv, err := Start(good(t), nil, Options{Upstream: &Upstream{Close: func() error { return closed }}})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := net.Dial("tcp", srv.Addr()); err == nil {
		c.Close()
		t.Error("connected")
	}
	if err := srv.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if err := srv.Close(); !errors.Is(err, closed) {
		t.Errorf("closing: got %v, want %v", err, closed)
	}
}
