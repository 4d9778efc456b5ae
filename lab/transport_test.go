package lab_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"example.com/tlslab/pki"
)

// transport returns a transport that trusts a chain's anchors, connects to one address and keeps no
// connections.
func transport(c *pki.Chain, addr string) *http.Transport {
	return &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: c.Anchors()},
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}
}
