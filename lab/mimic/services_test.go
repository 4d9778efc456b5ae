package mimic_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose/ask"
	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/postgres"
	"example.com/tlslab/scenarios"
)

// TestServices checks that the copy of a server whose clients ask for TLS in plaintext does the same, and is found to be
// the same.
func TestServices(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "mimic", ClientFiles: true, Services: []serve.Service{postgres.Service()}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	for _, id := range []string{"pg-good", "pg-expired", "pg-wrong-host", "pg-starttls-not-offered"} {
		t.Run(id, func(t *testing.T) {
			s, ok := scenarios.Lookup(id)
			require.True(t, ok)
			original := lookBehind(t, l, s)
			c, err := mimic.Server(original.seen, original.roots, mimic.Options{ID: "copy-" + id})
			require.NoError(t, err)
			list := again(t, c)
			assert.Equal(t, scenarios.Postgres, list[0].Service)
			assert.Equal(t, s.Server.Fault, list[0].Server.Fault)
			for _, n := range c.Notes {
				assert.NotEqual(t, "starttls", n.What, n)
			}
			copy := lookBehind(t, l, list[0])
			assert.Equal(t, codes(original), codes(copy), "notes: %v", c.Notes)
			assert.Equal(t, s.Expect.Verdict, list[0].Expect.Verdict)
		})
	}
}

// lookBehind serves a scenario and asks its server, with the prologue of its service.
func lookBehind(t *testing.T, l *lab.Lab, s *scenarios.Scenario) served {
	t.Helper()
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	seen, err := ask.Server(ctx, ask.Target{Host: s.Host, Port: in.Endpoint.Port, Connect: in.Endpoint.Connect,
		STARTTLS: s.Service.StartTLS(), Timeout: 2 * time.Second})
	require.NoError(t, err)
	return served{seen, rootsOf(t, l, s).Certificates}
}
