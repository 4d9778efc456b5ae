package clients_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// discover finds the clients that speak HTTPS and closes them when the test ends.
func discover(t *testing.T, only ...string) *clients.Set {
	t.Helper()
	s, err := all.Discover(t.Context(), clients.Options{Only: only, Services: []string{"https"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// discoverAll finds all clients, including those that speak MongoDB.
func discoverAll(t *testing.T) *clients.Set {
	t.Helper()
	s, err := all.Discover(t.Context(), clients.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// brief returns the set. In short tests, as with the race detector, it returns only the newest program of
// each stack and no browser, because the others would take minutes without testing anything new.
func brief(s *clients.Set) *clients.Set {
	if !testing.Short() {
		return s
	}
	newest := map[string]string{} // versions ascend
	for _, c := range s.Clients {
		newest[c.Stack] = c.Version
	}
	s.Clients = slices.DeleteFunc(s.Clients, func(c *clients.Client) bool {
		return c.Version != newest[c.Stack] || c.Stack == "chromium"
	})
	return s
}

// undemanding returns the clients that accept a good server without revocation data. TestRevocation tests the
// others.
func undemanding(s *clients.Set) []*clients.Client {
	return slices.DeleteFunc(slices.Clone(s.Clients), func(c *clients.Client) bool { return len(c.Demands) > 0 })
}

// givenCRL returns the same clients, and the drivers' variants that are given a CRL.
func givenCRL(s *clients.Set) []*clients.Client {
	return slices.DeleteFunc(slices.Clone(s.Clients), func(c *clients.Client) bool {
		return len(c.Demands) > 0 && c.Variant != "tlsCRLFile"
	})
}

// seen is what a server saw of one request.
type seen struct {
	sni, host   string
	certificate bool // the client presented one
}

// server is an HTTPS server over crypto/tls.
type server struct {
	addr    string
	mongodb bool // it speaks MongoDB instead of HTTPS
	mu      sync.Mutex
	last    seen
}

// serveTLS serves every request with handler. If handler is nil, it answers 200 with a short body.
func serveTLS(t *testing.T, config *tls.Config, handler http.HandlerFunc) *server {
	s := new(server)
	h := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.last = seen{sni: r.TLS.ServerName, host: r.Host, certificate: len(r.TLS.PeerCertificates) > 0}
		s.mu.Unlock()
		if handler != nil {
			handler(w, r)
			return
		}
		io.WriteString(w, "hello\n")
	}))
	h.TLS = config
	h.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.StartTLS()
	t.Cleanup(h.Close)
	s.addr = h.Listener.Addr().String()
	return s
}

// saw returns what the server saw of the last request, and resets it.
func (s *server) saw() seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.last
	s.last = seen{}
	return last
}

// serveRaw passes every connection to handle and closes it afterwards. The context ends with the test.
func serveRaw(t *testing.T, handle func(context.Context, net.Conn)) *server {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				handle(ctx, c)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		l.Close()
		wg.Wait()
	})
	return &server{addr: l.Addr().String()}
}

// serveMongo serves MongoDB behind crypto/tls.
func serveMongo(t *testing.T, config *tls.Config) *server {
	service := mongodb.Embedded()
	t.Cleanup(func() { require.NoError(t, service.Close()) }) // after the server
	s := serveRaw(t, func(ctx context.Context, raw net.Conn) {
		defer context.AfterFunc(ctx, func() { raw.Close() })()
		c := tls.Server(raw, config)
		if c.HandshakeContext(ctx) == nil && service.Serve(c, serve.Session{}) == nil {
			c.CloseWrite()
		}
	})
	s.mongodb = true
	return s
}

// serveBoth serves HTTPS and MongoDB, and returns a function that selects the server for a client.
func serveBoth(t *testing.T, config *tls.Config) func(*clients.Client) *server {
	https, mongodb := serveTLS(t, config, nil), serveMongo(t, config.Clone())
	return func(c *clients.Client) *server {
		if c.Service == "mongodb" {
			return mongodb
		}
		return https
	}
}

// hello reads the client's first data.
func hello(c net.Conn) { c.Read(make([]byte, 16<<10)) }

// as returns the endpoint for a client that reaches the server by a name and trusts a file.
func (s *server) as(host, caFile string) serve.Endpoint {
	_, port, _ := net.SplitHostPort(s.addr)
	number, _ := strconv.Atoi(port)
	inURL := host
	if strings.Contains(host, ":") {
		inURL = "[" + host + "]"
	}
	url := "https://" + inURL + ":" + port + "/"
	if s.mongodb {
		url = "mongodb://" + inURL + ":" + port + "/?tls=true"
	}
	return serve.Endpoint{
		ID:      "test",
		URL:     url,
		Host:    host,
		Port:    number,
		Connect: s.addr,
		CAFile:  caFile,
	}
}
