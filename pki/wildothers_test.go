package pki_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/labtest"
)

func otherShapes() []wild {
	return []wild{
		{name: "openssl req -x509", tool: "openssl", make: selfSignedByOpenSSL},
		{name: "keytool's chain", tool: "keytool", make: byKeytool},
		{name: "keytool's self-signed certificate", tool: "keytool", make: selfSignedByKeytool},
		{name: "certtool", tool: "certtool", make: byCerttool},
		{name: "cryptography", tool: "python3", make: byCryptography},
		{name: "crypto/x509", make: byGo(goLeaf())},
		{name: "step", make: byGo(stepLeaf())},
		{name: "cert-manager", make: byGo(certManagerLeaf())},
		{name: "cross-signed, with a duplicate and junk", make: crossSigned},
	}
}

func selfSignedByOpenSSL(t *testing.T, dir string) (sent, roots [][]byte) {
	run(t, dir, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem",
		"-subj", "/C=AU/ST=Some-State/O=Alice Corp/CN=db.corp.example", "-days", "30")
	return pemFile(t, dir, "cert.pem"), [][]byte{}
}

func keytool(t *testing.T, dir string, args ...string) {
	run(t, dir, "keytool", append(args, "-storepass", "changeit")...)
}

func byKeytool(t *testing.T, dir string) (sent, roots [][]byte) {
	keytool(t, dir, "-genkeypair", "-keystore", "ca.p12", "-alias", "ca", "-keyalg", "EC", "-groupname", "secp384r1",
		"-dname", "CN=Corp CA, OU=Corp, O=Alice Corp, C=DE", "-ext", "bc:c", "-validity", "3650")
	keytool(t, dir, "-genkeypair", "-keystore", "leaf.p12", "-alias", "leaf", "-keyalg", "RSA", "-keysize", "2048",
		"-dname", "CN=db.corp.example, OU=Corp, O=Alice Corp")
	keytool(t, dir, "-certreq", "-keystore", "leaf.p12", "-alias", "leaf", "-file", "leaf.csr")
	keytool(t, dir, "-gencert", "-keystore", "ca.p12", "-alias", "ca", "-infile", "leaf.csr", "-outfile", "leaf.pem",
		"-rfc", "-ext", "san=dns:db.corp.example,ip:10.0.0.1", "-ext", "ku:c=dig,keyEnc", "-ext", "eku=sa,ca")
	keytool(t, dir, "-exportcert", "-keystore", "ca.p12", "-alias", "ca", "-rfc", "-file", "ca.pem")
	return pemFile(t, dir, "leaf.pem"), pemFile(t, dir, "ca.pem")
}

func selfSignedByKeytool(t *testing.T, dir string) (sent, roots [][]byte) {
	keytool(t, dir, "-genkeypair", "-keystore", "k.p12", "-alias", "k", "-keyalg", "RSA", "-dname",
		"CN=Alice, OU=Unknown, O=Alice Corp, L=Unknown, ST=Unknown, C=Unknown")
	keytool(t, dir, "-exportcert", "-keystore", "k.p12", "-alias", "k", "-rfc", "-file", "k.pem")
	cert := pemFile(t, dir, "k.pem")
	return cert, cert
}

func byCerttool(t *testing.T, dir string) (sent, roots [][]byte) {
	writeFile(t, dir, "ca.tmpl", "cn = \"Corp CA\"\norganization = \"Alice Corp\"\nca\ncert_signing_key\n"+
		"expiration_days = 3650\n")
	writeFile(t, dir, "leaf.tmpl", "cn = \"db.corp.example\"\norganization = \"Alice Corp\"\nunit = \"corp\"\n"+
		"dns_name = \"db.corp.example\"\nip_address = \"10.0.0.1\"\ntls_www_server\nsigning_key\nencryption_key\n"+
		"ocsp_uri = \"http://ocsp.corp.example/\"\nexpiration_days = 300\n")
	for _, name := range []string{"ca", "leaf"} {
		run(t, dir, "certtool", "--generate-privkey", "--key-type", "ecdsa", "--curve", "secp256r1", "--outfile", name+".key")
	}
	run(t, dir, "certtool", "--generate-self-signed", "--load-privkey", "ca.key", "--template", "ca.tmpl", "--outfile",
		"ca.pem")
	run(t, dir, "certtool", "--generate-certificate", "--load-privkey", "leaf.key", "--load-ca-certificate", "ca.pem",
		"--load-ca-privkey", "ca.key", "--template", "leaf.tmpl", "--outfile", "leaf.pem")
	return pemFile(t, dir, "leaf.pem"), pemFile(t, dir, "ca.pem")
}

// cryptographyScript makes a self-signed certificate with the steps that pyca's tutorial shows.
const cryptographyScript = `
import datetime
from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
    x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "California"),
    x509.NameAttribute(NameOID.LOCALITY_NAME, "Corp City"),
    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Alice Corp"),
    x509.NameAttribute(NameOID.COMMON_NAME, "db.corp.example")])
now = datetime.datetime.now(datetime.timezone.utc)
cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=20))
    .not_valid_after(now - datetime.timedelta(days=3))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName("db.corp.example")]), critical=False)
    .sign(key, hashes.SHA256()))
open("cert.pem", "wb").write(cert.public_bytes(serialization.Encoding.PEM))
`

func byCryptography(t *testing.T, dir string) (sent, roots [][]byte) {
	err := exec.Command("python3", "-c", "import cryptography").Run()
	labtest.Require(t, "cryptography", err == nil, "python3 has no module cryptography")
	run(t, dir, "python3", "-c", cryptographyScript)
	cert := pemFile(t, dir, "cert.pem")
	return cert, cert
}

func goCA(t *testing.T, name string) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Now().Truncate(time.Second)
	ca := &x509.Certificate{SerialNumber: big.NewInt(2026), Subject: pkix.Name{Organization: []string{"Alice Corp"},
		CommonName: name}, NotBefore: now, NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, MaxPathLenZero: true,
		SubjectKeyId: []byte("corp")}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	require.NoError(t, err)
	ca, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return ca, key
}

// goLeaf is what programs that follow crypto/x509's example make.
func goLeaf() x509.Certificate {
	return x509.Certificate{Subject: pkix.Name{Organization: []string{"Alice Corp, INC."}, Country: []string{"US"},
		StreetAddress: []string{"Corp Bridge"}, PostalCode: []string{"94016"}}, DNSNames: []string{"db.corp.example"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, SubjectKeyId: []byte{1, 2, 3, 4, 6},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
}

// stepLeaf has the extension that names a provisioner.
func stepLeaf() x509.Certificate {
	leaf := goLeaf()
	leaf.Subject = pkix.Name{CommonName: "db.corp.example"}
	leaf.CRLDistributionPoints = []string{"http://ca.corp.example/1.crl"} // of a CA that may not sign CRLs
	leaf.OCSPServer = []string{"http://ca.corp.example/ocsp"}
	value, err := asn1.Marshal(struct {
		Type       int
		Name       []byte
		Credential []byte
	}{1, []byte("alice@corp.example"), []byte{0xc0, 0xff, 0xee, 0x01, 0x02}})
	if err != nil {
		panic(err) // plain values always encode
	}
	leaf.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 37476, 9000, 64, 1},
		Value: value}}
	return leaf
}

// certManagerLeaf has no subject.
func certManagerLeaf() x509.Certificate {
	leaf := goLeaf()
	leaf.Subject, leaf.SubjectKeyId = pkix.Name{}, nil
	leaf.IPAddresses, leaf.ExtKeyUsage = nil, nil
	leaf.KeyUsage |= x509.KeyUsageKeyEncipherment
	leaf.BasicConstraintsValid = true
	return leaf
}

func byGo(leaf x509.Certificate) func(t *testing.T, dir string) (sent, roots [][]byte) {
	return func(t *testing.T, _ string) (sent, roots [][]byte) {
		ca, caKey := goCA(t, "Corp CA")
		return [][]byte{signedByGo(t, leaf, ca, caKey)}, [][]byte{ca.Raw}
	}
}

func signedByGo(t *testing.T, leaf x509.Certificate, ca *x509.Certificate, caKey *ecdsa.PrivateKey) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	leaf.SerialNumber = big.NewInt(1658)
	leaf.NotBefore = time.Now().Truncate(time.Second)
	leaf.NotAfter = leaf.NotBefore.AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(rand.Reader, &leaf, ca, key.Public(), caKey)
	require.NoError(t, err)
	return der
}

// crossSigned sends a leaf, its CA as signed by an unknown old one, that again, an unrelated certificate, and junk.
func crossSigned(t *testing.T, _ string) (sent, roots [][]byte) {
	ca, caKey := goCA(t, "Corp CA")
	old, oldKey := goCA(t, "Corp old CA")
	crossed := *ca
	crossed.SerialNumber = big.NewInt(77)
	cross, err := x509.CreateCertificate(rand.Reader, &crossed, old, ca.PublicKey, oldKey)
	require.NoError(t, err)
	unrelated := goLeaf()
	unrelated.DNSNames = []string{"bankofnowhere.example"}
	return [][]byte{signedByGo(t, goLeaf(), ca, caKey), cross, cross, signedByGo(t, unrelated, old, oldKey),
		[]byte("not a certificate")}, [][]byte{ca.Raw}
}
