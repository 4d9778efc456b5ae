package labtest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// badClients are clients that TestClient must fail, and what it must say.
var badClients = map[string]struct {
	scenario string
	client   func(context.Context, serve.Endpoint) error
	want     string
}{
	"one that verifies nothing": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
	}, "insecure: it must reject this as expired"},
	"one that rejects for another reason": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		if err := get(ctx, e, new(tls.Config)); err != nil {
			return errors.New("x509: certificate signed by unknown authority")
		}
		return nil
	}, "wrong-reason: expected [expired]"},
	"one that rejects all": {"expired", func(context.Context, serve.Endpoint) error {
		return errors.New("x509: certificate has expired or is not yet valid: current time is after the end")
	}, "void: it rejected the control good too"},
	"one that rejects what is good": {"good", func(context.Context, serve.Endpoint) error {
		return errors.New("I do not trust anybody")
	}, "broken: it must accept this"},
	"one that hangs": {"good", func(ctx context.Context, e serve.Endpoint) error {
		<-ctx.Done()
		return ctx.Err()
	}, "broken: it must accept this"},
}

// TestBadClients runs TestClient in a process of its own, since it fails there.
func TestBadClients(t *testing.T) {
	for name, c := range badClients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestBadClient$")
			cmd.Env = append(os.Environ(), "LABTEST_BAD_CLIENT="+name)
			out, err := cmd.CombinedOutput()
			assert.Error(t, err, "it passed")
			assert.Contains(t, string(out), c.want)
			assert.Contains(t, string(out), "--- FAIL: TestBadClient/"+c.scenario)
			assert.Equal(t, 1, strings.Count(string(out), "--- FAIL: TestBadClient/"))
		})
	}
}

// TestBadClient is what TestBadClients runs; by itself it does nothing.
func TestBadClient(t *testing.T) {
	c, ok := badClients[os.Getenv("LABTEST_BAD_CLIENT")]
	if !ok {
		return
	}
	labtest.TestClient(t, c.client, labtest.Timeout(2e9), labtest.Skip(func(s *scenarios.Scenario) bool { return s.ID != c.scenario }))
}
