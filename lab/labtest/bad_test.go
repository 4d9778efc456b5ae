package labtest_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// badClients are clients that TestClient must fail, with what it must report.
var badClients = map[string]struct {
	scenario string
	client   func(context.Context, serve.Endpoint) error
	want     string
	known    string // the content of the file of known deviations
}{
	"one that verifies nothing": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
	}, "insecure: it must reject this as expired", ""},
	"one that rejects for another reason": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		if err := get(ctx, e, new(tls.Config)); err != nil {
			return errors.New("x509: certificate signed by unknown authority")
		}
		return nil
	}, "wrong-reason: expected [expired]", ""},
	"one that rejects all": {"expired", func(context.Context, serve.Endpoint) error {
		return errors.New("x509: certificate has expired or is not yet valid: current time is after the end")
	}, "void: it rejected the control good too", ""},
	"one that rejects what is good": {"good", func(context.Context, serve.Endpoint) error {
		return errors.New("I do not trust anybody")
	}, "broken: it must accept this", ""},
	"one that nobody understands": {"wrong-host", func(ctx context.Context, e serve.Endpoint) error {
		if err := get(ctx, e, new(tls.Config)); err != nil {
			return errors.New("the stars are not right")
		}
		return nil
	}, "unrecognised: expected [hostname-mismatch]", ""},
	"one that never connects": {"good", func(context.Context, serve.Endpoint) error {
		return nil
	}, "error: it says that it accepted, but it never connected", ""},
	"one that has improved": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, new(tls.Config))
	}, "fixed: it is now ok, but", "wrong-host insecure not run\nexpired insecure long ago\n"},
	"one that is known for something else": {"expired", func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
	}, "known.txt:1 says wrong-reason: remove the line", "expired wrong-reason long ago\n"},
	"one that hangs": {"good", func(ctx context.Context, e serve.Endpoint) error {
		<-ctx.Done()
		return ctx.Err()
	}, "broken: it must accept this", ""},
}

// TestBadClients runs TestClient in another process, because it fails there.
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
			assert.NotContains(t, string(out), " client.go:", "failures are reported at the user's line")
		})
	}
}

// TestBadClient is run by TestBadClients; by itself it does nothing.
func TestBadClient(t *testing.T) {
	c, ok := badClients[os.Getenv("LABTEST_BAD_CLIENT")]
	if !ok {
		return
	}
	labtest.TestClient(t, c.client, labtest.Timeout(2e9), only(c.scenario), labtest.Known(write(t, c.known)))
}

// TestSumsUp checks that a client which fails many subtests for one reason gets one summary, at the line that
// calls TestClient.
func TestSumsUp(t *testing.T) {
	ids := []string{"good", "expired", "wrong-host", "wrong-ip", "self-signed"}
	if os.Getenv("LABTEST_SUMS_UP") != "" {
		labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
			return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
		}, labtest.Skip(func(s *scenarios.Scenario) bool { return !slices.Contains(ids, s.ID) }))
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSumsUp$")
	cmd.Env = append(os.Environ(), "LABTEST_SUMS_UP=1")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err, "it passed")
	assert.Equal(t, 4, strings.Count(string(out), "--- FAIL: TestSumsUp/"), string(out))
	assert.Equal(t, 1, strings.Count(string(out), "This client does not verify"), string(out))
	assert.Regexp(t, `(?m)^    bad_test\.go:\d+: labtest:\n`, string(out))
	assert.Contains(t, string(out), "labtest.ErrUnsupported")
}

// only skips every scenario except one.
func only(id string) labtest.Option {
	return labtest.Skip(func(s *scenarios.Scenario) bool { return s.ID != id })
}

// write writes a file of known deviations.
func write(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "known.txt")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// TestKnown checks that a test passes if its failures are known, and that lines about scenarios that do not
// run are ignored.
func TestKnown(t *testing.T) {
	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
	}, only("expired"), labtest.Known(write(t, "expired insecure it does not verify\nwrong-host insecure neither\n")))
}

// TestKnownIsBad checks that a file with an error ends the test, with file name and line.
func TestKnownIsBad(t *testing.T) {
	if os.Getenv("LABTEST_BAD_KNOWN") != "" {
		labtest.TestClient(t, func(context.Context, serve.Endpoint) error { return nil },
			labtest.Known(write(t, "expird insecure why\n")))
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKnownIsBad$")
	cmd.Env = append(os.Environ(), "LABTEST_BAD_KNOWN=yes")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err, "it passed")
	assert.Contains(t, string(out), `known.txt:1: there is no scenario "expird" (did you mean expired?)`)
}

// TestStartUnknown checks that a test with a mistyped scenario ends with the scenario that was probably
// meant.
func TestStartUnknown(t *testing.T) {
	if os.Getenv("LABTEST_UNKNOWN") != "" {
		labtest.Start(t, "expird")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestStartUnknown$")
	cmd.Env = append(os.Environ(), "LABTEST_UNKNOWN=yes")
	out, err := cmd.CombinedOutput()
	assert.Error(t, err, "it passed")
	assert.Contains(t, string(out), `labtest: there is no scenario "expird" (did you mean expired?)`)
}
