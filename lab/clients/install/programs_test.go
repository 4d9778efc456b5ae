package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/internal/needs"
)

// says runs a program and returns its output.
func says(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := process.Run(t.Context(), process.Command{Path: name, Args: args})
	require.NoError(t, err, out.Stderr)
	return out.Stdout
}

// program is the part of [environment.Cargo] and [environment.Maven] that the tests need.
type program interface {
	maker
	Find() (string, error)
}

// testProgram installs a program that says hello, and then others in its place. The function with returns the
// program with another main source.
func testProgram(
	t *testing.T, hello, bye, broken string, with func(source string) program, run func(dir string) string,
) {
	home := t.TempDir()
	t.Setenv(environment.Variable, home)
	_, err := with(hello).Find()
	require.ErrorContains(t, err, "it is not built: make clients, which needs ")

	install := func(source string) error {
		return install(t.Context(), home, []maker{with(source)}, &bytes.Buffer{})
	}
	require.NoError(t, install(hello))
	dir, err := with(hello).Find()
	require.NoError(t, err)
	assert.Equal(t, "hello\n", run(dir))

	_, err = with(bye).Find()
	require.ErrorContains(t, err, "it was built from other sources: make clients")
	require.Error(t, install(broken))
	assert.Equal(t, "hello\n", run(dir), "a failure leaves the old one unchanged")
	require.NoError(t, install(bye))
	dir, err = with(bye).Find()
	require.NoError(t, err)
	assert.Equal(t, "bye\n", run(dir))
}

func TestCargo(t *testing.T) {
	out, err := exec.Command("cargo", "--version").CombinedOutput() // rustup's cargo exists even without a toolchain
	why, _, _ := strings.Cut(string(out), "\n")
	needs.Stack(t, "reqwest-rustls", err == nil, "no cargo that works: "+why)
	main := func(says string) string { return "fn main() { println!(\"" + says + "\") }\n" }
	testProgram(t, main("hello"), main("bye"), "fn main() { nonsense }", func(source string) program {
		return cargoEnvironment{environment.Cargo{Name: "hello", Oldest: "1.0", Files: map[string]string{
			"Cargo.toml":  "[package]\nname = \"hello\"\nversion = \"0.0.0\"\nedition = \"2021\"\n",
			"Cargo.lock":  "version = 3\n\n[[package]]\nname = \"hello\"\nversion = \"0.0.0\"\n",
			"src/main.rs": source,
		}}}
	}, func(dir string) string { return says(t, environment.Program(dir, "hello")) })
}

// TestMaven replaces the part of Maven that fetches libraries with a script, because it would use the
// network.
func TestMaven(t *testing.T) {
	_, err := exec.LookPath("javac")
	needs.Stack(t, "okhttp", err == nil && runtime.GOOS != "windows", "no javac on PATH, or no sh")
	bin := t.TempDir()
	empty := append([]byte("PK\x05\x06"), make([]byte, 18)...) // an empty archive
	require.NoError(t, os.WriteFile(filepath.Join(bin, "x.jar"), empty, 0o644))
	fetch := "#!/bin/sh\nfor arg; do case $arg in -DoutputDirectory=*) lib=${arg#*=} ;; esac; done\nmkdir -p " +
		"\"$lib\" && cp \"${0%/*}/x.jar\" \"$lib\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mvn"), []byte(fetch), 0o755))
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	main := func(says string) string {
		return "class Main { public static void main(String[] args) { System.out.println(\"" + says + "\"); } }\n"
	}
	of := func(sums string) func(string) program {
		return func(source string) program {
			return mavenEnvironment{environment.Maven{Name: "hello", POM: "<project/>", Sums: sums,
				Sources: map[string]string{"Main.java": source}}}
		}
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(empty))
	testProgram(t, main("hello"), main("bye"), "class Main { nonsense }", of(sum+"  x.jar\n"),
		func(dir string) string {
			return says(t, "java", "-cp", environment.Classpath(dir), "Main")
		})

	// The libraries must be the declared ones.
	home := t.TempDir()
	for name, sums := range map[string]string{"another": sum[1:] + "0  x.jar\n",
		"more": sum + "  x.jar\n" + sum + "  y.jar\n", "fewer": ""} {
		err := install(t.Context(), home, []maker{of(sums)(main("hello"))}, &bytes.Buffer{})
		assert.Error(t, err, name)
		assert.Empty(t, names(t, home), name)
	}
}
