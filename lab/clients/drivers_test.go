package clients_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
)

// drivers finds the newest default variant of each MongoDB driver. It skips the test if a needed one is
// missing.
func drivers(t *testing.T, needed ...string) []*clients.Client {
	t.Helper()
	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"mongodb"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	var list []*clients.Client
	for _, c := range slices.Backward(set.Clients) { // versions ascend
		if c.Variant == "default" && !slices.ContainsFunc(list,
			func(l *clients.Client) bool { return l.Stack == c.Stack }) {
			list = append(list, c)
		}
	}
	for _, name := range needed {
		requireStack(t, set, name, slices.ContainsFunc(list, func(c *clients.Client) bool { return c.Stack == name }))
	}
	return list
}

// worker returns the process of a client's worker: the only child of this process that runs its program.
func worker(t *testing.T, c *clients.Client) int {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	children, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, path := range children {
		stat, _ := os.ReadFile(path) // the process may have ended
		_, rest, _ := strings.Cut(string(stat), ") ")
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		parts := strings.Split(string(command), "\x00")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) &&
			parts[0] == c.Path {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			require.NoError(t, err)
			return pid
		}
	}
	require.Fail(t, "A client has no worker", c.ID())
	return 0
}

// opened returns the numbers of sockets and threads of a process.
func opened(t *testing.T, pid int) (sockets, threads int) {
	at := filepath.Join("/proc", strconv.Itoa(pid))
	files, err := os.ReadDir(filepath.Join(at, "fd"))
	require.NoError(t, err)
	for _, f := range files {
		if to, _ := os.Readlink(filepath.Join(at, "fd", f.Name())); strings.HasPrefix(to, "socket:") {
			sockets++
		}
	}
	tasks, err := os.ReadDir(filepath.Join(at, "task"))
	require.NoError(t, err)
	return sockets, len(tasks)
}

// TestDriversLeaveNothing checks that a probe of a driver leaves no connection or thread behind, whether the
// driver accepted or refused.
func TestDriversLeaveNothing(t *testing.T) {
	root := mintCA(t, nil, "test root")
	caFile, config := root.certFile(t), mintLeaf(t, root, nil).present()
	good := serveMongo(t, config)
	for _, c := range drivers(t) {
		if c.Path == "" {
			continue // goleak checks it
		}
		// This starts the worker.
		served := c.Probe(t.Context(), clients.Request{Endpoint: good.as("localhost", caFile), Timeout: patience})
		require.Equal(t, clients.Accepted, served.Outcome, "%s: %s", c.ID(), served.Message)
		pid := worker(t, c)
		sockets, threads := opened(t, pid)
		for range 3 {
			endpoint := good.as("localhost", caFile)
			check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience}), nil)
			endpoint.Host, endpoint.URL = "a.tlslab.test", strings.Replace(endpoint.URL, "localhost", "a.tlslab.test",
				1)
			got := c.Probe(t.Context(), clients.Request{Endpoint: endpoint, Timeout: patience})
			require.Equal(t, clients.Rejected, got.Outcome, "%s: %s", c.ID(), got.Message)
		}
		afterSockets, afterThreads := opened(t, pid)
		assert.Equal(t, sockets, afterSockets, c.ID())
		if strings.HasPrefix(c.Stack, "pymongo") { // Node starts additional threads
			assert.Equal(t, threads, afterThreads, c.ID())
		}
	}
}

// TestDriversGiveUp checks that a driver whose server never answers gives up by itself within its time limit.
func TestDriversGiveUp(t *testing.T) {
	root := mintCA(t, nil, "test root")
	caFile := root.certFile(t)
	silent := serveRaw(t, func(ctx context.Context, c net.Conn) { <-ctx.Done() })
	silent.mongodb = true
	const limit = time.Second
	for _, c := range drivers(t) {
		got := c.Probe(t.Context(), clients.Request{Endpoint: silent.as("localhost", caFile), Timeout: limit})
		t.Logf("%s: %s %q after %v", c.ID(), got.Outcome, got.Message, got.Duration)
		assert.Equal(t, clients.Rejected, got.Outcome, c.ID())
		assert.NotContains(t, got.Message, "tlslab ended the client", c.ID())
		assert.Regexp(t, `timed out|deadline exceeded`, got.Message, c.ID())
		assert.GreaterOrEqual(t, got.Duration, limit, c.ID())
	}
}

// TestDriverKilled kills a driver's program during a probe. The probe must fail, and the next must get a new
// program.
func TestDriverKilled(t *testing.T) {
	root := mintCA(t, nil, "test root")
	caFile := root.certFile(t)
	good := serveMongo(t, mintLeaf(t, root, nil).present())
	for _, c := range drivers(t) {
		if c.Path == "" {
			continue
		}
		arrived := make(chan struct{}, 100)
		silent := serveRaw(t, func(ctx context.Context, c net.Conn) { arrived <- struct{}{}; <-ctx.Done() })
		silent.mongodb = true
		// This starts the worker.
		served := c.Probe(t.Context(), clients.Request{Endpoint: good.as("localhost", caFile), Timeout: patience})
		require.Equal(t, clients.Accepted, served.Outcome, "%s: %s", c.ID(), served.Message)
		program, err := os.FindProcess(worker(t, c))
		require.NoError(t, err)
		result := make(chan clients.Result, 1)
		go func() {
			result <- c.Probe(t.Context(), clients.Request{Endpoint: silent.as("localhost", caFile),
				Timeout: patience})
		}()
		<-arrived
		require.NoError(t, program.Kill())
		got := <-result
		assert.Equal(t, clients.Failed, got.Outcome, c.ID())
		assert.Contains(t, got.Message, "the program ended", c.ID())
		check(t, c, c.Probe(t.Context(), clients.Request{Endpoint: good.as("localhost", caFile), Timeout: patience}),
			nil)
	}
}

// TestDriverPackageBroken checks that a package which is installed but unusable is listed as missing, with
// the reason.
func TestDriverPackageBroken(t *testing.T) {
	python := drivers(t, "pymongo")
	i := slices.IndexFunc(python, func(c *clients.Client) bool { return c.Stack == "pymongo" })
	home, err := filepath.EvalSymlinks(python[i].Path)
	require.NoError(t, err)
	dir := t.TempDir()
	t.Setenv("TLSLAB_CLIENTS", dir)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("PYENV_ROOT", t.TempDir())
	env := filepath.Join(dir, "pymongo-python3.9")
	version := filepath.Base(filepath.Dir(filepath.Dir(packageDir(t, python[i]))))
	packages := filepath.Join(env, "lib", version, "site-packages", "pymongo")
	require.NoError(t, os.MkdirAll(packages, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(env, "bin"), 0o755))
	require.NoError(t, os.Symlink(home, filepath.Join(env, "bin", "python")))
	require.NoError(t, os.WriteFile(filepath.Join(env, "pyvenv.cfg"), []byte("home = "+filepath.Dir(home)+"\n"),
		0o644))
	require.NoError(t, os.WriteFile(filepath.Join(packages, "__init__.py"),
		[]byte("raise ImportError('half of it')\n"), 0o644))

	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"mongodb"}})
	require.NoError(t, err)
	defer set.Close()
	for _, c := range set.Clients {
		assert.Equal(t, "mongo-go", c.Stack) // it is built in
	}
	reasons := map[string]string{}
	for _, m := range set.Missing {
		reasons[m.Stack] = m.Reason.Text
	}
	assert.Contains(t, reasons["pymongo"], "has no PyMongo that can be used: ImportError: half of it")
	assert.Equal(t, "no python has pymongo with its extra ocsp: make clients, or pip install pymongo[ocsp]",
		reasons["pymongo-ocsp"])
	assert.Equal(t, "no node on PATH", reasons["mongo-node"])
}

// packageDir returns the directory of PyMongo in a client's environment.
func packageDir(t *testing.T, c *clients.Client) string {
	found, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(c.Path)), "lib", "python*", "site-packages",
		"pymongo"))
	require.NoError(t, err)
	needs.Stack(t, "pymongo", len(found) > 0, "no environment of make clients has it")
	return found[0]
}
