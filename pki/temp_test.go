package pki_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

// TestSweepTemp checks that SweepTemp removes what a killed lab left behind, and nothing else.
func TestSweepTemp(t *testing.T) {
	parent := t.TempDir()
	make := func(prefix string) *pki.Dir {
		d, err := pki.TempDir(parent, prefix)
		require.NoError(t, err)
		t.Cleanup(func() { d.Close() })
		require.NoError(t, d.Write("good", pki.File{Name: pki.FileKey, Secret: true}))
		return d
	}
	alive, dead, other := make("tlslab-"), make("tlslab-"), make("other-")
	require.NoError(t, dead.Close()) // as the system does when a process is killed
	require.NoError(t, other.Close())

	chosen := filepath.Join(parent, "tlslab-mine") // as chosen with --dir: it stays
	d, err := pki.OpenDir(chosen)
	require.NoError(t, err)
	require.NoError(t, d.Close())
	foreign := filepath.Join(parent, "tlslab-foreign")
	require.NoError(t, os.Mkdir(foreign, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(foreign, ".temporary"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(foreign, ".lock"), nil, 0o644))
	elsewhere, err := pki.TempDir(t.TempDir(), "tlslab-")
	require.NoError(t, err)
	require.NoError(t, elsewhere.Close())
	link(t, elsewhere.Path(), filepath.Join(parent, "tlslab-link"))

	assert.False(t, pki.Abandoned(alive.Path()))
	assert.True(t, pki.Abandoned(dead.Path()))
	pki.SweepTemp(parent, "tlslab-")
	assert.NoDirExists(t, dead.Path())
	for _, path := range []string{alive.Path(), other.Path(), chosen, foreign, elsewhere.Path()} {
		assert.DirExists(t, path)
	}
	require.NoError(t, alive.Delete())
	assert.NoDirExists(t, alive.Path())
	assert.False(t, pki.Abandoned(alive.Path()))
}
