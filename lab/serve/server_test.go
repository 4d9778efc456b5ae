package serve

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

func TestGood(t *testing.T) {
	ca := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{})
			answer, err := get(t, srv, &tls.Config{
				RootCAs: ca.pool(), MaxVersion: version, NextProtos: []string{"h2", "http/1.1"},
			})
			if err != nil {
				t.Fatal(err)
			}
			o := one(t, srv)
			if o.End != EndServed || !o.HandshakeComplete || !o.ApplicationData || o.Error != "" {
				t.Errorf("observation = %+v", o)
			}
			if o.AlertReceived != nil || o.AlertSent != nil {
				t.Errorf("alerts received %v, sent %v", o.AlertReceived, o.AlertSent)
			}
			if o.Version != tls.VersionName(version) || o.Group == "" || o.Protocol != "http/1.1" {
				t.Errorf("version %q, group %q, protocol %q", o.Version, o.Group, o.Protocol)
			}
			if o.Hello == nil || o.Hello.ServerName != "localhost" || o.HelloRetry {
				t.Errorf("hello = %+v, retry %v", o.Hello, o.HelloRetry)
			}
			if o.BytesReceived < int64(o.Hello.Size) || o.BytesSent == 0 || o.Duration <= 0 {
				t.Errorf("received %d B, sent %d B in %v", o.BytesReceived, o.BytesSent, o.Duration)
			}

			var s Session
			if err := json.Unmarshal([]byte(answer), &s); err != nil {
				t.Fatalf("%v: %s", err, answer)
			}
			if s.Scenario != "test" || s.Version != o.Version || s.CipherSuite != o.CipherSuite ||
				s.Group != o.Group || s.Hello.ServerName != "localhost" {
				t.Errorf("session = %+v, observation = %+v", s, o)
			}
		})
	}
}

// TestClientRefuses checks that the alert of a client that refuses the certificate is observed, with every version.
func TestClientRefuses(t *testing.T) {
	ca := newAuthority(t)
	good := ca.issue(t, newKey(t, elliptic.P256()), nil)
	expired := ca.issue(t, newKey(t, elliptic.P256()), func(c *x509.Certificate) {
		c.NotAfter = time.Now().Add(-time.Minute)
	})
	tests := []struct {
		name string
		cert tls.Certificate
		cas  *x509.CertPool
		host string
	}{
		{"untrusted", good, x509.NewCertPool(), "localhost"},
		{"expired", expired, ca.pool(), "localhost"},
		{"name", good, ca.pool(), "other.test"},
	}
	for _, test := range tests {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(test.name+"/"+tls.VersionName(version), func(t *testing.T) {
				srv := start(t, scenario(scenarios.Server{}), material(test.cert, nil), Options{})
				config := &tls.Config{RootCAs: test.cas, ServerName: test.host, MaxVersion: version}
				if err := handshake(t, srv, config); err == nil {
					t.Fatal("the client accepted")
				}
				o := one(t, srv)
				// crypto/tls's client sends bad_certificate for every error of crypto/x509.
				const want = "bad_certificate (42)"
				if o.End != EndAlertReceived || o.AlertReceived == nil || o.AlertReceived.String() != want {
					t.Errorf("end %s, received %v, want %s", o.End, o.AlertReceived, want)
				}
				if o.AlertSent != nil {
					t.Errorf("sent %v", o.AlertSent)
				}
				if o.HandshakeComplete || o.ApplicationData || o.Error == "" {
					t.Errorf("observation = %+v", o)
				}
			})
		}
	}
}

func TestNothingInCommon(t *testing.T) {
	ca := newAuthority(t)
	aes128 := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
	aes256 := []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}
	tests := []struct {
		name   string
		server scenarios.Server
		client *tls.Config
		alert  string
	}{
		{"version", scenarios.Server{MinVersion: tls.VersionTLS13}, &tls.Config{MaxVersion: tls.VersionTLS12},
			"protocol_version (70)"},
		{"old version", scenarios.Server{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, &tls.Config{},
			"protocol_version (70)"},
		{"suite", scenarios.Server{MaxVersion: tls.VersionTLS12, CipherSuites: aes256},
			&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: aes128}, "handshake_failure (40)"},
		{"group", scenarios.Server{Groups: []tls.CurveID{tls.CurveP521}},
			&tls.Config{CurvePreferences: []tls.CurveID{tls.X25519}}, "handshake_failure (40)"},
		{"protocol", scenarios.Server{Protocols: []string{"http/1.1"}}, &tls.Config{NextProtos: []string{"h2"}},
			"no_application_protocol (120)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := start(t, scenario(test.server), ca.source(t), Options{})
			test.client.RootCAs, test.client.ServerName = ca.pool(), "localhost"
			err := handshake(t, srv, test.client)
			o := one(t, srv)
			if o.End != EndAlertSent || o.AlertSent == nil || o.AlertSent.String() != test.alert {
				t.Errorf("end %s, sent %v, want %s; client: %v", o.End, o.AlertSent, test.alert, err)
			}
			if got := remoteAlert(err); got == nil || *got != *o.AlertSent {
				t.Errorf("the client got %v: %v", got, err)
			}
		})
	}
}

func TestOldVersion(t *testing.T) {
	ca := newAuthority(t)
	s := scenario(scenarios.Server{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10})
	srv := start(t, s, ca.source(t), Options{})
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool(), MinVersion: tls.VersionTLS10}); err != nil {
		t.Fatal(err)
	}
	if o := one(t, srv); o.Version != "TLS 1.0" || o.End != EndServed {
		t.Errorf("version %s, end %s", o.Version, o.End)
	}
}

func TestHelloRetry(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{Groups: []tls.CurveID{tls.CurveP384}}), ca.source(t), Options{})
	config := &tls.Config{RootCAs: ca.pool(), CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP384}}
	if _, err := get(t, srv, config); err != nil {
		t.Fatal(err)
	}
	o := one(t, srv)
	if !o.HelloRetry || o.Group != "secp384r1" || o.End != EndServed {
		t.Errorf("retry %v, group %s, end %s", o.HelloRetry, o.Group, o.End)
	}
	// The second hello must not replace the first.
	if want := []string{"x25519"}; !slices.Equal(o.Hello.KeyShares, want) {
		t.Errorf("key shares = %v, want %v", o.Hello.KeyShares, want)
	}
}

func TestOnObservation(t *testing.T) {
	ca := newAuthority(t)
	seen := make(chan Observation, 1)
	o := Options{OnObservation: func(o Observation) { seen <- o }}
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), o)
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Fatal(err)
	}
	if o := <-seen; o.End != EndServed {
		t.Errorf("end %s", o.End)
	}
}

func TestHundredServers(t *testing.T) {
	ca := newAuthority(t)
	source := ca.source(t)
	var clients sync.WaitGroup
	for range 100 {
		// All handshakes run at once, which can take long with few processors.
		srv := start(t, scenario(scenarios.Server{}), source, Options{Timeout: time.Minute})
		clients.Go(func() {
			if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
				t.Error(err)
			}
			if o := one(t, srv); o.End != EndServed {
				t.Errorf("end %s: %s", o.End, o.Error)
			}
		})
	}
	clients.Wait()
}

func TestMaxConns(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{MaxConns: 1})
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	if err := srv.Drain(ctx(t)); err != nil {
		t.Fatal(err)
	}
	if n := len(srv.Observations()); n != 20 {
		t.Errorf("%d observations", n)
	}
}

func TestService(t *testing.T) {
	ca := newAuthority(t)
	echo := Service{Name: "echo", Scheme: "echo", Serve: func(c net.Conn, s Session) error {
		_, err := io.CopyN(c, c, 5)
		return err
	}}
	srv := start(t, scenario(scenarios.Server{}), ca.source(t), Options{Service: echo})
	c := tls.Client(dial(t, srv), &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"})
	io.WriteString(c, "hello")
	if got, err := io.ReadAll(c); string(got) != "hello" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	c.Close()
	if o := one(t, srv); o.End != EndServed || o.Protocol != "" {
		t.Errorf("end %s, protocol %q", o.End, o.Protocol)
	}
	if e := srv.Endpoint(Files{}); e.Service != "echo" || !strings.HasPrefix(e.URL, "echo://localhost:") {
		t.Errorf("endpoint = %+v", e)
	}
}

func TestNoService(t *testing.T) {
	if srv, err := Start(scenario(scenarios.Server{}), nil, Options{}); !errors.Is(err, errNoService) {
		t.Errorf("%v, %v", srv, err)
	}
}
