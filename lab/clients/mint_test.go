package clients_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// issued is a certificate and its key. The tests mint with crypto/x509 only, because pki itself is tested
// with the stacks.
type issued struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// mint issues a certificate signed by parent, or self-signed if parent is nil. By default it is valid for two
// days; change modifies it.
func mint(t *testing.T, parent *issued, name string, change func(*x509.Certificate, *crypto.Signer)) *issued {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	var signer crypto.Signer = key
	template := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-24 * time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	change(template, &signer)
	if parent == nil {
		parent = &issued{cert: template, key: signer}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, signer.Public(), parent.key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &issued{cert: cert, key: signer}
}

func mintCA(t *testing.T, parent *issued, name string) *issued {
	return mint(t, parent, name, func(c *x509.Certificate, _ *crypto.Signer) {
		c.IsCA, c.BasicConstraintsValid = true, true
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	})
}

// mintLeaf issues a good server certificate for localhost and 127.0.0.1, modified by change.
func mintLeaf(t *testing.T, parent *issued, change func(*x509.Certificate, *crypto.Signer)) *issued {
	return mint(t, parent, "localhost", func(c *x509.Certificate, key *crypto.Signer) {
		c.DNSNames = []string{"localhost"}
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
		c.KeyUsage = x509.KeyUsageDigitalSignature
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		if change != nil {
			change(c, key)
		}
	})
}

// present returns a server configuration that presents the leaf and then the chain, in this order.
func (i *issued) present(chain ...*issued) *tls.Config {
	c := tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key}
	for _, above := range chain {
		c.Certificate = append(c.Certificate, above.cert.Raw)
	}
	return &tls.Config{Certificates: []tls.Certificate{c}}
}

func (i *issued) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(i.cert)
	return pool
}

// certFile writes the certificate to a file and returns its path.
func (i *issued) certFile(t *testing.T) string {
	return writePEM(t, "cert.pem", "CERTIFICATE", i.cert.Raw)
}

// keyFile writes the key to a file and returns its path.
func (i *issued) keyFile(t *testing.T) string {
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	require.NoError(t, err)
	return writePEM(t, "key.pem", "PRIVATE KEY", der)
}

// crlFile writes a CRL that lists the serial numbers, and returns its path.
func (i *issued) crlFile(t *testing.T, serials ...*big.Int) string {
	list := &x509.RevocationList{
		Number:     big.NewInt(1),
		ThisUpdate: time.Now().Add(-time.Hour),
		NextUpdate: time.Now().Add(time.Hour),
	}
	for _, serial := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: serial, RevocationTime: time.Now().Add(-time.Hour)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, i.cert, i.key)
	require.NoError(t, err)
	return writePEM(t, "crl.pem", "X509 CRL", der)
}

func writePEM(t *testing.T, name, block string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: block, Bytes: der}), 0o600))
	return path
}
