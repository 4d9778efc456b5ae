//go:build unix

package process

import (
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// late is a keeper that blocks until it is released.
type late struct {
	tail
	now chan struct{}
}

func (l *late) Write(p []byte) (int, error) {
	<-l.now
	return l.tail.Write(p)
}

// TestReadLate checks that output is kept even if it is read long after the program has ended, as on a busy
// machine. os/exec gives up after its WaitDelay.
func TestReadLate(t *testing.T) {
	// More than one read returns, but less than a pipe holds.
	cmd := exec.Command("/bin/sh", "-c", "printf '%50000d' 1; printf '%50000d' 2 >&2")
	out, errs := &late{tail{limit: 1 << 20}, make(chan struct{})}, &late{tail{limit: 1 << 20}, make(chan struct{})}
	written, err := pipes(cmd, out, errs)
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.NoError(t, cmd.Stdout.(io.Closer).Close())
	require.NoError(t, cmd.Stderr.(io.Closer).Close())
	require.NoError(t, cmd.Wait())
	close(out.now)
	close(errs.now)
	written.end()
	assert.Len(t, out.String(), 50000)
	assert.Len(t, errs.String(), 50000)
}
