package serve

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// authority is a test's CA.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := newKey(t, elliptic.P256())
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "serve test root"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// pool returns a pool with the authority's certificate.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue returns a certificate for localhost, for servers and clients. edit, if not nil, modifies its template.
func (a *authority) issue(t testing.TB, key crypto.Signer, edit func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		Subject:      pkix.Name{CommonName: "serve test leaf"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// source returns a source with a good leaf, which trusts the authority for client certificates.
func (a *authority) source(t testing.TB) Source {
	return material(a.issue(t, newKey(t, elliptic.P256()), nil), a.pool())
}

// material returns a source with that certificate and those CAs.
func material(cert tls.Certificate, clientCAs *x509.CertPool) Source {
	return func() (Material, error) {
		return Material{Certificates: []tls.Certificate{cert}, ClientCAs: clientCAs}, nil
	}
}

// scenario returns a scenario with a server's behaviour.
func scenario(b scenarios.Server) *scenarios.Scenario {
	return &scenarios.Scenario{ID: "test", Family: scenarios.Baseline, Server: b}
}

// record returns a record of TLS 1.2.
func record(kind wire.RecordType, body ...byte) []byte {
	return wire.AppendRecord(nil, kind, tls.VersionTLS12, body)
}

// alert returns a record with an alert in plaintext.
func alert(level byte, code wire.AlertCode) []byte {
	return record(wire.RecordAlert, level, byte(code))
}

// web is a service that answers one HTTP/1.1 request with the session.
var web = Service{
	Name: scenarios.HTTPS, Scheme: "https", Protocols: []string{"http/1.1", "h2"},
	Serve: func(conn net.Conn, s Session) error {
		if _, err := http.ReadRequest(bufio.NewReaderSize(conn, 1<<10)); err != nil {
			return err
		}
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		const head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
		_, err = fmt.Fprintf(conn, head, len(body), body)
		return err
	},
}

// start serves a scenario with the service web, unless o has one.
func start(t testing.TB, s *scenarios.Scenario, source Source, o Options) *Server {
	t.Helper()
	if o.Service.Serve == nil {
		o.Service = web
	}
	srv, err := Start(s, source, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	return srv
}

// ctx returns a context that ends before the test times out.
func ctx(t testing.TB) context.Context {
	t.Helper()
	c, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	t.Cleanup(cancel)
	return c
}

// one drains the server and returns its only observation.
func one(t testing.TB, srv *Server) Observation {
	t.Helper()
	if err := srv.Drain(ctx(t)); err != nil {
		t.Fatal(err)
	}
	all := srv.Observations()
	if len(all) != 1 {
		t.Fatalf("got %d observations, want 1: %+v", len(all), all)
	}
	return all[0]
}

// dial opens a raw connection to the server.
func dial(t testing.TB, srv *Server) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c.(*net.TCPConn)
}

// get requests the server's root and returns the answer's body.
func get(t testing.TB, srv *Server, config *tls.Config) (string, error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	response, err := client.Get(srv.Endpoint(Files{}).URL)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// handshake connects with crypto/tls's client and reads until the server closes the connection. It returns the client's
// error.
func handshake(t testing.TB, srv *Server, config *tls.Config) error {
	t.Helper()
	c := tls.Client(dial(t, srv), config)
	defer c.Close()
	if err := c.Handshake(); err != nil {
		return err
	}
	c.CloseWrite()
	_, err := io.Copy(io.Discard, c)
	return err
}
