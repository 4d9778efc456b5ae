//go:build linux

package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/serve"
)

// TestClosedPipe checks that a reader that stops early, like head, is no failure: nothing is reported, and the exit
// status is the same.
func TestClosedPipe(t *testing.T) {
	lines := []string{
		"list", "list --json", "list --lang zh-CN", "show expired", "explain certificate has expired",
		"lessons", "lesson names", "version", "completion bash", "--help",
		"run --client go/default --family validity", "run --client go/default --family validity --json",
		"matrix --client go/default expired",
	}
	if testing.Short() {
		lines = lines[:4]
	}
	for _, line := range lines {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			read, write, err := os.Pipe()
			require.NoError(t, err)
			require.NoError(t, read.Close())
			defer write.Close()
			var said bytes.Buffer
			cmd := command(t, t.TempDir(), strings.Fields(line)...)
			cmd.Stdout, cmd.Stderr = write, &said
			assert.NoError(t, cmd.Run(), said.String())
			assert.NotContains(t, said.String(), "broken pipe")
			assert.NotContains(t, said.String(), "interrupted")
		})
	}
}

// TestClosedPipeEndsNoLab checks that up goes on serving if nobody reads its output any more, as in tlslab up | head
// -1.
func TestClosedPipeEndsNoLab(t *testing.T) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	defer write.Close()
	dir := filepath.Join(t.TempDir(), "lab")
	var said bytes.Buffer
	cmd := command(t, t.TempDir(), "up", "--base-port", "0", "--no-ui", "--dir", dir, "good")
	cmd.Stdout, cmd.Stderr = write, &said
	require.NoError(t, cmd.Start())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, lab.WaitUp(ctx, dir))
	endpoints, err := serve.ReadEndpoints(filepath.Join(dir, lab.EndpointsFile))
	require.NoError(t, err)
	c, err := net.Dial("tcp", endpoints.Scenarios[0].Connect)
	require.NoError(t, err)
	c.Close()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), said.String())
	assert.NotContains(t, said.String(), "broken pipe")
}

// TestClosedPipeHidesNoJudgement checks that a bad judgement is one even if nobody reads it: under pipefail, a build
// must not pass because of head.
func TestClosedPipeHidesNoJudgement(t *testing.T) {
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	defer write.Close()
	cmd := command(t, t.TempDir(), "test", "--id", "expired", "--", "false")
	cmd.Stdout = write
	require.Error(t, cmd.Run())
	assert.Equal(t, exitBad, cmd.ProcessState.ExitCode())
}
