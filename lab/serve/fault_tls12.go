package serve

import (
	"crypto/tls"
	"errors"

	"example.com/tlslab/lab/serve/internal/tls12"
)

// smallDH does the handshake with a Diffie-Hellman group of 1,024 bits.
func smallDH(c *conn) error {
	return c.talkTLS12(tls12.Config{KeyExchange: tls12.DHE1024()})
}

// legacyRenegotiation does the handshake as servers did before RFC 5746.
func legacyRenegotiation(c *conn) error {
	return c.talkTLS12(tls12.Config{KeyExchange: tls12.ECDHE(), OmitRenegotiationInfo: true})
}

// talkTLS12 serves the client with package tls12 instead of crypto/tls, and with the certificate that crypto/tls would
// present.
func (c *conn) talkTLS12(config tls12.Config) error {
	config.Certificate = func() (tls.Certificate, error) { return c.srv.certificate(&c.tap) }
	return c.handshakeAndServe(tls12.Server(&c.tap, config), c.srv.options.Service.Serve)
}

// certificate returns the certificate that crypto/tls would present to a client.
func (srv *Server) certificate(t *tap) (tls.Certificate, error) {
	config, err := srv.config.GetConfigForClient(&tls.ClientHelloInfo{Conn: t})
	if err != nil {
		return tls.Certificate{}, err
	}
	if len(config.Certificates) == 0 {
		return tls.Certificate{}, errors.New("there is no certificate to present")
	}
	return config.Certificates[0], nil
}
