//go:build unix

package pki_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// TestDirOwner checks that another user's directory is refused, with or without the marker.
func TestDirOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a directory that belongs to another user")
	}
	for _, marked := range []bool{true, false} {
		dir := t.TempDir()
		if marked {
			require.NoError(t, os.WriteFile(filepath.Join(dir, ".tlslab"), []byte(markerText), 0o644))
		}
		before, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, 65534, 65534))
		_, err = pki.OpenDir(dir)
		require.ErrorContains(t, err, "belongs to another user")
		after, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Equal(t, before, after)
	}
}
