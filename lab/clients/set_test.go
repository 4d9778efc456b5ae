package clients_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/version"
	"example.com/tlslab/scenarios"
)

func TestDiscover(t *testing.T) {
	set := discover(t)
	var stacks []string
	ids := make(map[string]bool)
	for _, c := range set.Clients {
		assert.False(t, ids[c.ID()], "%s is listed twice", c.ID())
		ids[c.ID()] = true
		stacks = append(stacks, c.Stack)
		assert.NotEmpty(t, c.About, c.ID())
		assert.Equal(t, c.Stack == "go", c.Path == "", c.ID())
		assert.Equal(t, c.Stack == "go", c.Library == "", c.ID())
		if c.Variant == "default" {
			assert.Empty(t, c.Skips, c.ID())
		}
		if c.Stack == "python" {
			verifies := c.Variant != "insecure" && c.Variant != "server-purpose"
			hasStrict := c.Variant == "strict" || verifies && !version.Older(c.Version, "3.13")
			assert.Equal(t, hasStrict, slices.Contains(c.Features, scenarios.FeatureStrict), c.ID())
		}
	}
	order := []string{"go", "curl", "openssl", "python", "node", "gnutls-cli", "wget", "pyopenssl", "java",
		"reqwest-rustls", "reqwest-native-tls", "ruby", "perl", "php", "chromium", "okhttp", "deno", "bun", "requests",
		"urllib3", "httpx", "aiohttp", "cryptography", "fetch", "axios"}
	assert.True(t, slices.IsSortedFunc(stacks, func(a, b string) int {
		return slices.Index(order, a) - slices.Index(order, b)
	}))
	for _, m := range set.Missing {
		assert.NotContains(t, m.Reason.Text, "\n")
	}
}

func TestOnly(t *testing.T) {
	set := discover(t, "go/insecure", "curl")
	for _, c := range set.Clients {
		assert.True(t, c.Stack == "curl" || c.Stack == "go" && c.Variant == "insecure", c.ID())
	}
	for _, m := range set.Missing {
		assert.Equal(t, "curl", m.Stack)
	}

	_, err := all.Discover(t.Context(), clients.Options{Only: []string{"go", "python-9", "fortran"}})
	require.ErrorContains(t, err, `no client matches ["python-9" "fortran"]`)
	require.ErrorContains(t, err, "go-1.")
	require.ErrorContains(t, err, "python/strict")
}

func TestNothingOnPath(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PYENV_ROOT", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	t.Setenv("TLSLAB_CLIENTS", t.TempDir())
	set := discover(t)
	for _, c := range set.Clients {
		assert.Equal(t, "go", c.Stack)
	}
	var missing [][2]string
	for _, m := range set.Missing {
		missing = append(missing, [2]string{m.Stack, m.Reason.Text})
	}
	assert.Equal(t, [][2]string{
		{"curl", "no curl on PATH"},
		{"openssl", "no openssl on PATH"},
		{"python", "no python on PATH or installed by pyenv"},
		{"node", "no node on PATH"},
		{"gnutls-cli", "no gnutls-cli on PATH"},
		{"wget", "no wget on PATH"},
		{"pyopenssl", "no python has the package OpenSSL: pip install pyOpenSSL service-identity"},
		{"java", "no java on PATH or in JAVA_HOME"},
		{"reqwest-rustls", "it is not built: make clients, which needs cargo"},
		{"reqwest-native-tls", "it is not built: make clients, which needs cargo"},
		{"ruby", "no ruby on PATH"},
		{"perl", "no perl on PATH"},
		{"php", "no php on PATH"},
		{"chromium", "no chromium or google-chrome on PATH"},
		{"okhttp", "no java on PATH or in JAVA_HOME"},
		{"deno", "no deno on PATH: make clients CLIENTS=mainstream-npm, or install it"},
		{"bun", "no bun on PATH: make clients CLIENTS=mainstream-npm, or install it"},
		{"requests", "no python has requests: make clients, or pip install requests"},
		{"urllib3", "no python has urllib3: make clients, or pip install urllib3"},
		{"httpx", "no python has httpx: make clients, or pip install httpx"},
		{"aiohttp", "no python has aiohttp: make clients, or pip install aiohttp"},
		{"cryptography", "no python has cryptography: make clients, or pip install cryptography"},
		{"fetch", "no node on PATH"},
		{"axios", "no node on PATH"},
	}, missing)
}

func TestBrokenPrograms(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the broken programs are shell scripts")
	}
	dir := t.TempDir()
	for name, script := range map[string]string{
		"curl":       "echo 'curl 9.9.9 (test) libcurl/9.9.9 zlib/1.3'",
		"openssl":    "echo broken library >&2; exit 127",
		"node":       "echo '{\"contract\": 2, \"stack\": \"node\"}'",
		"gnutls-cli": "echo 'gnutls-cli (unknown)'; exit 1",
		"wget":       "echo 'GNU Wget 9.9.9 built on nothing.'; echo; echo '+digest -ssl'",
		"java":       "echo 'java.base@9.0.1'",
		"chromium":   "echo 'Chromium 99.0.4844.51 built on Debian 11.2'",
		"python3": "echo '{\"contract\": 1, \"stack\": \"python\", \"version\": \"3.99.0\", \"error\": \"has " +
			"no ssl module: gone\"}'",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	}
	t.Setenv("PATH", dir)
	t.Setenv("PYENV_ROOT", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	t.Setenv("TLSLAB_CLIENTS", t.TempDir())
	set := discover(t)
	reasons := make(map[string]string)
	for _, m := range set.Missing {
		reasons[m.Stack] = m.Reason.Text
	}
	assert.Contains(t, reasons["curl"], "has no known TLS library")
	assert.Contains(t, reasons["openssl"], "ended with status 127: broken library")
	assert.Contains(t, reasons["node"], "it speaks contract 2")
	assert.Contains(t, reasons["python"], "3.99.0 has no ssl module: gone")
	assert.Contains(t, reasons["gnutls-cli"], "ended with status 1")
	assert.Contains(t, reasons["wget"], "9.9.9 was built without TLS")
	assert.Contains(t, reasons["chromium"], "99.0.4844.51 has no hidden tabs")
	assert.Contains(t, reasons["java"], "9.0.1 has no module java.net.http")
}

func TestDiscoverCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := all.Discover(ctx, clients.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// hanging serves clients that get no answer. It sends a value for each one that waits.
func hanging(t *testing.T) (s *server, waiting <-chan struct{}) {
	arrived := make(chan struct{}, 100)
	return serveRaw(t, func(ctx context.Context, c net.Conn) {
		hello(c)
		arrived <- struct{}{}
		<-ctx.Done()
	}), arrived
}

func TestHangingServer(t *testing.T) {
	set := discover(t)
	s, _ := hanging(t)
	endpoint := s.as("localhost", mintCA(t, nil, "test root").certFile(t))
	var wg sync.WaitGroup
	for _, c := range set.Clients {
		if c.Variant == "default" {
			wg.Go(func() {
				check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: time.Second}), timeIsUp)
			})
		}
	}
	wg.Wait()
}

// patientFirst returns the default variants, with those that give up by themselves last. Node's fetch waits
// 10 s for a handshake, which the other clients may need to start on a busy machine.
func patientFirst(list []*clients.Client) []*clients.Client {
	var patient, others []*clients.Client
	for _, c := range list {
		switch {
		case c.Variant != "default":
		case c.Stack == "fetch":
			others = append(others, c)
		default:
			patient = append(patient, c)
		}
	}
	return append(patient, others...)
}

// TestEndedEarly checks that cancelling a probe or closing the set ends the client at once and leaves nothing
// behind.
func TestEndedEarly(t *testing.T) {
	for name, end := range map[string]func(cancel context.CancelFunc, s *clients.Set){
		"cancel": func(cancel context.CancelFunc, _ *clients.Set) { cancel() },
		"close":  func(_ context.CancelFunc, s *clients.Set) { s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			before := children(t)
			set := discover(t)
			s, waiting := hanging(t)
			endpoint := s.as("localhost", mintCA(t, nil, "test root").certFile(t))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var wg sync.WaitGroup
			const sinceFirst = 10 * time.Minute // no limit: the first client waits until the last one has started
			for _, c := range patientFirst(set.Clients) {
				wg.Go(func() {
					got := c.Probe(ctx, clients.Request{Endpoint: endpoint, Timeout: sinceFirst})
					assert.Equal(t, clients.Failed, got.Outcome, "%s: %s", c.ID(), got.Message)
					assert.Regexp(t, `canceled|closed`, got.Message, c.ID())
				})
				<-waiting
			}
			end(cancel, set)
			wg.Wait()

			require.NoError(t, set.Close())
			require.NoError(t, set.Close(), "closing twice")
			assert.Equal(t, before, children(t), "processes are still running")
			for _, c := range set.Clients {
				got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint})
				assert.Equal(t, clients.Failed, got.Outcome, c.ID())
				assert.Equal(t, "the set of clients is closed", got.Message, c.ID())
			}
		})
	}
}

// TestKilledWorker checks that a worker which is killed is restarted for the next probe.
func TestKilledWorker(t *testing.T) {
	set := discover(t)
	root := mintCA(t, nil, "test root")
	endpoint := serveTLS(t, mintLeaf(t, root, nil).present(), nil).as("localhost", root.certFile(t))
	for _, pid := range children(t) {
		p, err := os.FindProcess(pid)
		require.NoError(t, err)
		require.NoError(t, p.Kill())
	}
	for _, c := range undemanding(set) {
		request := clients.Request{Endpoint: endpoint, Timeout: patience}
		got := c.Probe(t.Context(), request)
		if got.Outcome == clients.Failed { // it was still ending
			got = c.Probe(t.Context(), request)
		}
		check(t, c, got, nil)
	}
}

// children lists the running children of this process.
func children(t *testing.T) []int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return nil
	}
	lists, err := filepath.Glob("/proc/self/task/*/children")
	require.NoError(t, err)
	var pids []int
	for _, list := range lists {
		data, _ := os.ReadFile(list) // the thread may have ended
		for _, field := range strings.Fields(string(data)) {
			var pid int
			fmt.Sscan(field, &pid)
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

func TestRefusedRequests(t *testing.T) {
	set := discover(t, "go/default")
	s, _ := hanging(t)
	good := clients.Request{Endpoint: s.as("localhost", "root.pem")}
	for want, change := range map[string]func(*clients.Request){
		"has no CA file": func(r *clients.Request) { r.Endpoint.CAFile = "" },
		"has no address": func(r *clients.Request) { r.Endpoint.Host = "" },
		"is negative":    func(r *clients.Request) { r.Timeout = -1 },
	} {
		r := good
		change(&r)
		got := set.Clients[0].Probe(t.Context(), r)
		assert.Equal(t, clients.Failed, got.Outcome)
		assert.Contains(t, got.Message, want)
	}
}
