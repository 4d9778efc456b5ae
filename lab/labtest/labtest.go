// Package labtest serves the lab's scenarios to Go tests, in the style of net/http/httptest.
//
// [Start] serves one scenario for as long as a test runs:
//
//	srv := labtest.Start(t, "expired")
//	_, err := newMyClient(srv.CAs).Get(srv.URL)
//	// err must be about expiry; srv.Observations() tells what the server saw
//
// [StartFile] does so with a scenario of your own, from a file: see package scenarios/file.
//
// [TestClient] runs a client against the whole catalogue, with one subtest per scenario. A subtest fails if
// the client accepts what it must reject, rejects what it must accept, or rejects for the wrong reason.
package labtest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/trouble"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/near"
)

// seed is the seed of all tests: every run has the same keys.
const seed = "labtest"

// drainTime bounds the wait until the server has seen the end of a client's connections.
const drainTime = 5 * time.Second

// Server is a scenario that is being served to a test.
type Server struct {
	// URL is https://host:port/. If the scenario's host does not resolve, dial Endpoint.Connect instead, as
	// Client does.
	URL string
	// CAs and CAFile are what the client should trust.
	CAs    *x509.CertPool
	CAFile string
	// ClientCertificate is what the client should present, if the scenario needs it.
	ClientCertificate []tls.Certificate
	// Endpoint is the complete description of where and how the scenario is served.
	Endpoint serve.Endpoint
	// Scenario is the scenario's declaration: story, fix, expectation.
	Scenario *scenarios.Scenario

	t        testing.TB
	instance *lab.Instance
}

// Start serves the scenario with an ID until the test ends, on its own loopback port. Certificates are minted
// for today. It fails the test if the scenario does not exist.
//
// Scenarios with another service than https need that service: for mongo-expired,
// labtest.Start(t, "mongo-expired", mongodb.Embedded()) with package lab/services/mongodb. It is closed when
// the test ends.
func Start(t testing.TB, id string, services ...serve.Service) *Server {
	t.Helper()
	s, ok := scenarios.Lookup(id)
	if !ok {
		t.Fatalf("labtest: there is no scenario %q%s: tlslab list shows all, as does scenarios.All", id,
			near.Hint(id, scenarios.IDs()...))
	}
	return start(t, newLab(t, nil, services...), s)
}

// newLab returns a lab with a catalogue. Nil means the built-in one.
func newLab(t testing.TB, c *scenarios.Catalogue, services ...serve.Service) *lab.Lab {
	t.Helper()
	l, err := lab.New(lab.Config{Seed: seed, Dir: t.TempDir(), Services: services, Catalogue: c})
	if err != nil {
		t.Fatalf("labtest: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("labtest: %v", err)
		}
	})
	return l
}

func start(t testing.TB, l *lab.Lab, s *scenarios.Scenario) *Server {
	t.Helper()
	in, err := l.Serve(t.Context(), s)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("labtest: %v", err)
	}
	if err != nil {
		t.Fatalf("labtest: %v", err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Errorf("labtest: %v", err)
		}
		if err := in.Trouble(); err != nil {
			t.Errorf("labtest: what the client did proves nothing: %v\n%s", err, trouble.Details(err))
		}
	})
	chain, err := l.Chain(s)
	if err != nil {
		t.Fatalf("labtest: %v", err)
	}
	srv := &Server{URL: in.Endpoint.URL, CAs: chain.Anchors(), CAFile: in.Endpoint.CAFile, Endpoint: in.Endpoint,
		Scenario: s, t: t, instance: in}
	if c, ok := chain.ClientCertificate(); ok {
		srv.ClientCertificate = []tls.Certificate{c}
	}
	return srv
}

// WaitDue waits until the scenario is what it says. It returns at once, except for expires-while-serving,
// whose certificate is valid for the first seconds.
func (s *Server) WaitDue(ctx context.Context) error { return s.instance.WaitDue(ctx) }

// Client returns an http.Client that trusts the scenario's CAs, presents its client certificate and dials its
// address. It does not keep connections alive.
func (s *Server) Client() *http.Client {
	var d net.Dialer
	return &http.Client{
		Timeout: cmp.Or(s.Scenario.Patience, 10*time.Second),
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: s.CAs, Certificates: s.ClientCertificate},
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				return d.DialContext(ctx, network, cmp.Or(s.Endpoint.Connect, addr))
			},
		},
	}
}

// Observations returns what the server saw of each connection that was made before the call, after they have
// ended. It fails the test if one is still open after five seconds: close the client's idle connections
// first.
func (s *Server) Observations() []serve.Observation {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := s.instance.Drain(ctx); err != nil {
		s.t.Fatalf("labtest: waiting for connections to end: %v: does the client keep them alive?", err)
	}
	return s.instance.Observations()
}
