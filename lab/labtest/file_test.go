package labtest_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"example.com/tlslab/lab"
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

// TestOwnResponder checks that the lab's responder answers about scenarios of the user's own.
func TestOwnResponder(t *testing.T) {
	srv := labtest.StartFile(t, filepath.Join("testdata", "tls", "revoked.yaml"))
	conn, err := tls.Dial("tcp", net.JoinHostPort(srv.Endpoint.Host, strconv.Itoa(srv.Endpoint.Port)),
		&tls.Config{RootCAs: srv.CAs})
	require.NoError(t, err)
	defer conn.Close()
	chain := conn.ConnectionState().VerifiedChains[0]
	request, err := ocsp.CreateRequest(chain[0], chain[1], nil)
	require.NoError(t, err)
	answer, err := http.Post(chain[0].OCSPServer[0], "application/ocsp-request", bytes.NewReader(request))
	require.NoError(t, err)
	defer http.DefaultClient.CloseIdleConnections()
	der, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	response, err := ocsp.ParseResponseForCert(der, chain[0], chain[1])
	require.NoError(t, err)
	assert.Equal(t, ocsp.Revoked, response.Status)
	assert.Less(t, srv.Scenario.Port, lab.Ports)
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
		{"testdata/tls", "",
			"testdata/tls has several scenarios: choose one with labtest.ID: our-old-leaf, our-revoked-leaf"},
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
