package labtest_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStart(t *testing.T) {
	srv := labtest.Start(t, "expired")
	_, err := srv.Client().Get(srv.URL)
	var invalid x509.CertificateInvalidError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, x509.Expired, invalid.Reason)

	seen := srv.Observations()
	require.Len(t, seen, 1)
	require.NotNil(t, seen[0].AlertReceived)
	assert.Equal(t, "bad_certificate (42)", seen[0].AlertReceived.String())
	assert.Equal(t, "localhost", seen[0].Hello.ServerName)

	data, err := os.ReadFile(srv.CAFile)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(data))
	assert.True(t, pool.Equal(srv.CAs))
}

// TestExpiresWhileServing checks that the certificate was valid when serving began.
func TestExpiresWhileServing(t *testing.T) {
	srv := labtest.Start(t, "expires-while-serving")
	resp, err := srv.Client().Get(srv.URL)
	require.NoError(t, err, "before it expires")
	resp.Body.Close()
	require.NoError(t, srv.WaitDue(t.Context()))
	_, err = srv.Client().Get(srv.URL)
	require.ErrorContains(t, err, "certificate has expired")
}

func TestClientCertificate(t *testing.T) {
	srv := labtest.Start(t, "good-client-certificate")
	resp, err := srv.Client().Get(srv.URL)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Contains(t, srv.Observations()[0].ClientCertificate, "tlslab client")
}

// get is a client under test: net/http in a typical configuration.
func get(ctx context.Context, e serve.Endpoint, config *tls.Config) error {
	pem, err := os.ReadFile(e.CAFile)
	if err != nil {
		return err
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return errors.New("no PEM certificate that x509.CertPool.AppendCertsFromPEM can read")
	}
	if e.KeyPassword != "" {
		return fmt.Errorf("crypto/tls reads no encrypted keys: %w", labtest.ErrUnsupported)
	}
	if e.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(e.CertFile, cmp.Or(e.KeyFile, e.CertFile))
		if err != nil {
			return err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	config.ServerName = e.Host
	address := cmp.Or(e.Connect, net.JoinHostPort(e.Host, strconv.Itoa(e.Port)))
	conn, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", e.Host)
	// Between records, crypto/tls treats an end without close_notify as a normal one. Only HTTP notices that
	// something is missing.
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// TestGoClient runs the catalogue on Go, with the features that Go has.
func TestGoClient(t *testing.T) {
	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, new(tls.Config))
	}, labtest.Features(scenarios.FeatureSANOnly, scenarios.FeatureEd25519, scenarios.FeatureChainSort,
		scenarios.FeatureForwardSecrecy, scenarios.FeatureDHPolicy, scenarios.FeatureTLS13,
		scenarios.FeaturePostQuantum))
}

// TestUnsupported checks that a client can report that it cannot do something.
func TestUnsupported(t *testing.T) {
	labtest.TestClient(t, func(context.Context, serve.Endpoint) error {
		return fmt.Errorf("no TLS here: %w", labtest.ErrUnsupported)
	}, labtest.Skip(func(s *scenarios.Scenario) bool { return s.ID != "good" }))
}

// This tests a client that must refuse the expired certificate with the right error.
func ExampleStart() {
	t := new(fakeT) // in a test, this is its t
	defer t.end()

	srv := labtest.Start(t, "wrong-host")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: srv.CAs}}}
	_, err := client.Get(srv.URL)

	var mismatch x509.HostnameError
	fmt.Println(errors.As(err, &mismatch), mismatch.Certificate.DNSNames)
	fmt.Println(srv.Observations()[0].AlertReceived)
	// Output:
	// true [other.tlslab.test]
	// bad_certificate (42)
}

// fakeT stands in for a test's t, which an example does not have.
type fakeT struct {
	testing.TB
	dir     string
	cleanup []func()
}

func (f *fakeT) Context() context.Context { return context.Background() }

func (f *fakeT) Helper() {}

func (f *fakeT) Cleanup(clean func()) { f.cleanup = append(f.cleanup, clean) }

func (f *fakeT) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (f *fakeT) Fatalf(format string, args ...any) { f.Errorf(format, args...) }

func (f *fakeT) TempDir() string {
	var err error
	if f.dir, err = os.MkdirTemp("", "labtest-"); err != nil {
		f.Fatalf("%v", err)
	}
	return f.dir
}

func (f *fakeT) end() {
	for _, clean := range slices.Backward(f.cleanup) {
		clean()
	}
	os.RemoveAll(f.dir)
}
