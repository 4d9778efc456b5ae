package mongogo_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/services/mongodb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// variant finds a variant of the stack.
func variant(t *testing.T, name string) *clients.Client {
	t.Helper()
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{"mongo-go/" + name}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	require.Len(t, set.Clients, 1)
	return set.Clients[0]
}

// TestVersion checks that the driver's reported version is that of the linked module.
func TestVersion(t *testing.T) {
	const module = "go.mongodb.org/mongo-driver/v2"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Version}}", module).Output()
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(string(out)), "v"+variant(t, "default").Version)
}

// TestProbe checks the driver's messages, and whether it connects, with files as users give them.
func TestProbe(t *testing.T) {
	for _, test := range []struct{ id, variant, words string }{
		{"mongo-good", "default", ""},
		{
			"mongo-expired", "default",
			`^server selection error: .* Last error: tls: failed to verify certificate: x509: certificate has ` +
				`expired or is not yet valid`,
		},
		{"mongo-expired", "tlsInsecure", ""},
		{
			"mongo-wildcard-too-deep", "default",
			`x509: certificate is valid for \*\.tlslab\.test, not a\.foo\.tlslab\.test`,
		},
		{"mongo-good-wildcard", "default", ""}, // the name does not resolve
		{"mongo-revoked-ocsp", "default", `OCSP verification failed: certificate is revoked`},
		{"mongo-revoked-ocsp", "tlsDisableOCSPEndpointCheck", ""},
		{"mongo-client-key-encrypted", "default", ""},
		{"mongo-client-key-wrong-passphrase", "default", `^pkcs8: incorrect password$`},
		{"mongo-ca-file-missing", "default", `no such file or directory|cannot find the file`},
	} {
		t.Run(test.id+"/"+test.variant, func(t *testing.T) {
			srv := labtest.Start(t, test.id, mongodb.Embedded())
			request := clients.Request{Endpoint: srv.Endpoint, Timeout: 10 * time.Second}
			got := variant(t, test.variant).Probe(t.Context(), request)
			if test.words == "" {
				assert.Equal(t, clients.Accepted, got.Outcome, got.Message)
				return
			}
			assert.Equal(t, clients.Rejected, got.Outcome)
			assert.Regexp(t, test.words, got.Message)
		})
	}
}
