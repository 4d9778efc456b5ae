// Package raw is the service raw: it sends back whatever a client sends, and selects the first protocol that the client
// offers in ALPN. It is for clients whose protocol the lab does not know: they see the lab's TLS, and then an answer
// that means nothing to them.
package raw

import (
	"net"
	"time"

	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// Limits of one connection. Clients that talk for longer, or about more, are cut off.
const (
	idleTime = time.Minute
	mostSent = 1 << 20 // bytes
)

// Service returns the service raw, with which every scenario of the catalogue can be served as raw-ID.
func Service() serve.Service {
	return serve.Service{Name: scenarios.Raw, Scheme: "tls", AnyProtocol: true, Serve: echo}
}

// echo sends back what the client sends. The client counts as served once it was sent something.
func echo(conn net.Conn, _ serve.Session) error {
	buf := make([]byte, 16<<10)
	for sent := 0; sent < mostSent; {
		n, err := conn.Read(buf)
		if n > 0 {
			if _, err := conn.Write(buf[:n]); err != nil {
				return err
			}
			sent += n
			conn.SetDeadline(time.Now().Add(idleTime))
		}
		switch {
		case err != nil && sent > 0:
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}
