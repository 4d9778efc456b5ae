package pki_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/pki"
)

const markerText = "This directory was made by tlslab, which overwrites what is in it.\n"

// openDir opens a new directory until the test ends.
func openDir(t *testing.T) *pki.Dir {
	t.Helper()
	d, err := pki.OpenDir(filepath.Join(t.TempDir(), "lab"))
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// link makes a symbolic link.
func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		if runtime.GOOS == "windows" {
			t.Skipf("links: %v", err)
		}
		require.NoError(t, err)
	}
}

// outside returns a directory with a file for each name that a chain has. untouched checks that none has
// changed.
func outside(t *testing.T, c *pki.Chain) (dir string, untouched func()) {
	t.Helper()
	dir = t.TempDir()
	files, err := c.Files()
	require.NoError(t, err)
	names := []string{pki.FileCRL, pki.FileStaple}
	for _, f := range files {
		names = append(names, f.Name)
	}
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("precious"), 0o600))
	}
	return dir, func() {
		t.Helper()
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, len(names))
		for _, name := range names {
			data, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, "precious", string(data), name)
		}
	}
}

// TestDirLinks checks that writes and removals never follow a link out of the directory.
func TestDirLinks(t *testing.T) {
	c, err := newMinter(t, "x").Mint("good", pki.Recipe{})
	require.NoError(t, err)
	for name, write := range map[string]func(*pki.Dir) error{
		"chain":   func(d *pki.Dir) error { return d.WriteChain(c) },
		"client":  func(d *pki.Dir) error { return d.WriteClient(c) },
		"file":    func(d *pki.Dir) error { return d.Write("good", pki.File{Name: pki.FileKey, Secret: true}) },
		"deeper":  func(d *pki.Dir) error { return d.Write("good/new", pki.File{Name: pki.FileKey}) },
		"removal": func(d *pki.Dir) error { return d.Remove("good", pki.FileKey) },
	} {
		t.Run(name, func(t *testing.T) {
			d := openDir(t)
			elsewhere, untouched := outside(t, c)
			link(t, elsewhere, filepath.Join(d.Path(), "good"))
			assert.Error(t, write(d))
			untouched()
			if name != "deeper" {
				assert.ErrorContains(t, write(d), "good is a link")
			}
		})
	}
	t.Run("files", func(t *testing.T) { // a link in place of a file is replaced
		d := openDir(t)
		elsewhere, untouched := outside(t, c)
		require.NoError(t, os.Mkdir(filepath.Join(d.Path(), "good"), 0o755))
		for _, name := range []string{pki.FileKey, pki.FileRoot, pki.FileCRL} {
			link(t, filepath.Join(elsewhere, name), filepath.Join(d.Path(), "good", name))
		}
		require.NoError(t, d.WriteChain(c))
		untouched()
	})
	t.Run("deletion", func(t *testing.T) {
		d := openDir(t)
		elsewhere, untouched := outside(t, c)
		link(t, elsewhere, filepath.Join(d.Path(), "good"))
		require.NoError(t, d.Delete())
		untouched()
		assert.NoDirExists(t, d.Path())
	})
}

// TestDirMarker checks that only a file written by the lab counts as its marker.
func TestDirMarker(t *testing.T) {
	marked := openDir(t)
	for name, mark := range map[string]func(t *testing.T, path string){
		"another's text": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("my own settings\n"), 0o644))
		},
		"more than the text": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(markerText+"x"), 0o644))
		},
		"a directory": func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o755)) },
		"a link":      func(t *testing.T, path string) { link(t, filepath.Join(marked.Path(), ".tlslab"), path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mark(t, filepath.Join(dir, ".tlslab"))
			_, err := pki.OpenDir(dir)
			require.ErrorContains(t, err, "its file .tlslab was not written by the lab")
			assert.NoFileExists(t, filepath.Join(dir, ".lock"))
		})
	}
	t.Run("only a lock", func(t *testing.T) { // as a lab leaves it that was killed between the two steps
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".lock"), nil, 0o600))
		d, err := pki.OpenDir(dir)
		require.NoError(t, err)
		require.NoError(t, d.Close())
	})
}

// TestDirLock checks that only one lab at a time can open a directory, and that InUse writes nothing.
func TestDirLock(t *testing.T) {
	d := openDir(t)
	_, err := pki.OpenDir(d.Path())
	require.ErrorIs(t, err, pki.ErrInUse)
	used, err := pki.InUse(d.Path())
	require.NoError(t, err)
	assert.True(t, used)
	require.NoError(t, d.Close())
	used, err = pki.InUse(d.Path())
	require.NoError(t, err)
	assert.False(t, used)

	empty := t.TempDir()
	used, err = pki.InUse(empty)
	require.NoError(t, err)
	assert.False(t, used)
	assert.NoFileExists(t, filepath.Join(empty, ".lock"))

	elsewhere := filepath.Join(t.TempDir(), "made")
	link(t, elsewhere, filepath.Join(empty, ".lock"))
	_, err = pki.OpenDir(empty)
	assert.ErrorContains(t, err, "is not a regular file")
	_, err = pki.InUse(empty)
	assert.ErrorContains(t, err, "is not a regular file")
	assert.NoFileExists(t, elsewhere)
}
