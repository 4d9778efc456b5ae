package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// TestWaiter checks that a waiter learns that its lab has ended and does not wait forever.
func TestWaiter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	w := waiter{dir: path}
	require.ErrorContains(t, w.look(), "start tlslab up --dir "+path, "nobody has started it yet")

	dir, err := pki.OpenDir(path)
	require.NoError(t, err)
	err = w.look()
	require.ErrorContains(t, err, "endpoints.json")
	require.NotErrorIs(t, err, ErrEnded, "it is on its way")
	require.NoError(t, dir.Close())
	err = w.look()
	require.ErrorIs(t, err, errEndedEarly)
	require.ErrorIs(t, err, ErrEnded)

	dir, err = pki.OpenDir(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(path, EndpointsFile), []byte("{}"), 0o600))
	require.NoError(t, w.look(), "it serves")
	require.NoError(t, dir.Close())

	// A lab that was killed earlier leaves its files; another may be about to start.
	late := waiter{dir: path}
	err = late.look()
	require.ErrorIs(t, err, ErrEnded)
	require.False(t, errors.Is(err, errEndedEarly))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, WaitUp(ctx, path), ErrEnded)
}
