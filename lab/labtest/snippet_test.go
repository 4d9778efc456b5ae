package labtest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
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

// The whole catalogue, a subtest a scenario. It fails where the client accepts what it must
// reject, rejects what it must accept, or rejects for another reason than the scenario lists.
func TestWholeCatalogue(t *testing.T) {
	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		// Dial e.Connect; verify and send e.Host; trust e.CAFile; present e.CertFile if it is set.
		return myClient(ctx, e)
	})
}
