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
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/postgres"
	"example.com/tlslab/lab/services/smtp"
	"example.com/tlslab/scenarios"
)

// TestServices checks that a diagnosis that asks for TLS in plaintext names the rows of the lab's own services.
func TestServices(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "services", ClientFiles: true, Services: []serve.Service{postgres.Service(),
		smtp.Service()}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	for id, want := range map[string]string{
		"pg-good": "good", "pg-tls-required": "good",
		"pg-expired": "expired", "pg-wrong-host": "wrong-host", "pg-missing-intermediate": "missing-intermediate",
		"pg-tls10-only": "tls10-only", "pg-close-after-hello": "close-after-hello",
		"pg-starttls-not-offered": "pg-starttls-not-offered",
		"smtp-good":               "good", "smtp-tls-required": "good", "smtp-expired": "expired",
		"smtp-starttls-not-offered": "smtp-starttls-not-offered",
	} {
		t.Run(id, func(t *testing.T) {
			s, ok := scenarios.Lookup(id)
			require.True(t, ok)
			in, err := l.Serve(t.Context(), s)
			require.NoError(t, err)
			defer func() { assert.NoError(t, in.Close()) }()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			seen, err := ask.Server(ctx, ask.Target{Host: s.Host, Port: in.Endpoint.Port, Connect: in.Endpoint.Connect,
				STARTTLS: s.Service.StartTLS(), Timeout: patience})
			require.NoError(t, err)
			chain, err := l.Chain(s)
			require.NoError(t, err)
			roots := diagnose.Roots{Name: "root.pem"}
			for _, m := range chain.Trusted {
				roots.Certificates = append(roots.Certificates, m.DER)
			}
			r := diagnose.Tell(seen, roots, diagnose.Options{})
			require.NotEmpty(t, r.Rows, codesOf(r))
			assert.Equal(t, want, r.Rows[0], codesOf(r))
			assert.Equal(t, s.Expect.Verdict == scenarios.Reject, r.Wrong(), codesOf(r))
		})
	}
}
