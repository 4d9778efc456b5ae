package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCurrent checks that lab/THIRD-PARTY.txt is up to date.
func TestCurrent(t *testing.T) {
	want, err := generate(t.Context())
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("..", "..", "THIRD-PARTY.txt"))
	require.NoError(t, err)
	assert.True(t, string(got) == string(want),
		"lab/THIRD-PARTY.txt is not up to date: go run ./lab/internal/thirdparty > lab/THIRD-PARTY.txt")
	assert.Contains(t, string(want), "github.com/spf13/cobra v")
	assert.Contains(t, string(want), "Copyright 2009 The Go Authors.")
	assert.Contains(t, string(want), "internal/snapref/LICENSE", "a package with its own licence")
	assert.NotContains(t, string(want), "rogpeppe/go-internal", "a module that only tests use")
}

// TestNoLicence checks that a module without a licence is an error, and that identical licences are not repeated.
func TestNoLicence(t *testing.T) {
	dir := t.TempDir()
	m := module{path: "example.com/x", version: "v1.0.0", dir: dir}
	var out strings.Builder
	require.ErrorContains(t, m.write(&out, texts{}), "example.com/x has no licence file")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "license.go"), nil, 0o644))
	require.ErrorContains(t, m.write(&out, texts{}), "no licence file")
	for _, name := range []string{"LICENCE", "NOTICE.txt", "COPYING-lesser"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("text of "+name+"\r\n"), 0o644))
	}
	require.NoError(t, m.write(&out, texts{}))
	assert.Contains(t, out.String(), "example.com/x v1.0.0: LICENCE\n\ntext of LICENCE\n")
	assert.Equal(t, 3, strings.Count(out.String(), "text of"))
	other := module{path: "example.com/y", version: "v2.0.0", dir: dir}
	seen := texts{}
	require.NoError(t, m.write(&out, seen))
	out.Reset()
	require.NoError(t, other.write(&out, seen))
	assert.Contains(t, out.String(),
		"example.com/y v2.0.0: LICENCE\n\nThe same text as example.com/x v1.0.0: LICENCE\n")
}
