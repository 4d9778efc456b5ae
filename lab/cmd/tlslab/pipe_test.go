//go:build linux

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
