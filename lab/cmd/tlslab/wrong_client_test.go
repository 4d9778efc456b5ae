package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// wrongModes are further modes of the client: it verifies with its own code, which is wrong in one way.
func wrongModes() map[string]func() error {
	modes := map[string]func() error{"retries": retry, "plaintext": fallBack, "after-the-request": verifyLate}
	for mode, verify := range map[string]func(tls.ConnectionState, x509.VerifyOptions) error{
		"no-names": func(cs tls.ConnectionState, o x509.VerifyOptions) error {
			o.DNSName = ""
			return verified(cs, o)
		},
		"no-dates": func(cs tls.ConnectionState, o x509.VerifyOptions) error {
			o.CurrentTime = cs.PeerCertificates[0].NotAfter.Add(-time.Second)
			return verified(cs, o)
		},
		"no-chain": func(cs tls.ConnectionState, o x509.VerifyOptions) error {
			for _, c := range cs.PeerCertificates {
				o.Roots.AddCert(c)
			}
			return verified(cs, o)
		},
		"another-ca": func(cs tls.ConnectionState, o x509.VerifyOptions) error {
			o.Roots = x509.NewCertPool()
			return verified(cs, o)
		},
		// It accepts only a certificate like the first one that it saw.
		"pins": func(cs tls.ConnectionState, o x509.VerifyOptions) error {
			if cs.PeerCertificates[0].PublicKeyAlgorithm == x509.RSA {
				return errors.New("this is not the certificate that is known")
			}
			return verified(cs, o)
		},
		"refuses": func(tls.ConnectionState, x509.VerifyOptions) error { return errors.New("no") },
	} {
		modes[mode] = func() error { return get(verifiedBy(verify)) }
	}
	return modes
}

// retry connects again without verifying.
func retry() error {
	if get(new(tls.Config)) != nil {
		return get(&tls.Config{InsecureSkipVerify: true})
	}
	return nil
}

// fallBack sends its request without TLS.
func fallBack() error {
	err := get(new(tls.Config))
	if err != nil {
		if c, dialErr := net.Dial("tcp", os.Getenv("TLSLAB_CONNECT")); dialErr == nil {
			fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
			c.Close()
		}
	}
	return err
}

// verifyLate verifies after it has the response.
func verifyLate() error {
	var wrong error
	config := verifiedBy(func(cs tls.ConnectionState, o x509.VerifyOptions) error {
		wrong = verified(cs, o)
		return nil
	})
	return errors.Join(get(config), wrong)
}

// verifiedBy returns a configuration that verifies certificates with a function, which is given the correct options.
func verifiedBy(verify func(tls.ConnectionState, x509.VerifyOptions) error) *tls.Config {
	config := &tls.Config{InsecureSkipVerify: true}
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		o := x509.VerifyOptions{
			Roots: config.RootCAs.Clone(), Intermediates: x509.NewCertPool(), DNSName: os.Getenv("TLSLAB_HOST"),
		}
		for _, c := range cs.PeerCertificates[1:] {
			o.Intermediates.AddCert(c)
		}
		return verify(cs, o)
	}
	return config
}

func verified(cs tls.ConnectionState, o x509.VerifyOptions) error {
	_, err := cs.PeerCertificates[0].Verify(o)
	return err
}
