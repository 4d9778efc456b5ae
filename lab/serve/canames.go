package serve

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// caNames returns the names of a request for a client certificate, in DER.
func caNames(list []scenarios.CAName, subjectOf func(string) ([]byte, error)) ([][]byte, error) {
	var names [][]byte
	for _, n := range list {
		var der []byte
		var err error
		switch {
		case n.Of == "":
			der, err = pki.EncodeName(n.Subject)
		case subjectOf == nil:
			err = errors.New("the material has no certificates by name: use a source that mints a recipe")
		default:
			der, err = subjectOf(n.Of)
		}
		if err != nil {
			return nil, fmt.Errorf("the names of CAs in the certificate request: %w", err)
		}
		names = append(names, der)
	}
	return names, nil
}

// nameCAs makes a server name these CAs when it asks for a client certificate. crypto/tls names the CAs with which it
// verifies. Further names are added as CAs without a key, which verify nothing. If a CA that the server trusts must not
// be named, crypto/tls cannot verify, so the server does it after crypto/tls.
func nameCAs(config *tls.Config, names [][]byte) {
	trusted := cmp.Or(config.ClientCAs, x509.NewCertPool())
	// Subjects is deprecated because it leaves out the system's CAs. This pool has none.
	subjects := trusted.Subjects()
	has := func(list [][]byte, name []byte) bool {
		return slices.ContainsFunc(list, func(n []byte) bool { return bytes.Equal(n, name) })
	}
	config.ClientCAs = trusted.Clone()
	if slices.ContainsFunc(subjects, func(s []byte) bool { return !has(names, s) }) {
		config.ClientCAs, subjects = x509.NewCertPool(), nil
		verifyAfter(config, trusted)
	}
	for _, name := range names {
		if !has(subjects, name) {
			config.ClientCAs.AddCert(&x509.Certificate{Raw: name, RawSubject: name})
		}
	}
}

// verifyAfter makes the server verify client certificates itself, if crypto/tls would have done it.
func verifyAfter(config *tls.Config, trusted *x509.CertPool) {
	weaker, verifies := map[tls.ClientAuthType]tls.ClientAuthType{
		tls.VerifyClientCertIfGiven:    tls.RequestClientCert,
		tls.RequireAndVerifyClientCert: tls.RequireAnyClientCert,
	}[config.ClientAuth]
	if !verifies {
		return
	}
	config.ClientAuth = weaker
	next := config.VerifyConnection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		if err := verifyClient(state.PeerCertificates, trusted); err != nil || next == nil {
			return err
		}
		return next(state)
	}
}

// verifyClient verifies what a client sent as crypto/tls does. The error hides its cause, because crypto/tls sends
// bad_certificate for whatever VerifyConnection returns: see localAlert.
func verifyClient(peer []*x509.Certificate, trusted *x509.CertPool) error {
	if len(peer) == 0 {
		return nil
	}
	o := x509.VerifyOptions{
		Roots: trusted, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, c := range peer[1:] {
		o.Intermediates.AddCert(c)
	}
	if _, err := peer[0].Verify(o); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: peer, Err: errors.New(err.Error())}
	}
	return nil
}
