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

// A reader that has enough and leaves, as head does, is no failure: nothing is said of it, and the status is 0.
func TestClosedPipe(t *testing.T) {
	lines := []string{
		"list", "list --json", "list --lang zh", "show expired", "explain tls:", "lessons", "lesson names", "version", "completion bash", "--help",
		"run --client go/default --family validity", "run --client go/default --family validity --json",
		"matrix --client go/default expired", "test --id expired -- false",
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
