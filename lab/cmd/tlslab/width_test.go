//go:build linux

package main

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lessons"
)

// onTerminal runs the command on a terminal of 80 columns, and returns its standard output. If until is not empty, it
// interrupts the command when it has written that.
func onTerminal(t *testing.T, until string, args ...string) string {
	t.Helper()
	terminal, stdout, err := pty.Open()
	require.NoError(t, err)
	defer terminal.Close()
	require.NoError(t, pty.Setsize(stdout, &pty.Winsize{Rows: 24, Cols: 80}))
	cmd := command(t, t.TempDir(), args...)
	cmd.Env = append(cmd.Env, "COLUMNS=")
	cmd.Stdout, cmd.Stderr = stdout, io.Discard
	require.NoError(t, cmd.Start())
	require.NoError(t, stdout.Close())
	var out strings.Builder
	chunk := make([]byte, 4096)
	for {
		n, err := terminal.Read(chunk)
		out.Write(chunk[:n])
		if until != "" && strings.Contains(out.String(), until) {
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			until = ""
		}
		if err != nil { // the command has ended
			break
		}
	}
	var status *exec.ExitError
	if err := cmd.Wait(); err != nil {
		require.ErrorAs(t, err, &status)
		require.False(t, status.Sys().(syscall.WaitStatus).Signaled(), err)
	}
	return strings.ReplaceAll(out.String(), "\r\n", "\n")
}

// pasted matches the beginning of lines that are not wrapped: commands to paste and their output, and paths.
var pasted = regexp.MustCompile(`^(?:    |try: |/| *(?:\x1b\[[0-9;]*m)?\$)`)

// wide returns the lines of a text that are wider than 80 columns.
func wide(s string) []string {
	var list []string
	for line := range strings.Lines(s) {
		if !pasted.MatchString(line) && text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")) > 80 {
			list = append(list, line)
		}
	}
	return list
}

// TestFits checks that the output of every command fits a terminal of 80 columns, in both languages.
func TestFits(t *testing.T) {
	lines := []string{
		"--help", "list", "list --service mongodb", "list --service mongod", "show expired",
		"show missing-intermediate must-staple-missing name-constraint-violation", "lessons",
		"explain x509: certificate signed by unknown authority", "version",
		"run --client go --client curl expired", "run --client go/default --family validity",
		"run --client go expired wrong-host --all", "matrix --client go --client curl --family names",
		"matrix --client go expired", "matrix --from ../../result/matrix",
		"matrix --from ../../result/matrix --compare python-3.12:python-3.13", "ocsp-matrix --client mongo-go",
		"test --id expired,wrong-host -- curl --cacert {ca} {url}", "test --id expired -- false", "check names -- true",
		"mint " + t.TempDir() + "/out expired", "diagnose localhost:1",
	}
	for _, c := range root(io.Discard, io.Discard, false).Commands() {
		lines = append(lines, c.Name()+" --help")
	}
	for _, l := range lessons.All() {
		lines = append(lines, "lesson "+l.ID)
	}
	if testing.Short() {
		lines = lines[:6]
	}
	for _, line := range lines {
		for _, lang := range []string{"en", "zh"} {
			t.Run(lang+" "+line, func(t *testing.T) {
				t.Parallel()
				args := append([]string{"--lang", lang}, strings.Fields(line)...)
				out := onTerminal(t, "", args...)
				assert.NotEmpty(t, out)
				assert.Empty(t, wide(out))
			})
		}
	}
	t.Run("up", func(t *testing.T) {
		t.Parallel()
		out := onTerminal(t, "Ctrl-C", "up", "--base-port", "0", "--no-ui", "expired", "good-wildcard", "mongo-good",
			"staple-wrong-signer")
		assert.Empty(t, wide(out))
	})
}

// TestRunIsShort checks that a scenario with every client of this machine takes little scrolling.
func TestRunIsShort(t *testing.T) {
	out := onTerminal(t, "", "run", "expired")
	assert.Contains(t, out, "--all shows them")
	assert.Empty(t, wide(out))
	assert.LessOrEqual(t, strings.Count(out, "\n"), 60, out)
}
