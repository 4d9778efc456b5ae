//go:build unix

package environment

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/needs"
)

// TestDirOfOthers checks that directories that others can write to or own are ignored, unless the environment
// variable names them.
func TestDirOfOthers(t *testing.T) {
	t.Setenv(Variable, "")
	cache := caches(t)
	trusts := func(want bool) {
		t.Helper()
		_, ok := Dir()
		assert.Equal(t, want, ok)
	}
	trusts(true)
	require.NoError(t, os.Chmod(cache, 0o775))
	trusts(false)
	needs.Stack(t, "root", os.Geteuid() == 0, "only root can make a file that belongs to another user")
	require.NoError(t, os.Chmod(cache, 0o755))
	trusts(true)
	require.NoError(t, os.Chown(cache, 65534, 65534))
	trusts(false)
	t.Setenv(Variable, cache)
	trusts(true)
}
