//go:build unix

package environment

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	needs "example.com/tlslab/lab/internal/require"
)

// TestDirsOfOthers leaves out what others can write to, and what belongs to another user.
func TestDirsOfOthers(t *testing.T) {
	t.Setenv(Variable, "")
	cache := caches(t)
	clients := tree(t, "module "+module()+"\n")
	require.NoError(t, os.Chmod(cache, 0o777))
	assert.Equal(t, []string{clients}, Dirs())
	require.NoError(t, os.Chmod(clients, 0o775))
	assert.Empty(t, Dirs())
	needs.Stack(t, "root", os.Geteuid() == 0, "only root can make a file that belongs to another user")
	require.NoError(t, os.Chmod(cache, 0o755))
	require.NoError(t, os.Chmod(clients, 0o755))
	require.Equal(t, []string{clients, cache}, Dirs())
	require.NoError(t, os.Chown("../../go.mod", 65534, 65534))
	assert.Equal(t, []string{cache}, Dirs())
	require.NoError(t, os.Chown(cache, 65534, 65534))
	assert.Empty(t, Dirs())
}
