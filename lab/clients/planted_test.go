//go:build unix

package clients_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/reqwest"
)

// TestPlanted checks that a program in the current directory is not run, even if it looks like one made by
// make clients, unless TLSLAB_CLIENTS names the directory.
func TestPlanted(t *testing.T) {
	root := t.TempDir()
	made := reqwest.Environment()
	home := filepath.Join(root, ".cache", "clients")
	dir := filepath.Join(home, made.Name)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/theirs\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, environment.Stamp), []byte(made.From()), 0o644))
	ran := filepath.Join(root, "ran")
	script := "#!/bin/sh\n: > '" + ran + "'\n"
	require.NoError(t, os.WriteFile(environment.Program(dir, made.Name), []byte(script), 0o755))
	t.Chdir(root)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())

	for variable, runs := range map[string]bool{"": false, home: true} {
		t.Setenv(environment.Variable, variable)
		set, err := all.Discover(t.Context(), clients.Options{Only: []string{"reqwest-rustls"}})
		if err == nil {
			set.Close()
		}
		_, err = os.Stat(ran)
		assert.Equal(t, runs, err == nil, "with %s=%q: ran", environment.Variable, variable)
		os.Remove(ran)
	}
}
