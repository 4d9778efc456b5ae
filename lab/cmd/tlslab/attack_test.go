//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/internal/hellos"
	"example.com/tlslab/lab/serve"
)

var (
	attack = flag.Duration("attack", 5*time.Second, "for how long TestAttack attacks")
	target = flag.String("attacked", "", "the tlslab that TestAttack attacks (default: this test's own)")
)

// maxResident is the maximum memory of an attacked lab, in MiB.
const maxResident = 150

// attacked is a tlslab up in another process, with a limited number of file descriptors.
type attacked struct {
	*testing.T
	cmd       *exec.Cmd
	stderr    *lockedBuffer
	endpoints serve.Endpoints
}

// lockedBuffer is a buffer that can be written and read concurrently.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// limited returns a tlslab with a limited number of file descriptors.
func limited(t *testing.T, descriptors int, args ...string) *attacked {
	t.Helper()
	program := *target
	if program == "" {
		program = filepath.Join(t.TempDir(), "tlslab") // under this name, the test binary is the command
		executable, err := os.Executable()
		require.NoError(t, err)
		require.NoError(t, os.Symlink(executable, program))
	}
	a := &attacked{T: t, stderr: new(lockedBuffer)}
	script := fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, descriptors)
	a.cmd = exec.Command("sh", append([]string{"-c", script, program}, args...)...)
	a.cmd.Stderr = a.stderr
	return a
}

// upWith starts tlslab up with that many file descriptors, and waits until it serves.
func upWith(t *testing.T, descriptors int, ids ...string) *attacked {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lab")
	a := limited(t, descriptors, append([]string{"up", "--base-port", "0", "--dir", dir}, ids...)...)
	require.NoError(t, a.cmd.Start())
	t.Cleanup(func() { a.cmd.Process.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	require.NoError(t, lab.WaitUp(ctx, dir), a.stderr)
	var err error
	a.endpoints, err = serve.ReadEndpoints(filepath.Join(dir, lab.EndpointsFile))
	require.NoError(t, err)
	return a
}

// address returns where a scenario is served.
func (a *attacked) address(id string) string {
	for _, e := range a.endpoints.Scenarios {
		if e.ID == id {
			return e.Connect
		}
	}
	require.Fail(a, "not served", id)
	return ""
}

// goodTime limits the wait for good: after an attack, thousands of dead connections are still queued before it, and the
// lab must accept each to find out that it is dead.
const goodTime = 2 * time.Minute

// good requests good, with its CA, and returns what was wrong.
func (a *attacked) good() error {
	i := slices.IndexFunc(a.endpoints.Scenarios, func(e serve.Endpoint) bool { return e.ID == "good" })
	if i < 0 {
		return errors.New("good is not served")
	}
	good := a.endpoints.Scenarios[i]
	pem, err := os.ReadFile(good.CAFile)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Timeout: goodTime, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost"}, DisableKeepAlives: true,
	}}
	response, err := client.Get("https://" + good.Connect + "/")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// end ends the lab as Ctrl-C does, and checks that it ends without an error.
func (a *attacked) end() {
	require.NoError(a, a.cmd.Process.Signal(os.Interrupt))
	assert.NoError(a, a.cmd.Wait(), a.stderr)
}

// TestOutOfFiles checks that a lab without free file descriptors drops no clients: they wait until there are some
// again, and the lab reports this once.
func TestOutOfFiles(t *testing.T) {
	a := upWith(t, 64, "good", "expired")
	var idle []net.Conn
	for range 80 {
		c, err := net.Dial("tcp", a.address("good"))
		require.NoError(t, err)
		defer c.Close()
		idle = append(idle, c)
	}
	until(t, "it says so", func() bool { return strings.Contains(a.stderr.String(), serve.ErrOutOfFiles.Error()) })
	answered := make(chan error, 1)
	go func() { answered <- a.good() }()
	last := idle[len(idle)-1]
	last.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	_, err := last.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded, "the last client waits")
	for _, c := range idle {
		c.Close()
	}
	assert.NoError(t, <-answered)
	page := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	response, err := page.Get(a.endpoints.UI + "live")
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), serve.ErrOutOfFiles.Error())
	a.end()
	assert.Equal(t, 1, strings.Count(a.stderr.String(), "out of file descriptors"), a.stderr)
}

// TestTooFewFiles checks that a lab with more scenarios than file descriptors says what to do.
func TestTooFewFiles(t *testing.T) {
	a := limited(t, 100, "up", "--base-port", "0", "--no-ui")
	err := a.cmd.Run()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, err)
	assert.Equal(t, exitLab, exit.ExitCode())
	assert.Contains(t, a.stderr.String(), "raise the limit (ulimit -n 8192), or serve fewer scenarios")
}

// until waits until another process has done something.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	require.Eventually(t, done, patience, 20*time.Millisecond, what)
}

// TestFileLimit checks that the command raises its limit of file descriptors to the maximum, and that the programs it
// starts have the original limit. Package syscall does both.
func TestFileLimit(t *testing.T) {
	if os.Getenv("TLSLAB_FILE_LIMIT") == "" {
		executable, err := os.Executable()
		require.NoError(t, err)
		cmd := exec.Command("sh", "-c", `ulimit -Sn 100; exec "$0" -test.run '^TestFileLimit$' -test.v`, executable)
		cmd.Env = append(os.Environ(), "TLSLAB_FILE_LIMIT=yes")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), "its child has 100")
		return
	}
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	assert.GreaterOrEqual(t, uint64(limit.Cur), uint64(limit.Max)-1)
	out, err := exec.Command("sh", "-c", "ulimit -Sn").Output()
	require.NoError(t, err)
	t.Logf("it has %d of %d, its child has %s", limit.Cur, limit.Max, out)
}

// TestAttack attacks a lab with 300 file descriptors in three ways at once: clients that connect and reset, huge
// ClientHellos, and more connections than it has descriptors. The lab must survive with little memory, and serve good
// afterwards. make soak runs this for longer.
func TestAttack(t *testing.T) {
	if testing.Short() {
		t.Skip("an attack takes a while: run the test without -short")
	}
	a := upWith(t, 300, "good", "expired", "wrong-host", "silent", "slow", "client-certificate-missing",
		"reset-after-hello", "ssl3-only")
	ctx, cancel := context.WithTimeout(t.Context(), *attack)
	defer cancel()
	var resets, floods, held atomic.Int64
	var attackers sync.WaitGroup
	for range 4 {
		attackers.Go(func() { a.reset(ctx, &resets) })
	}
	for n := range 4 {
		attackers.Go(func() { a.flood(ctx, hellos.Huge(n%2 == 0), &floods) })
	}
	attackers.Go(func() { a.hold(ctx, 400, &held) })
	attackers.Wait()
	most := residentMost(a.cmd.Process.Pid)
	began := time.Now()
	require.NoError(t, a.good(), a.stderr)
	t.Logf("in %s: %d connects with RST, %d ClientHellos of 64 KiB, %d held; "+
		"the lab took %.0f MiB at most; good answered after %s", *attack,
		resets.Load(), floods.Load(), held.Load(), most, time.Since(began).Round(time.Millisecond))
	if runtime.GOOS == "linux" {
		assert.Greater(t, most, 1.0)
		assert.Less(t, most, float64(maxResident))
	}
	a.end()
	assert.NotContains(t, a.stderr.String(), "panic")
	assert.NotContains(t, a.stderr.String(), "internal error")
}

// any returns the address of a random scenario.
func (a *attacked) any() string {
	return a.endpoints.Scenarios[rand.IntN(len(a.endpoints.Scenarios))].Connect
}

// reset connects and resets.
func (a *attacked) reset(ctx context.Context, count *atomic.Int64) {
	for ctx.Err() == nil {
		if c, err := dialFor(ctx, a.any()); err == nil {
			c.SetLinger(0)
			c.Close()
			count.Add(1)
		}
	}
}

// flood sends hellos, and waits briefly for an answer.
func (a *attacked) flood(ctx context.Context, hello []byte, count *atomic.Int64) {
	for ctx.Err() == nil {
		c, err := dialFor(ctx, a.any())
		if err != nil {
			continue
		}
		c.SetDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := c.Write(hello); err == nil {
			count.Add(1)
			c.Read(make([]byte, 1))
		}
		c.Close()
	}
}

// hold keeps that many connections open, each with most of a huge hello sent.
func (a *attacked) hold(ctx context.Context, n int, count *atomic.Int64) {
	hello := hellos.Huge(true)
	open := make([]*net.TCPConn, n)
	for i := 0; ctx.Err() == nil; i = (i + 1) % n {
		if open[i] != nil {
			open[i].Close()
			open[i] = nil
		}
		if c, err := dialFor(ctx, a.any()); err == nil {
			c.SetDeadline(time.Now().Add(100 * time.Millisecond))
			c.Write(hello[:len(hello)-10])
			open[i] = c
			count.Add(1)
		}
	}
	for _, c := range open {
		if c != nil {
			c.Close()
		}
	}
}

func dialFor(ctx context.Context, addr string) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// residentMost returns the peak memory of a process, in MiB; zero if the system does not report it in /proc.
func residentMost(pid int) float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return float64(kib) / 1024
		}
	}
	return 0
}
