package environment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// caches leads the user's cache directory to a new one, and returns tlslab/clients in it, which it makes.
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

// tree makes a module with client environments, changes into a folder of it and returns the environments'
// directory.
func tree(t *testing.T, mod string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte(mod), 0o644))
	clients := filepath.Join(root, ".cache", "clients")
	require.NoError(t, os.MkdirAll(clients, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "a", "b"), 0o755))
	t.Chdir(filepath.Join(root, "a", "b"))
	return clients
}

func TestDirs(t *testing.T) {
	t.Setenv(Variable, "")
	cache := caches(t)
	own := "module " + module() + "\n"

	t.Run("the lab's source", func(t *testing.T) {
		clients := tree(t, own+"\ngo 1.26\n")
		home, err := Home()
		require.NoError(t, err)
		assert.Equal(t, clients, home)
		assert.Equal(t, []string{clients, cache}, Dirs())
	})
	for name, mod := range map[string]string{
		"another module": "module example.com/other\n", "one that begins alike": "module " + module() + "2\n",
		"a comment": "// " + own + "module example.com/other\n", "an empty go.mod": "", "a requirement": "module x\n\nrequire " + module() + " v1.0.0\n",
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, mod)
			home, err := Home()
			require.NoError(t, err)
			assert.Equal(t, cache, home)
			assert.Equal(t, []string{cache}, Dirs())
		})
	}
	t.Run("what the environment says", func(t *testing.T) {
		tree(t, own)
		t.Setenv(Variable, filepath.Join(t.TempDir(), "elsewhere"))
		home, err := Home()
		require.NoError(t, err)
		assert.Equal(t, []string{home}, Dirs())
	})
}
