package labtest_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
)

func TestRefusesExpired(t *testing.T) {
	srv := labtest.Start(t, "expired")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: srv.CAs}}}

	_, err := client.Get(srv.URL)

	var invalid x509.CertificateInvalidError
	if !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("want a refusal for expiry, got %v", err)
	}
	t.Log("the server saw:", srv.Observations()[0].AlertReceived)
}

// TestWholeCatalogue runs the whole catalogue, with one subtest per scenario. A subtest fails if the client
// accepts what it must reject, rejects what it must accept, or rejects for a reason that the scenario does
// not list.
func TestWholeCatalogue(t *testing.T) {
	labtest.TestClient(t, fetch)
}

// fetch is the client under test; replace it with yours. It dials e.Connect, if set. It verifies e.Host and
// sends it in SNI. It trusts e.CAFile and presents e.CertFile, if there is one. It sends a request, reads the
// response and closes the connection. It returns labtest.ErrUnsupported for what it cannot do at all.
func fetch(ctx context.Context, e serve.Endpoint) error {
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(e.CAFile)
	if err != nil {
		return err
	}
	if !roots.AppendCertsFromPEM(pem) {
		return errors.New("the CA file holds no certificate")
	}
	if e.CertFile != "" {
		return labtest.ErrUnsupported
	}
	dial := func(_ context.Context, network, addr string) (net.Conn, error) {
		d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: e.Host}}
		return d.DialContext(ctx, network, cmp.Or(e.Connect, addr))
	}
	transport := &http.Transport{DialTLSContext: dial, DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(ctx, "GET", e.URL, nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
