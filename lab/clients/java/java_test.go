package java

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseModules(t *testing.T) {
	version, err := parseModules("java.base@17.0.15\njava.net.http@17.0.15\r\n" +
		"jdk.compiler@17.0.15\njdk.internal.vm.compiler@17.0.15\n")
	require.NoError(t, err)
	assert.Equal(t, "17.0.15", version)
	for list, want := range map[string]string{
		"":                                      "it cannot list its modules",
		"java.base@9.0.4\njdk.compiler@9.0.4\n": "9.0.4 has no module java.net.http",
		"java.base@21\njava.net.http@21\njdk.internal.vm.compiler@21\n":        "21 has no module jdk.compiler",
		"Error: Unrecognized option: --list-modules\ncould not create the JVM": "it cannot list its modules",
	} {
		_, err := parseModules(list)
		assert.ErrorContains(t, err, want, list)
	}
}

// TestFind checks JDKs beside each other, some of them below Contents/Home.
func TestFind(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	var want []string
	for _, jdk := range []string{"jdk-11", "jdk-17", "jdk-21"} {
		home := filepath.Join(dir, jdk, "Contents", "Home")
		require.NoError(t, os.MkdirAll(filepath.Join(home, "bin"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(home, "bin", "java.exe"), nil, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(home, "bin", "java"), nil, 0o700))
		want = append(want, home)
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "no-jdk"), 0o700))
	t.Setenv("PATH", filepath.Join(want[1], "bin"))
	t.Setenv("JAVA_HOME", want[2])
	places, err := find(t.Context())
	require.NoError(t, err)
	var got []string
	for _, p := range places {
		got = append(got, home(p.Path))
	}
	assert.Equal(t, []string{want[2], want[1], want[0]}, got)

	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "relative")
	_, err = find(t.Context())
	assert.ErrorContains(t, err, "no java on PATH")
}
