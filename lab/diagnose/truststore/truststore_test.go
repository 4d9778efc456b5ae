package truststore_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"example.com/tlslab/lab/diagnose/truststore"
)

// root makes a root.
func root(t *testing.T) *x509.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, IsCA: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

func write(t *testing.T, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func encoded(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func jks(t *testing.T, der []byte, password string) []byte {
	store := keystore.New()
	require.NoError(t, store.SetTrustedCertificateEntry("root", keystore.TrustedCertificateEntry{
		CreationTime: time.Now(), Certificate: keystore.Certificate{Type: "X509", Content: der},
	}))
	var out bytes.Buffer
	require.NoError(t, store.Store(&out, []byte(password)))
	return out.Bytes()
}

func TestFormats(t *testing.T) {
	c := root(t)
	p12, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{c}, "changeit")
	require.NoError(t, err)
	bare, err := pkcs12.Passwordless.EncodeTrustStore([]*x509.Certificate{c}, "")
	require.NoError(t, err)
	for name, given := range map[string]string{
		"PEM":                       write(t, "root.pem", append([]byte("# a comment\n"), encoded(c.Raw)...)),
		"DER":                       write(t, "root.der", c.Raw),
		"JKS":                       truststore.Java + write(t, "trust.jks", jks(t, c.Raw, "changeit")),
		"PKCS #12":                  truststore.Java + write(t, "trust.p12", p12),
		"PKCS #12 without password": truststore.Java + write(t, "bare.p12", bare),
	} {
		got, err := truststore.Load(t.Context(), given)
		require.NoError(t, err, name)
		assert.Equal(t, [][]byte{c.Raw}, got.Certificates, name)
	}
}

func TestTwice(t *testing.T) {
	c := root(t)
	file := write(t, "root.pem", encoded(c.Raw))
	got, err := truststore.Load(t.Context(), file, file)
	require.NoError(t, err)
	assert.Len(t, got.Certificates, 1)
}

func TestSystem(t *testing.T) {
	c := root(t)
	t.Setenv("SSL_CERT_FILE", write(t, "roots.pem", encoded(c.Raw)))
	got, err := truststore.Load(t.Context())
	require.NoError(t, err)
	assert.Equal(t, truststore.System, got.Name)
	assert.Equal(t, [][]byte{c.Raw}, got.Certificates)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.0"), encoded(c.Raw), 0o600))
	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "missing"))
	t.Setenv("SSL_CERT_DIR", dir)
	got, err = truststore.Load(t.Context(), truststore.System)
	require.NoError(t, err)
	assert.Equal(t, [][]byte{c.Raw}, got.Certificates)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	_, err = truststore.Load(t.Context(), truststore.System)
	assert.ErrorContains(t, err, "no file with the system's roots")
}

func TestMozillaMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := truststore.Load(t.Context(), truststore.Mozilla)
	assert.ErrorContains(t, err, "certifi")
}

// TestMozilla lets a program stand in for Node.js.
func TestMozilla(t *testing.T) {
	c := root(t)
	dir := t.TempDir()
	script := "#!/bin/sh\ncat <<end\n" + string(encoded(c.Raw)) + "end\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "node"), []byte(script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+"/bin")
	got, err := truststore.Load(t.Context(), truststore.Mozilla)
	require.NoError(t, err)
	assert.NotEmpty(t, got.Certificates)
}

func TestErrors(t *testing.T) {
	c := root(t)
	for given, want := range map[string]string{
		write(t, "empty.pem", nil):                                   "has no certificate",
		t.TempDir():                                                  "is not a file",
		filepath.Join(t.TempDir(), "missing"):                        "no such file",
		truststore.Java + write(t, "x.jks", []byte("<html>")):        truststore.PasswordVariable,
		truststore.Java + write(t, "y.jks", jks(t, c.Raw, "other1")): truststore.PasswordVariable,
	} {
		_, err := truststore.Load(t.Context(), given)
		assert.ErrorContains(t, err, want)
	}
}
