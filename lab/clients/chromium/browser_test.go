package chromium_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is a time limit that nothing here should reach.
const patience = time.Minute

// start finds the browser and closes it when the test ends. Its files are below dir.
func start(t *testing.T) (browser *clients.Client, dir string, set *clients.Set) {
	dir, err := os.MkdirTemp("", "t") // names from t.TempDir are too long for a browser
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	t.Setenv("TMPDIR", dir)
	set, err = all.Discover(t.Context(), clients.Options{Only: []string{"chromium/default"}})
	needs.Stack(t, "chromium", err == nil, "chromium cannot be used: "+errorText(err))
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set.Clients[0], dir, set
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// serve serves a scenario with its own lab.
func serve(t *testing.T, seed, id string) *lab.Instance {
	l, err := lab.New(lab.Config{Seed: seed, Dir: filepath.Join(t.TempDir(), "lab")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	s, ok := scenarios.Lookup(id)
	require.True(t, ok, id)
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, in.Close()) })
	return in
}

// TestRoots checks that one probe's roots are not trusted by another, in any order.
func TestRoots(t *testing.T) {
	browser, _, _ := start(t)
	one, other := serve(t, "one", "good"), serve(t, "other", "good")
	for range 2 {
		for _, in := range []*lab.Instance{one, other} {
			got := browser.Probe(t.Context(), clients.Request{Endpoint: in.Endpoint, Timeout: patience})
			assert.Equal(t, clients.Accepted, got.Outcome, got.Message)
		}
		elsewhere := one.Endpoint
		elsewhere.CAFile = other.Endpoint.CAFile
		got := browser.Probe(t.Context(), clients.Request{Endpoint: elsewhere, Timeout: patience})
		assert.Equal(t, clients.Rejected, got.Outcome)
		assert.Regexp(t, `^net::ERR_CERT_AUTHORITY_INVALID\nCertificate i=1 .*: ERROR: (No matching issuer `+
			`found|VerifySignedData failed)$`, got.Message)
		assert.Equal(t, "ERR_CERT_AUTHORITY_INVALID", got.Code)
	}
}

// TestSeveralRoots checks that all certificates in a CA file are trusted, although certutil reads only the
// first.
func TestSeveralRoots(t *testing.T) {
	browser, _, _ := start(t)
	one, other := serve(t, "one", "good"), serve(t, "other", "good")
	var both []byte
	for _, file := range []string{one.Endpoint.CAFile, other.Endpoint.CAFile} {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		both = append(both, data...)
	}
	file := filepath.Join(t.TempDir(), "both.pem")
	require.NoError(t, os.WriteFile(file, both, 0o600))
	for _, in := range []*lab.Instance{one, other} {
		in.Endpoint.CAFile = file
		got := browser.Probe(t.Context(), clients.Request{Endpoint: in.Endpoint, Timeout: patience})
		assert.Equal(t, clients.Accepted, got.Outcome, got.Message)
	}
}

// TestVisitsShareNothing checks that nothing of a visit is used by the next: each makes its own connection
// and resumes no session.
func TestVisitsShareNothing(t *testing.T) {
	browser, _, _ := start(t)
	endpoint := serve(t, "one", "good").Endpoint
	dir := filepath.Dir(endpoint.CAFile)
	cert, err := tls.LoadX509KeyPair(filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem"))
	require.NoError(t, err)
	var visits, resumed atomic.Int32
	var mu sync.Mutex
	from := map[string]bool{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		if r.TLS.DidResume {
			resumed.Add(1)
		}
		mu.Lock()
		defer mu.Unlock()
		from[r.RemoteAddr] = true
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	endpoint.URL, endpoint.Connect = "https://localhost:"+port+"/", server.Listener.Addr().String()
	for range 3 {
		got := browser.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
		require.Equal(t, clients.Accepted, got.Outcome, got.Message)
	}
	assert.EqualValues(t, 3, visits.Load(), "one request per visit")
	assert.Len(t, from, 3, "each over its own connection")
	assert.Zero(t, resumed.Load())
}

// TestNothingIsLeft checks that closing the set leaves no process, no profile, no temporary file and no
// shared memory.
func TestNothingIsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the test needs /proc")
	}
	for name, id := range map[string]string{"answered": "good", "refused": "expired", "hanging": "silent"} {
		t.Run(name, func(t *testing.T) {
			in := serve(t, "one", id) // another temporary directory
			shared := entries(t, "/dev/shm")
			browser, dir, set := start(t)
			limit := patience
			if id == "silent" {
				limit = time.Second
			}
			probe := func() {
				got := browser.Probe(t.Context(), clients.Request{Endpoint: in.Endpoint, Timeout: limit})
				assert.NotEqual(t, clients.Failed, got.Outcome, got.Message)
				require.NoError(t, in.Drain(t.Context()), "its connections are closed")
			}
			probe()
			if id != "silent" {
				assert.NotEmpty(t, running(t, dir), "one is kept for the next probe")
			}
			require.NoError(t, set.Close())
			assert.Empty(t, running(t, dir))
			assert.Empty(t, entries(t, dir))
			assert.Equal(t, shared, entries(t, "/dev/shm"))
		})
	}
}

// TestKilled checks that a killed browser is replaced for the next probe.
func TestKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the test needs /proc")
	}
	browser, dir, _ := start(t)
	in := serve(t, "one", "good")
	request := clients.Request{Endpoint: in.Endpoint, Timeout: patience}
	require.Equal(t, clients.Accepted, browser.Probe(t.Context(), request).Outcome)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	hanging := request
	hanging.Endpoint.Connect = l.Addr().String()
	hanging.Endpoint.URL = "https://" + l.Addr().String() + "/"
	done := make(chan clients.Result, 1)
	go func() { done <- browser.Probe(t.Context(), hanging) }()
	c, err := l.Accept()
	require.NoError(t, err)
	defer c.Close()
	for _, pid := range running(t, dir) {
		if p, err := os.FindProcess(pid); err == nil {
			p.Kill() // it may have ended with the previous one
		}
	}
	got := <-done
	assert.Equal(t, clients.Failed, got.Outcome)
	assert.Contains(t, got.Message, "the browser has ended")

	got = browser.Probe(t.Context(), request)
	assert.Equal(t, clients.Accepted, got.Outcome, got.Message)
}

// entries lists a directory's contents; nothing if it does not exist.
func entries(t *testing.T, dir string) (names []string) {
	list, err := os.ReadDir(dir)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// running lists the processes whose profile is below the directory.
func running(t *testing.T, dir string) (pids []int) {
	list, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, file := range list {
		line, _ := os.ReadFile(file) // the process may have ended
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil &&
			strings.Contains(string(line), dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}
