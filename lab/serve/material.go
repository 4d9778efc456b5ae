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
	// Certificates are presented as in [tls.Config]. A certificate can be any bytes, even ones that are not a
	// certificate, and does not have to match its key. The key must be one with which crypto/tls can sign: RSA with at
	// least 1,024 bits (package crypto/rsa refuses shorter ones), Ed25519, or ECDSA. Under TLS 1.3, ECDSA is limited to
	// P-256, P-384 and P-521 (RFC 8446, section 4.2.3).
	Certificates []tls.Certificate
	// ClientCAs are the CAs for verifying client certificates, if the scenario requests any.
	ClientCAs *x509.CertPool
	// ClientCRL is the CRL, in DER, for checking client certificates, if the scenario demands that.
	ClientCRL []byte
	// SubjectOf returns the subject of a certificate, in DER, by its name in the scenario's recipe. Nil if the scenario
	// names none in Server.CANames.
	SubjectOf func(name string) ([]byte, error)
	// CertificateOf returns another certificate by its name in the scenario's recipe. Nil if there are no others.
	CertificateOf func(name string) (tls.Certificate, error)
}

// Source returns the material of a server. It can be slow: it is called at most once per server, after the first
// client's ClientHello, and delays only the clients of that server. The time it takes does not count towards their
// timeouts. If it fails, every client gets alert 80, internal_error, and the error is in the observations.
type Source func() (Material, error)

// ChainSource returns a source that mints a chain. The server presents the chain's leaf and trusts its anchors.
func ChainSource(mint func() (*pki.Chain, error)) Source {
	return func() (Material, error) {
		chain, err := mint()
		if err != nil {
			return Material{}, err
		}
		crl, _ := chain.PublishedCRL("leaf") // the same CA issued the client's certificate
		return Material{
			ClientCRL:     crl,
			Certificates:  []tls.Certificate{chain.TLSCertificate()},
			ClientCAs:     chain.Anchors(),
			SubjectOf:     chain.SubjectOf,
			CertificateOf: chain.CertificateOf,
		}, nil
	}
}

// lazyConfig returns a configuration that calls source after the first ClientHello.
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
		SessionTicketsDisabled: !srv.scenario.Server.Tickets, // crypto/tls takes the keys of tickets from here
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			asked := time.Now()
			config, err := load()
			// The time that the material took does not count towards the client's timeout.
			t := hello.Conn.(*tap)
			t.bound(t.deadline.Add(time.Since(asked)))
			if err != nil {
				return nil, err
			}
			if srv.scenario.Server.Protocols == nil {
				config = lenientALPN(config, hello.SupportedProtos)
				if srv.options.Service.AnyProtocol {
					config = config.Clone()
					config.NextProtos = hello.SupportedProtos
				}
			}
			if srv.scenario.Server.RequireSNI {
				config = requireSNI(config, hostName(hello.ServerName))
			}
			return config, nil
		},
	}
}

// configure returns the configuration of crypto/tls for the material.
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
		// Without tickets every handshake is a full one, so that clients verify the certificate every time.
		SessionTicketsDisabled: !b.Tickets,
	}
	if b.CheckRevocation {
		list, err := x509.ParseRevocationList(m.ClientCRL)
		if err != nil {
			return nil, fmt.Errorf("the CRL for client certificates: %w", err)
		}
		config.VerifyConnection = func(state tls.ConnectionState) error { return lookUp(list, state.PeerCertificates) }
	}
	if b.CANames != nil && b.ClientAuth != tls.NoClientCert {
		names, err := caNames(b.CANames, m.SubjectOf)
		if err != nil {
			return nil, err
		}
		nameCAs(config, names)
	}
	if b.Protocols != nil {
		config.NextProtos = b.Protocols
	}
	if b.DefaultCertificate == "" {
		return config, nil
	}
	if m.CertificateOf == nil || len(m.Certificates) == 0 {
		return nil, errors.New("the material has no certificates by name: use a source that mints a recipe")
	}
	other, err := m.CertificateOf(b.DefaultCertificate)
	if err != nil {
		return nil, err
	}
	// crypto/tls calls GetCertificate if the client sent SNI, and uses the first certificate otherwise.
	config.Certificates = []tls.Certificate{other}
	config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if hostName(hello.ServerName) == "" {
			return &other, nil
		}
		return &m.Certificates[0], nil
	}
	return config, nil
}

// lookUp returns an error if the client's certificate is listed in a CRL (RFC 5280, section 5.3).
func lookUp(list *x509.RevocationList, peer []*x509.Certificate) error {
	if len(peer) > 0 && slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
		return e.SerialNumber.Cmp(peer[0].SerialNumber) == 0
	}) {
		// The same type as crypto/tls's own refusals, so that localAlert knows the alert.
		return &tls.CertificateVerificationError{
			UnverifiedCertificates: peer, Err: errors.New("the certificate is revoked"),
		}
	}
	return nil
}

// hostName returns the name that a client sends in SNI, or "" if it sends an address. RFC 6066, section 3, forbids
// addresses, but some clients send them: Ruby, PHP, Perl, Lua. Servers that choose a certificate by name do not
// recognize an address, even if it is in a certificate. HAProxy 2.6, for example, presents its default certificate, or
// with strict-sni answers unrecognized_name.
func hostName(sni string) string {
	if _, err := netip.ParseAddr(strings.Trim(sni, "[]")); err == nil {
		return ""
	}
	return sni
}

// requireSNI returns the configuration for a client that sent a name in SNI, or none. If the certificate is not valid
// for the name, the configuration has no certificate, which makes crypto/tls answer unrecognized_name.
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
