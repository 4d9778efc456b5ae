package lab_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestInterrupted cancels a run and checks that nothing of it is left.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	l, err := lab.New(lab.Config{Seed: "x", Dir: dir})
	require.NoError(t, err)
	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"https"}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var until int
	run, err := l.Run(ctx, scenarios.All()[:32], set, lab.RunOptions{Progress: func(done, total int) {
		if done == total/4 {
			until = done
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, run.Interrupted)
	cells := 0
	for _, s := range run.Scenarios {
		assert.NotEmpty(t, s.Cells, s.ID)
		cells += len(s.Cells)
	}
	assert.GreaterOrEqual(t, cells, until, "what was judged is kept")
	require.NoError(t, set.Close())
	require.NoError(t, l.Close())
	assert.Empty(t, children(t))
}

// children returns the command lines of this process's children, where the system provides them.
func children(t *testing.T) []string {
	if runtime.GOOS != "linux" {
		return nil
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	var list []string
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == fmt.Sprint(os.Getpid()) {
			list = append(list, string(stat))
		}
	}
	return list
}

func TestNewRefuses(t *testing.T) {
	now := time.Now()
	for name, at := range map[string]time.Time{"long ago": now.AddDate(-1, 0, 0), "far off": now.AddDate(1, 0, 0)} {
		t.Run(name, func(t *testing.T) {
			at := lab.Today(at)
			_, err := lab.New(lab.Config{At: at})
			require.ErrorIs(t, err, lab.ErrNotValidNow)
			l, err := lab.New(lab.Config{At: at, AnyTime: true})
			require.NoError(t, err)
			require.NoError(t, l.Close())
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := lab.New(lab.Config{Dir: file})
	assert.ErrorContains(t, err, "directory")
}

// TestTemporaryDirIsRemoved checks that a lab without Dir leaves no files behind.
func TestTemporaryDirIsRemoved(t *testing.T) {
	l, err := lab.New(lab.Config{})
	require.NoError(t, err)
	good, _ := scenarios.Lookup("good")
	files, err := l.Files(good)
	require.NoError(t, err)
	require.FileExists(t, files.CAFile)
	require.NoError(t, l.Close())
	assert.NoDirExists(t, l.Dir())
}

// TestUp serves the catalogue except for slow keys, and reads it back from endpoints.json.
func TestUp(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "up", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	var list []*scenarios.Scenario
	for _, s := range scenarios.All() {
		if s.Recipe.Key == "" {
			list = append(list, s)
		}
	}
	listening := false
	up, err := l.Up(t.Context(), list, func(up *lab.Up) {
		listening = true
		assert.Len(t, up.Instances, len(list))
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, up.Close()) }()
	assert.True(t, listening)
	doc, err := serve.ReadEndpoints(filepath.Join(l.Dir(), lab.EndpointsFile))
	require.NoError(t, err)
	assert.Equal(t, "up", doc.Seed)
	assert.Equal(t, os.Getpid(), doc.PID)
	require.Len(t, doc.Scenarios, len(list))
	for i, e := range doc.Scenarios {
		assert.Equal(t, list[i].ID, e.ID)
		trust := []string{e.CAFile, e.CAPKCS12, e.CAJKS, filepath.Join(e.CADir, pki.FileAnchors)}
		for _, file := range trust {
			if list[i].Setup.CA == scenarios.FileMissing {
				assert.NoFileExists(t, file)
			} else {
				assert.FileExists(t, file)
			}
		}
		assert.Equal(t, pki.Passphrase, e.CAPassword)
		for _, file := range []string{e.CertFile, e.KeyFile, e.CombinedFile, e.CRLFile} {
			if file != "" {
				assert.FileExists(t, file)
			}
		}
	}
}

// TestSlowKeysDelayNobody serves a scenario with RSA keys beside a good one, whose first connection must not
// wait for those keys.
func TestSlowKeysDelayNobody(t *testing.T) {
	// With this seed, the RSA keys take twice as long to find as with most.
	l, err := lab.New(lab.Config{Seed: "slow keys 1", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	slow, _ := scenarios.Lookup("good-rsa4096")
	good, _ := scenarios.Lookup("good")
	answered := make(chan error, 1)
	up, err := l.Up(t.Context(), []*scenarios.Scenario{slow, good}, func(up *lab.Up) {
		go func() {
			chain, err := l.Chain(good)
			if err != nil {
				answered <- err
				return
			}
			client := &http.Client{Transport: transport(chain, up.Instances[1].Addr())}
			resp, err := client.Get(up.Instances[1].Endpoint.URL)
			if err == nil {
				resp.Body.Close()
			}
			answered <- err
		}()
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, up.Close()) }()
	// Up returns when the slow keys have been made; the response must have arrived before.
	select {
	case err := <-answered:
		require.NoError(t, err)
	default:
		assert.Fail(t, "The good scenario was not answered before the RSA keys were made")
	}
}

// TestResponder queries the lab's revocation service at the URLs in the certificates.
func TestResponder(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "responder", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	s, _ := scenarios.Lookup("good-crl")
	chain, err := l.Chain(s)
	require.NoError(t, err)
	resp, err := http.Get(chain.Leaf().Cert.CRLDistributionPoints[0])
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "application/pkix-crl", resp.Header.Get("Content-Type"))
	http.DefaultClient.CloseIdleConnections()
}
