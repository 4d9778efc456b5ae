package lab_test

import (
	"crypto/tls"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/scenarios"
)

// TestCombined checks that the combined file has the same defect as the separate files, for clients that take
// one file.
func TestCombined(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "combined", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for id, want := range map[string]string{
		"good-client-certificate": "", "client-key-mismatch": "private key does not match public key",
		"client-key-missing":   "failed to find PEM block",
		"client-key-encrypted": "ENCRYPTED", "client-key-wrong-passphrase": "ENCRYPTED",
		"client-certificate-not-pem": "failed to find any PEM data",
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok)
		files, err := l.Files(s)
		require.NoError(t, err)
		data, err := os.ReadFile(files.CombinedFile)
		require.NoError(t, err, id)
		if want == "ENCRYPTED" {
			assert.Contains(t, string(data), "BEGIN ENCRYPTED PRIVATE KEY", id)
			assert.Equal(t, 1, strings.Count(string(data), "PRIVATE KEY-----\n")/2, id)
			continue
		}
		_, err = tls.X509KeyPair(data, data)
		if want == "" {
			assert.NoError(t, err, id)
		} else {
			assert.ErrorContains(t, err, want, id)
		}
	}
}
