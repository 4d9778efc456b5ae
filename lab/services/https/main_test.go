package https

import (
	"context"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mint returns the good chain.
func mint(t testing.TB) *pki.Chain {
	t.Helper()
	minter, err := pki.New(pki.Config{Seed: "https", At: time.Now().UTC().Truncate(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	chain, err := minter.Mint("good", pki.Recipe{})
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

// start serves a chain with the service https.
func start(t testing.TB, server scenarios.Server, chain *pki.Chain, o serve.Options) *serve.Server {
	t.Helper()
	o.Service = Service()
	s := &scenarios.Scenario{ID: "test", Family: scenarios.Baseline, Server: server}
	srv, err := serve.Start(s, serve.ChainSource(func() (*pki.Chain, error) { return chain, nil }), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return srv
}

// one drains the server and returns its only observation.
func one(t testing.TB, srv *serve.Server) serve.Observation {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	if err := srv.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	all := srv.Observations()
	if len(all) != 1 {
		t.Fatalf("got %d observations, want 1: %+v", len(all), all)
	}
	return all[0]
}

// dial opens a raw connection to the server.
func dial(t testing.TB, srv *serve.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}
