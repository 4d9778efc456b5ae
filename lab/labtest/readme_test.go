package labtest_test

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"crypto/tls"
	"crypto/x509"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
)

// snippet start

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

// snippet end

// myClient stands in for a reader's own client.
func myClient(ctx context.Context, e serve.Endpoint) error { return get(ctx, e, new(tls.Config)) }

var update = flag.Bool("update", false, "write README.md's code anew")

// TestReadme holds README to show the code above as it is.
func TestReadme(t *testing.T) {
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "// snippet start\n\n")
	code, _, _ = strings.Cut(code, "\n// snippet end")
	block := regexp.MustCompile("(?s)<!-- snippet start -->\n```go\n(.*?)```\n<!-- snippet end -->")
	want := "<!-- snippet start -->\n```go\n" + code + "```\n<!-- snippet end -->"
	if *update {
		readme = block.ReplaceAllLiteral(readme, []byte(want))
		if err := os.WriteFile("../../README.md", readme, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(readme), want) {
		t.Error("README.md shows other code than readme_test.go: go test ./lab/labtest -run Readme -update")
	}
}
