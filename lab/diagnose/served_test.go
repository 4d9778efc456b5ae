package diagnose_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/scenarios"
)

// TestServed is the closed loop: each row of the catalogue is served as tlslab up does, asked over the network, and must
// be named. What is fetched is made from the chain: package fetch has its own tests.
func TestServed(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "diagnose", ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	loop(t, func(t *testing.T, s *scenarios.Scenario) (*ask.Seen, diagnose.Roots, diagnose.Options) {
		chain, err := l.Chain(s)
		require.NoError(t, err)
		in, err := l.Serve(t.Context(), s)
		require.NoError(t, err)
		defer func() { assert.NoError(t, in.Close()) }()
		require.NoError(t, in.WaitDue(t.Context()))
		e := in.Endpoint
		target := ask.Target{Host: e.Host, Port: e.Port, Connect: e.Connect, Timeout: patience}
		if s.Patience > 0 {
			target.Timeout = 2 * time.Second // the server hangs
		}
		if c, ok := chain.ClientCertificate(); ok {
			target.Certificate = &c
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
		defer cancel()
		seen, err := ask.Server(ctx, target)
		require.NoError(t, err)
		roots := diagnose.Roots{Name: "root.pem"}
		for _, m := range chain.Trusted {
			roots.Certificates = append(roots.Certificates, m.DER)
		}
		options := diagnose.Options{CRLs: chain.CRLs}
		for _, p := range diagnose.Pointers(seen, roots) {
			options.Fetched = append(options.Fetched, fetch(t, s, chain, p))
		}
		return seen, roots, options
	})
}
