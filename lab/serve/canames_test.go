package serve

import (
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"testing"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// partner is a CA that no certificate comes from.
var partner = []pki.Attribute{{Type: "C", Value: "XA"}, {Type: "CN", Value: "Partner CA"}}

// TestCANames checks which names clients read in the request for a certificate, in both versions, and that the names do
// not change which certificates the server accepts.
func TestCANames(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	key := newKey(t, elliptic.P256())
	good, bad := ca.issue(t, key, nil), other.issue(t, key, nil)
	named := func(string) ([]byte, error) { return ca.cert.RawSubject, nil }
	far, err := pki.EncodeName(partner)
	if err != nil {
		t.Fatal(err)
	}
	own := string(ca.cert.RawSubject)
	for name, test := range map[string]struct {
		names []scenarios.CAName
		want  []string
		alert wire.AlertCode // for a bad certificate
	}{
		"as trusted": {nil, []string{own}, wire.AlertUnknownCA},
		"none":       {[]scenarios.CAName{}, nil, wire.AlertBadCertificate},
		"one more": {[]scenarios.CAName{{Of: "root"}, {Subject: partner}},
			[]string{own, string(far)}, wire.AlertUnknownCA},
		"another":     {[]scenarios.CAName{{Subject: partner}}, []string{string(far)}, wire.AlertBadCertificate},
		"named twice": {[]scenarios.CAName{{Of: "root"}, {Of: "root"}}, []string{own}, wire.AlertUnknownCA},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(name+"/"+tls.VersionName(version), func(t *testing.T) {
				source := func() (Material, error) {
					return Material{Certificates: []tls.Certificate{good}, ClientCAs: ca.pool(), SubjectOf: named}, nil
				}
				b := scenarios.Server{ClientAuth: tls.RequireAndVerifyClientCert, CANames: test.names}
				srv := start(t, scenario(b), source, Options{})
				var got []string
				dial := func(c tls.Certificate) error {
					got = nil
					return handshake(t, srv, &tls.Config{
						RootCAs: ca.pool(), ServerName: "localhost", MaxVersion: version,
						GetClientCertificate: func(r *tls.CertificateRequestInfo) (*tls.Certificate, error) {
							for _, n := range r.AcceptableCAs {
								got = append(got, string(n))
							}
							return &c, nil
						},
					})
				}
				if err := dial(good); err != nil {
					t.Errorf("a good certificate: %v", err)
				}
				if fmt.Sprint(got) != fmt.Sprint(test.want) {
					t.Errorf("it names %q, want %q", got, test.want)
				}
				refusal := remoteAlert(dial(bad))
				if refusal == nil || refusal.Code != test.alert {
					t.Errorf("another CA's certificate: %v, want alert %d", refusal, test.alert)
				}
				if none := remoteAlert(dial(tls.Certificate{})); none == nil {
					t.Error("a client without a certificate is not refused")
				}
				if err := srv.Drain(ctx(t)); err != nil {
					t.Fatal(err)
				}
				if sent := srv.Observations()[1].AlertSent; sent == nil || sent.Code != test.alert {
					t.Errorf("the record has alert %v, want %d", sent, test.alert)
				}
			})
		}
	}
}

// TestCANamesOptional checks that a certificate is still optional if the names are not those of the trusted CAs.
func TestCANamesOptional(t *testing.T) {
	ca := newAuthority(t)
	b := scenarios.Server{ClientAuth: tls.VerifyClientCertIfGiven, CANames: []scenarios.CAName{}}
	srv := start(t, scenario(b), ca.source(t), Options{})
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool()}); err != nil {
		t.Errorf("without a certificate: %v", err)
	}
	bad := newAuthority(t).issue(t, newKey(t, elliptic.P256()), nil)
	if _, err := get(t, srv, &tls.Config{RootCAs: ca.pool(), Certificates: []tls.Certificate{bad}}); err == nil {
		t.Error("a bad certificate is accepted")
	}
}

// TestCANamesWrong checks that a name which cannot be made is an error of the material.
func TestCANamesWrong(t *testing.T) {
	ca := newAuthority(t)
	for _, n := range []scenarios.CAName{{Of: "root"}, {Subject: []pki.Attribute{{Type: "no such type"}}}} {
		b := scenarios.Server{ClientAuth: tls.RequestClientCert, CANames: []scenarios.CAName{n}}
		srv := start(t, scenario(b), ca.source(t), Options{})
		if err := handshake(t, srv, &tls.Config{RootCAs: ca.pool(), ServerName: "localhost"}); err == nil {
			t.Errorf("%v is served", n)
		}
	}
}

// TestTickets checks that clients can resume sessions if the scenario says so, and otherwise not, in both versions.
func TestTickets(t *testing.T) {
	ca := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, tickets := range []bool{false, true} {
			srv := start(t, scenario(scenarios.Server{Tickets: tickets}), ca.source(t), Options{})
			checked := 0
			config := &tls.Config{
				RootCAs: ca.pool(), ServerName: "localhost", MaxVersion: version,
				ClientSessionCache: tls.NewLRUClientSessionCache(1),
				VerifyPeerCertificate: func([][]byte, [][]*x509.Certificate) error { // not called for resumed sessions
					checked++
					return nil
				},
			}
			for range 2 {
				if _, err := get(t, srv, config); err != nil {
					t.Fatal(err)
				}
			}
			if full := checked == 2; full == tickets {
				t.Errorf("%s, tickets %t: %d full handshakes", tls.VersionName(version), tickets, checked)
			}
		}
	}
}
