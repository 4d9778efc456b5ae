package serve

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/tlslab/pki"
)

// Material is what a server presents and what it trusts.
type Material struct {
	// Certificates are presented as [tls.Config].Certificates are. A certificate may
	// be anything, also no certificate, and need not be that of its key. The key is
	// one that crypto/tls can sign with: RSA of at least 1,024 bits (package
	// crypto/rsa refuses less), Ed25519, or ECDSA; under TLS 1.3 that is P-256, P-384
	// and P-521 only (RFC 8446, section 4.2.3).
	Certificates []tls.Certificate
	// ClientCAs are what client certificates are verified against, where the
	// scenario asks for any.
	ClientCAs *x509.CertPool
	// ClientCRL is the CRL, as DER, that client certificates are looked up in where the
	// scenario has the server do so.
	ClientCRL []byte
	// CertificateOf returns another certificate by its name in the scenario's recipe;
	// nil if there is none.
	CertificateOf func(name string) (tls.Certificate, error)
}

// Source gives a server its material. It may be slow: it is called at most once
// for a server, when the first client has said hello, and delays only clients of
// that server; the time that it takes is not counted against theirs. If it fails,
// every client gets alert 80, internal_error, and the error stands in the
// observation.
type Source func() (Material, error)

// ChainSource returns a source that mints a chain. The server presents its leaf and
// trusts its anchors.
func ChainSource(mint func() (*pki.Chain, error)) Source {
	return func() (Material, error) {
		chain, err := mint()
		if err != nil {
			return Material{}, err
		}
		crl, _ := chain.PublishedCRL("leaf") // of the CA that issued the client's as well
		return Material{
			ClientCRL:     crl,
			Certificates:  []tls.Certificate{chain.TLSCertificate()},
			ClientCAs:     chain.Anchors(),
			CertificateOf: chain.CertificateOf,
		}, nil
	}
}

// lazyConfig returns a configuration that asks source for its material when the
// first client has said hello.
func (srv *Server) lazyConfig(source Source) *tls.Config {
	load := sync.OnceValues(func() (*tls.Config, error) {
		srv.load(true)
		defer srv.load(false)
		m, err := source()
		if err != nil {
			return nil, fmt.Errorf("material of scenario %s: %w", srv.scenario.ID, err)
		}
		return srv.configure(m)
	})
	return &tls.Config{
		SessionTicketsDisabled: true,
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			asked := time.Now()
			config, err := load()
			// The client is not to pay for the time that the material took.
			t := hello.Conn.(*tap)
			t.bound(t.deadline.Add(time.Since(asked)))
			if err != nil {
				return nil, err
			}
			if srv.scenario.Server.Protocols == nil {
				config = agreeable(config, hello.SupportedProtos)
			}
			if srv.scenario.Server.RequireSNI {
				config = requireSNI(config, hostName(hello.ServerName))
			}
			return config, nil
		},
	}
}

// configure returns what crypto/tls is to do, given the material.
func (srv *Server) configure(m Material) (*tls.Config, error) {
	b := srv.scenario.Server
	config := &tls.Config{
		Certificates:     m.Certificates,
		ClientCAs:        m.ClientCAs,
		ClientAuth:       b.ClientAuth,
		MinVersion:       cmp.Or(b.MinVersion, tls.VersionTLS12),
		MaxVersion:       cmp.Or(b.MaxVersion, tls.VersionTLS13),
		CipherSuites:     b.CipherSuites,
		CurvePreferences: b.Groups,
		NextProtos:       srv.options.Service.Protocols,
		// Every handshake is a full one, so that every client judges the
		// certificate every time.
		SessionTicketsDisabled: true,
	}
	if b.CheckRevocation {
		list, err := x509.ParseRevocationList(m.ClientCRL)
		if err != nil {
			return nil, fmt.Errorf("the CRL for client certificates: %w", err)
		}
		config.VerifyConnection = func(state tls.ConnectionState) error { return lookUp(list, state.PeerCertificates) }
	}
	if b.Protocols != nil {
		config.NextProtos = b.Protocols
	}
	if b.DefaultCertificate == "" {
		return config, nil
	}
	if m.CertificateOf == nil || len(m.Certificates) == 0 {
		return nil, errors.New("the material has no certificate by name: use a source that mints a recipe")
	}
	other, err := m.CertificateOf(b.DefaultCertificate)
	if err != nil {
		return nil, err
	}
	// crypto/tls asks GetCertificate where SNI came, and takes the first otherwise.
	config.Certificates = []tls.Certificate{other}
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hostName(hello.ServerName) == "" {
			return &other, nil
		}
		return &m.Certificates[0], nil
	}
	return config, nil
}

// lookUp refuses a client whose certificate is listed in a CRL (RFC 5280, section 5.3).
func lookUp(list *x509.RevocationList, peer []*x509.Certificate) error {
	if len(peer) > 0 && slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
		return e.SerialNumber.Cmp(peer[0].SerialNumber) == 0
	}) {
		// As crypto/tls wraps its own refusals, so that the observation knows the alert.
		return &tls.CertificateVerificationError{UnverifiedCertificates: peer, Err: errors.New("the certificate is revoked")}
	}
	return nil
}

// hostName returns the name that a client sends in SNI; empty if it sends an address. RFC 6066, section
// 3, forbids that, and some clients do it all the same: Ruby, PHP, Perl, Lua. Servers that choose by
// name do not know the address as one, even if it stands in a certificate: HAProxy 2.6 presents its
// default certificate, or says unrecognized_name with strict-sni.
func hostName(sni string) string {
	if _, err := netip.ParseAddr(strings.Trim(sni, "[]")); err == nil {
		return ""
	}
	return sni
}

// requireSNI returns a configuration for a client that sent a server name, or none. One
// without a certificate has crypto/tls say unrecognized_name.
func requireSNI(config *tls.Config, name string) *tls.Config {
	if name != "" && len(config.Certificates) > 0 {
		leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
		if err == nil && leaf.VerifyHostname(name) == nil {
			return config
		}
	}
	config = config.Clone()
	config.Certificates = nil
	return config
}
