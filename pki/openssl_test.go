package pki_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/pki"
)

// TestOpenSSLReads has the openssl command read every file that the lab writes.
func TestOpenSSLReads(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	labtest.Require(t, "openssl", err == nil, "no openssl on PATH")
	c, err := newMinter(t, "x").Mint("row", pki.Recipe{Staple: &pki.OCSP{}, CRL: &pki.CRL{},
		Client: &pki.Certificate{}})
	require.NoError(t, err)
	d, err := pki.OpenDir(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, d.WriteChain(c))
	run := func(args ...string) string {
		cmd := exec.Command(openssl, args...)
		cmd.Dir = filepath.Join(d.Path(), "row")
		out, err := cmd.CombinedOutput()
		assert.NoError(t, err, "openssl %s: %s", strings.Join(args, " "), out)
		return string(out)
	}
	pass := "pass:" + pki.Passphrase
	plain := run("pkey", "-in", pki.FileKey)
	assert.Equal(t, plain, run("pkey", "-in", pki.FileEncryptedKey, "-passin", pass))
	assert.Equal(t, plain, run("pkey", "-in", pki.FileCombined))
	bundle := run("pkcs12", "-in", pki.FilePKCS12, "-passin", pass, "-nodes")
	assert.Equal(t, 2, strings.Count(bundle, "BEGIN CERTIFICATE"))
	assert.Contains(t, run("verify", "-x509_strict", "-attime", "1795305600", "-CAfile", pki.FileRoot, "-untrusted",
		pki.FileChain, pki.FileLeaf), "OK")
	assert.Contains(t, run("verify", "-purpose", "sslclient", "-attime", "1795305600", "-CAfile", pki.FileRoot,
		"-untrusted", pki.FileClientCert, pki.FileClientCert), "OK")
	assert.Contains(t, run("verify", "-crl_check_all", "-attime", "1795305600", "-CAfile", pki.FileRoot, "-CRLfile",
		pki.FileCRL, "-untrusted", pki.FileChain, pki.FileLeaf), "OK")
	assert.Contains(t, run("ocsp", "-respin", pki.FileStaple, "-issuer", pki.FileChain, "-CAfile", pki.FileRoot,
		"-noverify", "-resp_text"), "Cert Status: good")
	assert.Equal(t, run("pkey", "-in", pki.FileClientKey, "-pubout"),
		run("x509", "-in", pki.FileClientCert, "-noout", "-pubkey"))
}
