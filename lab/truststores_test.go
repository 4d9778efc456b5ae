package lab_test

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"example.com/tlslab/lab"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// TestTrustStoresSayTheSame checks that the other forms of a scenario's trust file have the same contents,
// whatever they are: the right roots, the leaf, or nothing.
func TestTrustStoresSayTheSame(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "stores", Dir: t.TempDir(), ClientFiles: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	read := func(path string) []byte {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return data
	}
	for id, count := range map[string]int{"good": 1, "good-cross-signed": 2, "untrusted-root": 1, "ca-file-is-leaf": 1,
		"ca-file-empty": 0, "ca-file-not-pem": 0} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		files, err := l.Files(s)
		require.NoError(t, err, id)
		pem := read(files.CAFile)
		assert.Equal(t, pem, read(filepath.Join(files.CADir, pki.FileAnchors)), id)
		entries, err := os.ReadDir(files.CADir)
		require.NoError(t, err, id)
		assert.Len(t, entries, 1+count, id)
		if count == 0 {
			assert.True(t, bytes.Equal(pem, read(files.CAPKCS12)) && bytes.Equal(pem, read(files.CAJKS)), id)
			continue
		}
		stored, err := pkcs12.DecodeTrustStore(read(files.CAPKCS12), files.CAPassword)
		require.NoError(t, err, id)
		assert.Len(t, stored, count, id)
		want, got := x509.NewCertPool(), x509.NewCertPool()
		require.True(t, want.AppendCertsFromPEM(pem), id)
		for _, cert := range stored {
			got.AddCert(cert)
		}
		assert.True(t, want.Equal(got), id)
	}
}
