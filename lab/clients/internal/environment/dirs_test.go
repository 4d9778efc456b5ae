package environment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// caches sets the user's cache directory to a new one, and makes and returns tlslab/clients in it.
func caches(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(name, dir)
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	clients := filepath.Join(cache, "tlslab", "clients")
	require.NoError(t, os.MkdirAll(clients, 0o755))
	return clients
}

// TestDir checks that a user has one directory, whatever the working directory, and that the environment
// variable overrides it.
func TestDir(t *testing.T) {
	t.Setenv(Variable, "")
	cache := caches(t)
	at := func(want string) {
		t.Helper()
		home, err := Home()
		require.NoError(t, err)
		assert.Equal(t, want, home)
		dir, ok := Dir()
		assert.Equal(t, want, dir)
		_, err = os.Stat(want)
		assert.Equal(t, err == nil, ok)
	}
	at(cache)
	t.Chdir(t.TempDir())
	at(cache)

	other := filepath.Join(t.TempDir(), "elsewhere")
	t.Setenv(Variable, other)
	at(other)
	require.NoError(t, os.Mkdir(other, 0o777))
	at(other)
}
