package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// open opens a new directory.
func open(t *testing.T) *os.Root {
	t.Helper()
	dir, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dir.Close()) })
	return dir
}

// checkFiles checks that a directory contains exactly these files.
func checkFiles(t *testing.T, dir *os.Root, want map[string]string) {
	t.Helper()
	entries, err := fs.ReadDir(dir.FS(), ".")
	require.NoError(t, err)
	got := map[string]string{}
	for _, e := range entries {
		text, err := dir.ReadFile(e.Name())
		require.NoError(t, err)
		got[e.Name()] = string(text)
	}
	assert.Equal(t, want, got)
}

func text(text string) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.WriteString(text)
		return err
	}
}

func TestWrite(t *testing.T) {
	dir := open(t)
	require.NoError(t, Write(dir, "a", 0o600, text("one")))
	checkFiles(t, dir, map[string]string{"a": "one"})
	if runtime.GOOS != "windows" {
		info, err := dir.Stat("a")
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode())
	}
	require.NoError(t, Write(dir, "a", 0o600, func(f *os.File) error {
		checkFiles(t, dir, map[string]string{"a": "one", filepath.Base(f.Name()): ""}) // the file itself is unchanged
		return text("two")(f)
	}))
	checkFiles(t, dir, map[string]string{"a": "two"})
}

// TestFails checks that a file stays unchanged if the new one cannot be written, and that no temporary file is left.
func TestFails(t *testing.T) {
	dir := open(t)
	require.NoError(t, Write(dir, "a", 0o600, text("one")))
	full := errors.New("the disk is full")
	require.ErrorIs(t, Write(dir, "a", 0o600, func(f *os.File) error { return errors.Join(text("tw")(f), full) }), full)
	checkFiles(t, dir, map[string]string{"a": "one"})

	require.NoError(t, dir.Mkdir("b", 0o700))
	require.Error(t, Write(dir, "b", 0o600, text("one")), "a directory is not replaced")
	require.NoError(t, dir.Remove("b"))
	checkFiles(t, dir, map[string]string{"a": "one"})
}

func TestCheck(t *testing.T) {
	dir := open(t)
	require.NoError(t, Check(dir, "a"))
	checkFiles(t, dir, map[string]string{})

	err := Check(dir, filepath.Join("missing", "a"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "create "+filepath.Join(dir.Name(), "missing", "a")+": ",
		"the name of the file, not of the temporary one")
	require.Error(t, Check(dir, filepath.Join("..", "a")), "outside the directory")
	checkFiles(t, dir, map[string]string{})
}
