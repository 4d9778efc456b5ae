//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/image"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
)

// Images of make images.
const (
	older   = "tlslab-client:bullseye-curl"
	newer   = "tlslab-client:trixie-curl"
	scratch = "tlslab-client:scratch"
)

// needImages skips the test without these images.
func needImages(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		said, err := exec.Command("docker", "image", "inspect", name).CombinedOutput()
		why := "make images builds it: " + strings.Join(strings.Fields(string(said)), " ")
		needs.Stack(t, strings.ReplaceAll(strings.TrimPrefix(name, "tlslab-"), ":", "-"), err == nil, why)
	}
}

// static builds the program as make does. Go keeps what it built.
func static(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tlslab")
	cmd := exec.Command("go", "build", "-tags", "ferretdb_no_postgresql", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	return path
}

// TestImages runs in images as users do.
func TestImages(t *testing.T) {
	needImages(t, older, newer, scratch)
	t.Setenv(image.ProgramVariable, static(t))
	run := func(t *testing.T, args ...string) (int, string, string) {
		cmd := command(t, t.TempDir(), args...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		cmd.Run()
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}

	t.Run("matrix", func(t *testing.T) {
		status, out, errs := run(t, "matrix", "--image", older, "--image", newer, "--client", "curl/default", "--seed", "x",
			"--json", "expired", "tls11-only", "good-client-certificate", "trailing-dot-name")
		assert.Equal(t, exitBad, status, errs)
		r, err := result.Read(strings.NewReader(out))
		require.NoError(t, err, errs)
		assert.Equal(t, []string{older, newer}, r.Images())
		assert.Equal(t, "x", r.Seed)
		assert.Len(t, r.Clients, 2)
		require.Len(t, r.Diffs, 1)
		effects := map[string]result.Effect{}
		for _, c := range r.Diffs[0].Changes {
			effects[c.Scenario] = c.Effect
		}
		assert.Equal(t, result.NowRejects, effects["tls11-only"], out)
		assert.Equal(t, result.NowAccepts, effects["trailing-dot-name"], out)
		x := r.Index()
		for _, c := range r.Clients {
			assert.Equal(t, clients.Accepted, x.Cell("good-client-certificate", c.ID()).Outcome, c.ID())
			assert.Equal(t, clients.Rejected, x.Cell("expired", c.ID()).Outcome, c.ID())
		}
	})
	t.Run("run", func(t *testing.T) {
		status, out, errs := run(t, "run", "expired", "--image", scratch, "--user", "1234", "--read-only")
		assert.Equal(t, exitOK, status, errs)
		assert.Regexp(t, `go \S+@`+scratch+` +ok`, out)
	})
	t.Run("test", func(t *testing.T) {
		junit := filepath.Join(t.TempDir(), "junit.xml")
		args := []string{"test", "--id", "expired", "--id", "tls11-only", "--image", older, "--image", newer,
			"--junit", junit, "--seed", "x"}
		cmd := []string{"--", "curl", "-sS", "--cacert", "{ca}", "{url}"}
		status, out, errs := run(t, append(args, cmd...)...)
		assert.Equal(t, exitBad, status, errs)
		first, rest, _ := strings.Cut(out, newer+"\n")
		second, diff, _ := strings.Cut(rest, "→")
		assert.Contains(t, first, "fail: 1 ok, 1 insecure")
		assert.Contains(t, second, "pass: 2 ok")
		assert.Contains(t, diff, "accepted before, rejected now")
		xml, err := os.ReadFile(junit)
		require.NoError(t, err)
		assert.Contains(t, string(xml), `<testsuite name="tlslab `+newer+`" tests="1" failures="0"`)
		assert.Contains(t, string(xml), `<testsuite name="tlslab `+older+`" tests="1" failures="1"`)

		_, out, errs = run(t, append(append(args, "--json"), cmd...)...)
		var all report.AssessedImages
		require.NoError(t, json.Unmarshal([]byte(out), &all), errs)
		require.Len(t, all.Images, 2)
		assert.Equal(t, newer, all.Images[1].Image)
		assert.EqualValues(t, "pass", all.Images[1].Grade)
		assert.Len(t, all.Diffs, 1)
	})
	t.Run("own client, own scenarios", func(t *testing.T) {
		status, yaml, errs := run(t, "show", "expired", "--yaml")
		require.Equal(t, exitOK, status, errs)
		own := filepath.Join(t.TempDir(), "own.yaml")
		yaml = strings.Replace(yaml, "id: expired", "id: my-expired", 1)
		require.NoError(t, os.WriteFile(own, []byte(yaml), 0o600))
		status, out, errs := run(t, "test", "--scenarios", own, "--image", scratch, "--", "/client", "{url}", "{ca}")
		assert.Equal(t, exitOK, status, out+errs)
		assert.Contains(t, out, "pass: 2 ok")
	})
	t.Run("errors", func(t *testing.T) {
		status, _, errs := run(t, "test", "--image", scratch, "--", "curl", "{ca}")
		assert.Equal(t, exitUsage, status)
		assert.Regexp(t, `^tlslab: image `+scratch+`: .*curl`, errs)
		status, _, errs = run(t, "run", "expired", "--image", newer, "--client", "node")
		assert.Equal(t, exitUsage, status)
		assert.Contains(t, errs, "no client matches")
		status, _, errs = run(t, "run", "expired", "--image", "tlslab-client:no-such")
		assert.Equal(t, exitLab, status)
		assert.Contains(t, errs, "image tlslab-client:no-such is not on this machine and cannot be pulled")
	})
	t.Run("interrupted", func(t *testing.T) {
		cmd := command(t, t.TempDir(), "test", "--image", newer, "--timeout", "10m", "--keep-going", "--", "sh", "-c",
			"echo {ca} >&2; exec sleep 600")
		require.NoError(t, cmd.Start())
		listed := func() string {
			out, _ := exec.Command("docker", "ps", "-q", "--filter", "ancestor="+newer, "--filter",
				"label=org.example.tlslab").Output()
			return string(out)
		}
		eventually(t, func() bool { return listed() != "" }, "the container runs")
		require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		cmd.Wait()
		assert.Equal(t, exitLab, cmd.ProcessState.ExitCode())
		assert.Empty(t, listed())
	})
}

// TestImageFlags checks flags that do not go together. None of these commands needs Docker.
func TestImageFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"run", "expired", "--user", "1"}, "--user without --image"},
		{[]string{"test", "--env", "A=b", "--", "true"}, "--env without --image"},
		{[]string{"matrix", "--read-only"}, "--read-only without --image"},
		{[]string{"run", "expired", "--image", "a", "--image", "a"}, "--image a is given twice"},
		{[]string{"run", "expired", "--image", ""}, "--image: the name is empty"},
		{[]string{"run", "expired", "--image", "a", "--dir", "x"}, "--dir with --image"},
		{[]string{"run", "expired", "--image", "a", "--mount", "color=red"}, `it has "color"`},
		{[]string{"test", "--image", "a", "--image", "b", "--known-out", "x", "--", "true"}, "--known-out with several"},
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, exitUsage, run(t.Context(), c.args, &out, &errs), c.says)
		assert.Contains(t, errs.String(), c.says)
	}
}
