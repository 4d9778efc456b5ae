package serve

import (
	"bytes"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// twoCertificates returns a certificate for localhost, one for other.test, and a source that has the latter as "other".
func twoCertificates(t *testing.T) (leaf, other tls.Certificate, source Source) {
	t.Helper()
	ca := newAuthority(t)
	leaf = ca.issue(t, newKey(t, elliptic.P256()), nil)
	other = ca.issue(t, newKey(t, elliptic.P256()), func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses = []string{"other.test"}, nil
	})
	byName := func(name string) (tls.Certificate, error) {
		if name != "other" {
			return tls.Certificate{}, fmt.Errorf("no certificate %q", name)
		}
		return other, nil
	}
	return leaf, other, func() (Material, error) {
		return Material{Certificates: []tls.Certificate{leaf}, CertificateOf: byName}, nil
	}
}

// TestServerNames checks that the name in SNI decides which certificate or alert a client gets, with every version.
func TestServerNames(t *testing.T) {
	leaf, other, source := twoCertificates(t)
	tests := []struct {
		name   string
		server scenarios.Server
		sni    string
		gets   tls.Certificate
		alert  string
	}{
		{"required and right", scenarios.Server{RequireSNI: true}, "localhost", leaf, ""},
		{"required and another", scenarios.Server{RequireSNI: true}, "other.test", leaf, "unrecognized_name (112)"},
		{"required and missing", scenarios.Server{RequireSNI: true}, "", leaf, "unrecognized_name (112)"},
		{"default and right", scenarios.Server{DefaultCertificate: "other"}, "localhost", leaf, ""},
		{"default and missing", scenarios.Server{DefaultCertificate: "other"}, "", other, ""},
		{"no such default", scenarios.Server{DefaultCertificate: "third"}, "", leaf, "internal_error (80)"},
	}
	for _, test := range tests {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(test.name+"/"+tls.VersionName(version), func(t *testing.T) {
				srv := start(t, scenario(test.server), source, Options{})
				var got []byte
				err := request(t, srv, &tls.Config{
					ServerName: test.sni, InsecureSkipVerify: true, MaxVersion: version,
					VerifyConnection: func(s tls.ConnectionState) error {
						got = s.PeerCertificates[0].Raw
						return nil
					},
				}, 30*time.Second)
				o := one(t, srv)
				if test.alert != "" {
					if err == nil || o.AlertSent == nil || o.AlertSent.String() != test.alert {
						t.Errorf("sent %v: %s, want %s; client: %v", o.AlertSent, o.Error, test.alert, err)
					}
					return
				}
				if err != nil || string(got) != string(test.gets.Certificate[0]) {
					t.Errorf("got the wrong certificate, or none: %v; server: %s", err, o.Error)
				}
			})
		}
	}
}

// TestAddressAsServerName sends addresses in SNI, which RFC 6066 forbids and some clients do. They must be served as if
// they had sent no SNI, even though the leaf is valid for the address.
func TestAddressAsServerName(t *testing.T) {
	leaf, other, source := twoCertificates(t)
	refusal := alert(wire.LevelFatal, wire.AlertUnrecognizedName)
	tests := []struct {
		name   string
		server scenarios.Server
		sni    string
		gets   []byte
	}{
		{"nothing asked", scenarios.Server{}, "127.0.0.1", leaf.Certificate[0]},
		{"required", scenarios.Server{RequireSNI: true}, "127.0.0.1", refusal},
		{"required, IPv6", scenarios.Server{RequireSNI: true}, "::1", refusal},
		{"required, IPv6 in brackets", scenarios.Server{RequireSNI: true}, "[::1]", refusal},
		{"required, a name", scenarios.Server{RequireSNI: true}, "localhost", leaf.Certificate[0]},
		{"default", scenarios.Server{DefaultCertificate: "other"}, "127.0.0.1", other.Certificate[0]},
		{"default, IPv6", scenarios.Server{DefaultCertificate: "other"}, "::1", other.Certificate[0]},
		{"default, a name", scenarios.Server{DefaultCertificate: "other"}, "localhost", leaf.Certificate[0]},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// crypto/tls sends no addresses, so it sends a name of the same length, which is then replaced. Under TLS
			// 1.2, the answer is in plaintext.
			placeholder := strings.Repeat("x", len(test.sni))
			hello := clientHello(t, &tls.Config{ServerName: placeholder, MaxVersion: tls.VersionTLS12})
			srv := start(t, scenario(test.server), source, Options{})
			c := dial(t, srv)
			c.Write(bytes.Replace(hello, []byte(placeholder), []byte(test.sni), 1))
			c.CloseWrite()
			if answer, err := io.ReadAll(c); err != nil || !bytes.Contains(answer, test.gets) {
				t.Errorf("the answer %x does not contain %x: %v", answer, test.gets, err)
			}
			if o := one(t, srv); o.Hello == nil || o.Hello.ServerName != test.sni {
				t.Errorf("hello = %+v, want the server name %q", o.Hello, test.sni)
			}
		})
	}
}

func TestProtocols(t *testing.T) {
	ca := newAuthority(t)
	srv := start(t, scenario(scenarios.Server{Protocols: []string{"acme-tls/1"}}), ca.source(t), Options{})
	config := &tls.Config{RootCAs: ca.pool(), ServerName: "localhost", NextProtos: []string{"http/1.1"}}
	err := request(t, srv, config, 30*time.Second)
	if err == nil || !strings.Contains(err.Error(), "no application protocol") {
		t.Errorf("the client's error is %v", err)
	}
	if o := one(t, srv); o.AlertSent == nil || o.AlertSent.String() != "no_application_protocol (120)" {
		t.Errorf("the server sent %v: %s", o.AlertSent, o.Error)
	}
}
