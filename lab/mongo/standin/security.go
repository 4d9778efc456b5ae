package main

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/youmark/pkcs8"
)

// protocols are mongod's names of TLS versions.
var protocols = map[string]uint16{
	"TLS1_0": tls.VersionTLS10, "TLS1_1": tls.VersionTLS11, "TLS1_2": tls.VersionTLS12, "TLS1_3": tls.VersionTLS13,
}

// security is what the server presents and what it trusts.
type security struct {
	options     *options
	log         *logger
	certificate tls.Certificate
	path        []*x509.Certificate // of the certificate: the leaf, then its issuer
	trusted     []*x509.Certificate
	roots       *x509.CertPool
	crls        []*x509.RevocationList // nil if there is no CRL file
	min, max    uint16
	staple      atomic.Pointer[[]byte]
}

// newSecurity reads the files. It refuses whatever mongod refuses to start with.
func newSecurity(o *options, log *logger) (*security, error) {
	if o.tlsMode == modeDisabled {
		return nil, nil
	}
	if o.keyFile == "" {
		return nil, invalidSSLConfiguration("need tlsCertificateKeyFile when TLS is enabled")
	}
	if o.caFile == "" {
		return nil, invalidSSLConfiguration("The use of TLS without specifying a chain of trust is no longer " +
			"supported. See https://jira.mongodb.org/browse/SERVER-72839 for details")
	}
	s := &security{options: o, log: log, roots: x509.NewCertPool()}
	if err := s.loadCertificate(); err != nil {
		return nil, err
	}
	if err := s.checkCertificate(time.Now()); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(o.caFile)
	if err != nil {
		return nil, invalidSSLConfiguration("cannot read CA file: " + o.caFile + " " + reason(err))
	}
	if s.trusted, err = certificates(data); err != nil || len(s.trusted) == 0 {
		return nil, invalidSSLConfiguration("cannot read certificate authority file: " + o.caFile)
	}
	for _, c := range s.trusted {
		s.roots.AddCert(c)
	}
	if err := s.loadCRL(); err != nil {
		return nil, err
	}
	if s.min, s.max, err = versions(o.disabledProtocols); err != nil {
		return nil, err
	}
	s.start()
	return s, nil
}

// loadCertificate reads the file that contains both key and certificates.
func (s *security) loadCertificate() error {
	file := s.options.keyFile
	data, err := os.ReadFile(file)
	if err != nil {
		s.log.line("E", "NETWORK", 23248, "main", "Cannot read certificate file",
			attr{"keyFile": file, "error": reason(err)})
		return invalidSSLConfiguration("Can not set up PEM key file.")
	}
	if s.path, err = certificates(data); err != nil || len(s.path) == 0 {
		s.log.line("E", "NETWORK", 23248, "main", "Cannot read certificate file",
			attr{"keyFile": file, "error": "no certificate in it"})
		return invalidSSLConfiguration("Can not set up PEM key file.")
	}
	key, err := privateKey(data, s.options.keyPassword)
	if err != nil {
		s.log.line("E", "NETWORK", 23252, "main", "Cannot use PEM key", attr{"keyFile": file, "error": err.Error()})
		return invalidSSLConfiguration("Can not set up PEM key file.")
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(s.path[0].PublicKey) {
		s.log.line("E", "NETWORK", 23252, "main", "Cannot use PEM key",
			attr{"keyFile": file, "error": "key values mismatch"})
		return invalidSSLConfiguration("Can not set up PEM key file.")
	}
	s.certificate = tls.Certificate{PrivateKey: key}
	for _, c := range s.path {
		s.certificate.Certificate = append(s.certificate.Certificate, c.Raw)
	}
	return nil
}

// checkCertificate refuses a certificate outside its validity dates, as mongod does. mongod accepts a
// certificate with one of the two extended key usages, although MongoDB's manual requires both.
func (s *security) checkCertificate(now time.Time) error {
	leaf := s.path[0]
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return invalidSSLConfiguration(fmt.Sprintf("ssl client initialization problem for certificate: %s :: "+
			"caused by :: The provided SSL certificate is expired or not yet valid. notBefore %s, notAfter %s",
			s.options.keyFile, leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339)))
	}
	return nil
}

func (s *security) loadCRL() error {
	file := s.options.crlFile
	if file == "" {
		return nil
	}
	data, err := os.ReadFile(file)
	if err == nil {
		s.crls, err = revocationLists(data)
	}
	if err != nil {
		s.log.line("E", "NETWORK", 23254, "main", "Cannot read CRL file", attr{"fileName": file, "error": reason(err)})
		return invalidSSLConfiguration("Can not set up CRL file.")
	}
	return nil
}

// config returns the configuration of crypto/tls.
func (s *security) config() *tls.Config {
	certificate := s.certificate
	if staple := s.staple.Load(); staple != nil {
		certificate.OCSPStaple = *staple
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		MinVersion:   s.min, MaxVersion: s.max,
		// mongod requests a certificate from every client and judges it after the handshake.
		ClientAuth: tls.RequestClientCert, ClientCAs: s.roots,
		SessionTicketsDisabled: true,
	}
}

// judge judges the client's certificate, as mongod does after the handshake.
func (s *security) judge(peer []*x509.Certificate, now time.Time) error {
	if len(peer) == 0 {
		if s.options.allowConnectionsWithoutCertificates {
			return nil
		}
		return errNoCertificate
	}
	intermediates := x509.NewCertPool()
	for _, c := range peer[1:] {
		intermediates.AddCert(c)
	}
	paths, err := peer[0].Verify(x509.VerifyOptions{
		Roots: s.roots, Intermediates: intermediates, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil || s.crls == nil {
		return err
	}
	for i, c := range paths[0][:len(paths[0])-1] {
		if err := s.lookUp(c, paths[0][i+1], now); err != nil {
			return err
		}
	}
	return nil
}

// lookUp looks a certificate up in its issuer's CRL, as OpenSSL does with X509_V_FLAG_CRL_CHECK_ALL, which
// mongod sets since CVE-2025-3085.
func (s *security) lookUp(c, issuer *x509.Certificate, now time.Time) error {
	at := slices.IndexFunc(s.crls, func(list *x509.RevocationList) bool {
		return bytes.Equal(list.RawIssuer, c.RawIssuer) && list.CheckSignatureFrom(issuer) == nil
	})
	switch {
	case at < 0:
		return errors.New("unable to get certificate CRL")
	case now.After(s.crls[at].NextUpdate):
		return errors.New("CRL has expired")
	case now.Before(s.crls[at].ThisUpdate):
		return errors.New("CRL is not yet valid")
	}
	for _, e := range s.crls[at].RevokedCertificateEntries {
		if e.SerialNumber.Cmp(c.SerialNumber) == 0 {
			return errors.New("certificate revoked")
		}
	}
	return nil
}

// errAllDisabled is the error of every handshake if tlsDisabledProtocols lists all versions. mongod starts
// with that.
var errAllDisabled = errors.New("every TLS version is disabled")

var errNoCertificate = errors.New("no SSL certificate provided by peer; connection rejected")

// versions returns the lowest and highest version left if some are disabled, or zeros if none are left.
// crypto/tls supports only a range without gaps.
func versions(disabled []string) (lowest, highest uint16, err error) {
	// mongod always disables TLS 1.0.
	for _, name := range []string{"TLS1_1", "TLS1_2", "TLS1_3"} {
		if slices.Contains(disabled, name) {
			continue
		}
		v := protocols[name]
		if highest != 0 && v != highest+1 {
			return 0, 0, invalidSSLConfiguration("the stand-in cannot disable only a version between two others: " +
				"disable those below or above it as well")
		}
		lowest, highest = cmp.Or(lowest, v), v
	}
	return lowest, highest, nil
}

// revocationLists returns the CRLs in a PEM file, which must contain at least one.
func revocationLists(data []byte) ([]*x509.RevocationList, error) {
	list, err := blocks(data, "X509 CRL", x509.ParseRevocationList)
	if err == nil && list == nil {
		err = errors.New("no X509 CRL in it")
	}
	return list, err
}

// certificates returns the certificates in a PEM file.
func certificates(data []byte) ([]*x509.Certificate, error) {
	return blocks(data, "CERTIFICATE", x509.ParseCertificate)
}

// blocks parses the blocks with one type in a PEM file.
func blocks[T any](data []byte, kind string, parse func([]byte) (T, error)) ([]T, error) {
	var list []T
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != kind {
			continue
		}
		one, err := parse(block.Bytes)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// privateKey returns the PKCS #8 key in a PEM file.
func privateKey(data []byte, password string) (crypto.Signer, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			key, err = pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte(password))
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, errors.New("the key cannot sign")
	}
	return nil, errors.New("no start line: there is no PRIVATE KEY in it")
}
