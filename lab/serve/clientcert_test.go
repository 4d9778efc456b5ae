package serve

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	"example.com/tlslab/scenarios"
)

func TestClientCertificate(t *testing.T) {
	ca := newAuthority(t)
	good := ca.issue(t, newKey(t, elliptic.P256()), nil)
	srv := start(t, scenario(scenarios.Server{ClientAuth: tls.RequireAndVerifyClientCert}), ca.source(t), Options{})
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{good}}); err != nil {
		t.Fatal(err)
	}
	if o := one(t, srv); o.End != EndServed || o.ClientCertificate != "CN=serve test leaf" {
		t.Errorf("end %s, certificate %q", o.End, o.ClientCertificate)
	}
}

// TestClientCertificateRefused checks the table in alert.go. Under TLS 1.3, a server's refusal of a client certificate
// is encrypted, and crypto/tls does not say which alert it sent. The client knows which one it got.
func TestClientCertificateRefused(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	key := newKey(t, elliptic.P256())
	mismatched := ca.issue(t, key, nil)
	mismatched.PrivateKey = newKey(t, elliptic.P256())
	huge := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 8200, 1), E: 65537}

	tests := []struct {
		name string
		cert tls.Certificate
		want string
	}{
		{"none", tls.Certificate{}, "certificate_required (116)"},
		{"untrusted", other.issue(t, key, nil), "unknown_ca (48)"},
		{"expired", ca.issue(t, key, func(c *x509.Certificate) {
			c.NotAfter = time.Now().Add(-time.Minute)
		}), "certificate_expired (45)"},
		{"usage", ca.issue(t, key, func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}), "bad_certificate (42)"},
		{"mismatched", mismatched, "decrypt_error (51)"},
		{"garbage", tls.Certificate{Certificate: [][]byte{[]byte("no DER")}, PrivateKey: key}, "decode_error (50)"},
		{"huge", tls.Certificate{
			Certificate: ca.issue(t, public{key, huge}, nil).Certificate, PrivateKey: key,
		}, "bad_certificate (42)"},
	}
	for _, test := range tests {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(test.name+"/"+tls.VersionName(version), func(t *testing.T) {
				s := scenario(scenarios.Server{ClientAuth: tls.RequireAndVerifyClientCert})
				srv := start(t, s, ca.source(t), Options{})
				err := handshake(t, srv, &tls.Config{
					RootCAs: ca.pool(), ServerName: "localhost", MaxVersion: version,
					GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
						return &test.cert, nil
					},
				})
				o := one(t, srv)
				if o.End != EndAlertSent || o.AlertSent == nil {
					t.Fatalf("end %s, sent %v: %s; client: %v", o.End, o.AlertSent, o.Error, err)
				}
				if got := remoteAlert(err); got == nil || *got != *o.AlertSent {
					t.Errorf("sent %v, but the client got %v: %v", o.AlertSent, got, err)
				}
				if version == tls.VersionTLS13 && o.AlertSent.String() != test.want {
					t.Errorf("sent %v, want %s", o.AlertSent, test.want)
				}
			})
		}
	}
}

// public is a signer that returns another public key than its own.
type public struct {
	crypto.Signer
	shown crypto.PublicKey
}

func (p public) Public() crypto.PublicKey { return p.shown }
