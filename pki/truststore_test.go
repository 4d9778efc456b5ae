package pki_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/pki"
)

// twoRoots is a recipe whose client trusts two roots with the same name.
var twoRoots = pki.Recipe{
	Others: []pki.Certificate{{Name: "Root", Profile: pki.ProfileRoot, Key: pki.ECDSAP384}},
	Trust:  []string{"root", "Root"},
}

func trustStores(t *testing.T, seed string, r pki.Recipe) (*pki.Chain, pki.TrustStores) {
	t.Helper()
	c, err := newMinter(t, seed).Mint("row", r)
	require.NoError(t, err)
	stores, err := c.TrustStores(c.Trusted)
	require.NoError(t, err)
	return c, stores
}

// TestTrustStores checks that each format holds exactly the certificates that the client should trust.
func TestTrustStores(t *testing.T) {
	for name, r := range map[string]pki.Recipe{"one": {}, "two": twoRoots} {
		c, stores := trustStores(t, "x", r)
		var want [][]byte
		for _, m := range c.Trusted {
			want = append(want, m.DER)
		}
		var got [][]byte
		decoded, err := pkcs12.DecodeTrustStore(stores.PKCS12, pki.Passphrase)
		require.NoError(t, err, name)
		for _, cert := range decoded {
			got = append(got, cert.Raw)
		}
		assert.Equal(t, want, got, name)

		jks := keystore.New()
		require.NoError(t, jks.Load(bytes.NewReader(stores.JKS), []byte(pki.Passphrase)), name)
		require.Len(t, jks.Aliases(), len(want), name)
		for i, alias := range []string{"ca-1", "ca-2"}[:len(want)] {
			entry, err := jks.GetTrustedCertificateEntry(alias)
			require.NoError(t, err, name)
			assert.Equal(t, want[i], entry.Certificate.Content, name)
		}

		require.Len(t, stores.Dir, 1+len(want), name)
		assert.Equal(t, pki.FileAnchors, stores.Dir[0].Name)
		assert.Equal(t, len(want), strings.Count(string(stores.Dir[0].Data), "BEGIN CERTIFICATE"), name)
		for i, f := range stores.Dir[1:] {
			assert.Regexp(t, `^[0-9a-f]{8}\.`+[]string{"0", "1"}[i]+"$", f.Name, name)
		}
		for _, f := range stores.Dir {
			assert.False(t, f.Secret, name)
		}
	}
	_, one := trustStores(t, "x", twoRoots)
	_, same := trustStores(t, "x", twoRoots)
	_, other := trustStores(t, "y", twoRoots)
	assert.Equal(t, one, same)
	assert.NotEqual(t, one.PKCS12, other.PKCS12)
}

// TestWriteTrustStores checks that files of an earlier chain are removed, and that nothing is written through
// a link.
func TestWriteTrustStores(t *testing.T) {
	d, err := pki.OpenDir(t.TempDir())
	require.NoError(t, err)
	_, two := trustStores(t, "x", twoRoots)
	_, one := trustStores(t, "x", pki.Recipe{})
	require.NoError(t, d.WriteTrustStores("row", two))
	require.NoError(t, d.WriteTrustStores("row", one))
	names := func(folder string) (names []string) {
		entries, err := os.ReadDir(filepath.Join(d.Path(), folder))
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	assert.Equal(t, []string{pki.DirTrust, pki.FileTrustJKS, pki.FileTrustPKCS12}, names("row"))
	assert.ElementsMatch(t, []string{one.Dir[0].Name, one.Dir[1].Name}, names(filepath.Join("row", pki.DirTrust)))
	assert.Error(t, d.WriteTrustStores("..", one))

	if runtime.GOOS == "windows" {
		return // links need a privilege there
	}
	for _, name := range []string{pki.FileTrustPKCS12, pki.FileTrustJKS,
		filepath.Join(pki.DirTrust, pki.FileAnchors)} {
		info, err := os.Stat(filepath.Join(d.Path(), "row", name))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o644), info.Mode().Perm(), name)
	}
	precious := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(precious, "precious"), []byte("mine"), 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(d.Path(), "linked"), 0o755))
	require.NoError(t, os.Symlink(precious, filepath.Join(d.Path(), "linked", pki.DirTrust)))
	assert.Error(t, d.WriteTrustStores("linked", one))
	left, err := os.ReadDir(precious)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

// attribute encodes a type and value of a name, with the given string type.
func attribute(t *testing.T, id int, tag int, value string) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		ID    asn1.ObjectIdentifier
		Value asn1.RawValue
	}{asn1.ObjectIdentifier{2, 5, 4, id}, asn1.RawValue{Tag: tag, Bytes: []byte(value)}})
	require.NoError(t, err)
	return der
}

// named returns a certificate whose subject has the given RDNs, each with one or more attributes.
func named(t *testing.T, rdns ...[][]byte) pki.Minted {
	t.Helper()
	wrap := func(tag int, parts ...[]byte) []byte {
		der, err := asn1.Marshal(asn1.RawValue{Tag: tag, IsCompound: true, Bytes: bytes.Join(parts, nil)})
		require.NoError(t, err)
		return der
	}
	var sets [][]byte
	for _, attributes := range rdns {
		sets = append(sets, wrap(asn1.TagSet, attributes...))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), RawSubject: wrap(asn1.TagSequence, sets...),
		NotBefore: at.Add(-time.Hour), NotAfter: at.Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return pki.Minted{Name: "odd", DER: der, Cert: &x509.Certificate{Raw: der, RawSubject: template.RawSubject}}
}

// TestSubjectHash compares the file names with the hashes that the openssl command computes, for names that
// need every step of the canonical form.
func TestSubjectHash(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	labtest.Require(t, "openssl", err == nil, "no openssl on PATH")
	const utf8, numeric, printable, t61, ia5, universal, bmp = 12, 18, 19, 20, 22, 28, 30
	cn := func(tag int, value string) [][]byte { return [][]byte{attribute(t, 3, tag, value)} }
	c, _ := trustStores(t, "x", pki.Recipe{})
	for name, m := range map[string]pki.Minted{
		"the lab's root":  c.Trusted[0],
		"the leaf":        c.Sent[0],
		"nothing":         named(t),
		"printable":       named(t, cn(printable, "Plain CA")),
		"spaces":          named(t, cn(utf8, "  Two  \t Words \n")),
		"only spaces":     named(t, cn(utf8, "   ")),
		"umlauts":         named(t, cn(utf8, "Ärger ÄÖÜ Straße")),
		"latin 1":         named(t, cn(t61, "M\xfcller  AG")),
		"IA5":             named(t, cn(ia5, "Admin@Example.TEST")),
		"BMP":             named(t, cn(bmp, "\x00B\x00M\x00 \x00 \x00P\x20\xac")),
		"universal":       named(t, cn(universal, "\x00\x00\x00U\x00\x01\xf6\x00")),
		"numeric is kept": named(t, cn(numeric, "12  34")),
		"several": named(t, [][]byte{attribute(t, 6, printable, "DE")}, [][]byte{attribute(t, 10, utf8, "ACME  Inc")},
			[][]byte{attribute(t, 3, utf8, "Root")}),
		"many in one RDN": named(t, [][]byte{attribute(t, 3, utf8, "Zeta  LONGER"), attribute(t, 10, printable, "Org"),
			attribute(t, 3, utf8, "A")}),
	} {
		stores, err := c.TrustStores([]pki.Minted{m})
		require.NoError(t, err, name)
		require.Len(t, stores.Dir, 2, name)
		cmd := exec.Command(openssl, "x509", "-noout", "-subject_hash")
		cmd.Stdin = bytes.NewReader(stores.Dir[1].Data)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", name, out)
		assert.Equal(t, strings.TrimSpace(string(out))+".0", stores.Dir[1].Name, name)
	}
}

// TestOpenSSLTrusts checks that the openssl command trusts the certificates in the directory and can read the
// PKCS #12 file.
func TestOpenSSLTrusts(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	labtest.Require(t, "openssl", err == nil, "no openssl on PATH")
	c, stores := trustStores(t, "x", twoRoots)
	d, err := pki.OpenDir(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, d.WriteChain(c))
	require.NoError(t, d.WriteTrustStores("row", stores))
	run := func(args ...string) (string, error) {
		cmd := exec.Command(openssl, args...)
		cmd.Dir = filepath.Join(d.Path(), "row")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	verify := []string{"verify", "-attime", "1795305600", "-no-CAfile", "-untrusted", pki.FileChain}
	out, err := run(append(verify, "-CApath", pki.DirTrust, pki.FileLeaf)...)
	assert.NoError(t, err, out)
	out, err = run(append(verify, "-CApath", ".", pki.FileLeaf)...)
	assert.Error(t, err, out)
	assert.Contains(t, out, "unable to get local issuer certificate")
	out, err = run("pkcs12", "-in", pki.FileTrustPKCS12, "-passin", "pass:"+pki.Passphrase, "-nodes")
	require.NoError(t, err, out)
	assert.Equal(t, 2, strings.Count(out, "BEGIN CERTIFICATE"))
	assert.NotContains(t, out, "PRIVATE KEY")
}

// TestKeytoolReads checks that Java's keytool lists both key stores, with two roots, one and none.
func TestKeytoolReads(t *testing.T) {
	keytool, err := exec.LookPath("keytool")
	labtest.Require(t, "keytool", err == nil, "no keytool on PATH")
	c, stores := trustStores(t, "x", twoRoots)
	for want, certs := range [][]pki.Minted{nil, c.Trusted[:1], c.Trusted} {
		stores, err = c.TrustStores(certs)
		require.NoError(t, err)
		for kind, data := range map[string][]byte{"PKCS12": stores.PKCS12, "JKS": stores.JKS} {
			path := filepath.Join(t.TempDir(), "store")
			require.NoError(t, os.WriteFile(path, data, 0o600))
			out, err := exec.Command(keytool, "-J-Duser.language=en", "-list", "-storetype", kind, "-keystore", path,
				"-storepass", pki.Passphrase).CombinedOutput()
			require.NoError(t, err, "%s: %s", kind, out)
			assert.Equal(t, want, strings.Count(string(out), "trustedCertEntry"), "%s: %s", kind, out)
		}
	}
}
