package python

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
)

// tree makes empty programs below a directory. "a -> b" makes a link.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("names and links of other systems")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, file := range files {
		name, target, link := strings.Cut(file, " -> ")
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		if link {
			require.NoError(t, os.Symlink(target, path))
		} else {
			require.NoError(t, os.WriteFile(path, nil, 0o700))
		}
	}
	return root
}

func TestFind(t *testing.T) {
	root := tree(t,
		"pyenv/shims/python", "pyenv/shims/python3",
		"pyenv/plugins/pyenv-virtualenv/shims/python3",
		"pyenv/versions/3.9.18/bin/python -> python3.9", "pyenv/versions/3.9.18/bin/python3.9",
		"pyenv/versions/3.10.13/bin/python",
		"pyenv/versions/pypy3.10-7.3.15/bin/python",
		"pyenv/versions/gone/bin/python -> nowhere",
		"odd [dir]*/python3.8", "odd [dir]*/python3-config", "odd [dir]*/python3.8-dbg",
		"usr/python3 -> python3.11", "usr/python3.11", "usr/python2",
		"later/python3", "later/python3.12",
		"venv/python -> ../usr/python3.11",
	)
	at := func(version, path string) clients.Place {
		return clients.Place{Path: filepath.Join(root, path), Version: version}
	}
	for _, dir := range []string{"pyenv/versions/data", "odd [dir]*/python3"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, dir), 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "later/python2.7"), nil, 0o600), "not executable")
	t.Setenv("PYENV_ROOT", filepath.Join(root, "pyenv"))
	t.Setenv("PATH", strings.Join([]string{
		filepath.Join(root, "pyenv/plugins/pyenv-virtualenv/shims"), filepath.Join(root, "pyenv/shims"),
		filepath.Join(root, "odd [dir]*"), filepath.Join(root, "none"), "relative", "",
		filepath.Join(root, "usr"), filepath.Join(root, "venv"), filepath.Join(root, "later"),
	}, string(os.PathListSeparator)))

	got, err := find(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []clients.Place{
		at("3.8", "odd [dir]*/python3.8"),
		at("2", "usr/python2"),
		at("3", "usr/python3"), // python3.11 and the virtual environment's link to the same file
		at("3.12", "later/python3.12"),
		at("3.10.13", "pyenv/versions/3.10.13/bin/python"),
		at("3.9.18", "pyenv/versions/3.9.18/bin/python"),
		at("", "pyenv/versions/pypy3.10-7.3.15/bin/python"),
	}, got)
}

func TestPyenvRoot(t *testing.T) {
	root := tree(t)
	script := "#!/bin/sh\n[ \"$1\" = root ] && echo " + root + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "pyenv"), []byte(script), 0o700))
	t.Setenv("PYENV_ROOT", "")
	t.Setenv("PATH", root)
	assert.Equal(t, root, pyenvRoot(t.Context()))

	t.Setenv("PATH", filepath.Join(root, "none"))
	assert.Empty(t, pyenvRoot(t.Context()))
	_, err := find(t.Context())
	require.ErrorContains(t, err, "no python on PATH")
}
