package labtest_test

import (
	"context"
	"crypto/tls"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
)

// TestStartFile checks that a test can serve a scenario of its own, and the control that was made for it.
func TestStartFile(t *testing.T) {
	srv := labtest.StartFile(t, filepath.Join("testdata", "tls", "old.yaml"))
	_, err := srv.Client().Get(srv.URL)
	assert.ErrorContains(t, err, "expired")
	assert.Equal(t, "our-old-leaf", srv.Endpoint.ID)
	assert.Equal(t, "our-old-leaf-good", srv.Endpoint.Control)

	srv = labtest.StartFile(t, filepath.Join("testdata", "tls"), labtest.ID("our-old-leaf-good"))
	r, err := srv.Client().Get(srv.URL)
	require.NoError(t, err)
	assert.NoError(t, r.Body.Close())
}

// TestOwnScenarios checks that a client is judged by scenarios of the user's own, and that what it does otherwise can
// be known.
func TestOwnScenarios(t *testing.T) {
	files := labtest.Scenarios(filepath.Join("testdata", "tls"))
	asked := map[string]bool{}
	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		asked[e.ID] = true
		return get(ctx, e, new(tls.Config))
	}, files)
	assert.Equal(t, map[string]bool{"our-old-leaf": true, "our-old-leaf-good": true, "our-revoked-leaf": true,
		"our-revoked-leaf-good": true}, asked)

	labtest.TestClient(t, func(ctx context.Context, e serve.Endpoint) error {
		return get(ctx, e, &tls.Config{InsecureSkipVerify: true})
	}, files, labtest.Known(write(t, "our-old-leaf insecure it does not verify\n")))
}

// TestBadFile checks what a test is told of a file that it cannot use. It runs in another process, because it fails
// there.
func TestBadFile(t *testing.T) {
	if path := os.Getenv("LABTEST_BAD_FILE"); path != "" {
		labtest.StartFile(t, path, labtest.ID(os.Getenv("LABTEST_ID")))
		return
	}
	for _, c := range []struct{ path, id, want string }{
		{"testdata/tls", "", "testdata/tls has several scenarios: choose one with labtest.ID: our-old-leaf, our-revoked-leaf"},
		{"testdata/tls", "our-old", "testdata/tls has no scenario \"our-old\" (did you mean our-old-leaf"},
		{"testdata/none.yaml", "", "testdata/none.yaml: no such file"},
		{write(t, "id: a\ntitel: b\n"), "", ":2:1: a scenario has no field \"titel\" (did you mean title?)"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBadFile$")
		cmd.Env = append(os.Environ(), "LABTEST_BAD_FILE="+c.path, "LABTEST_ID="+c.id)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, "it passed")
		assert.Contains(t, strings.ReplaceAll(string(out), "\n", " "), c.want)
		assert.Contains(t, string(out), " file_test.go:", "failures are reported at the user's line")
	}
}
