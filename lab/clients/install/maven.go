package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients/internal/environment"
)

// mavenEnvironment is an environment made with the mvn and javac on PATH.
type mavenEnvironment struct{ environment.Maven }

func (e mavenEnvironment) name() string { return e.Name }

// copyDependencies is the goal that resolves a project's libraries and copies them.
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

// plan implements maker.
func (e mavenEnvironment) plan(context.Context) ([]plan, string) {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return nil, "no mvn on PATH"
	}
	javac, err := exec.LookPath("javac")
	if err != nil {
		return nil, "no javac on PATH"
	}
	return []plan{{
		dir:   e.Name,
		stamp: e.From(),
		there: func(dir string) bool {
			_, err := os.Stat(filepath.Join(dir, "classes"))
			return err == nil && e.check(dir) == nil
		},
		make: func(ctx context.Context, dir string) error {
			pom, lib := filepath.Join(dir, "pom.xml"), filepath.Join(dir, "lib")
			if err := os.WriteFile(pom, []byte(e.POM), 0o644); err != nil {
				return err
			}
			if err := run(ctx, mvn, "--quiet", "--batch-mode", "--strict-checksums", "--file", pom,
				copyDependencies, "-DincludeScope=runtime", "-DoutputDirectory="+lib); err != nil {
				return err
			}
			if err := e.check(dir); err != nil {
				return err
			}
			args := []string{"--release", environment.Oldest, "-nowarn", "-encoding", "UTF-8",
				"-cp", environment.Classpath(dir), "-d", filepath.Join(dir, "classes")}
			for name, source := range e.Sources {
				file := filepath.Join(dir, name)
				if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
					return err
				}
				args = append(args, file)
			}
			return run(ctx, javac, args...)
		},
	}}, ""
}

// check compares the libraries with their checksums: all of them must be present, and no others.
func (e mavenEnvironment) check(dir string) error {
	lib := filepath.Join(dir, "lib")
	entries, err := os.ReadDir(lib)
	if err != nil {
		return err
	}
	got := make(map[string]string)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(lib, entry.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		got[entry.Name()] = hex.EncodeToString(sum[:])
	}
	want := make(map[string]string)
	for line := range strings.Lines(e.Sums) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	if maps.Equal(got, want) {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if want[name] != got[name] {
			return fmt.Errorf("%s has the SHA-256 checksum %s instead of %q: delete it from Maven's repository "+
				"and try again", name, got[name], want[name])
		}
	}
	return fmt.Errorf("%s has %d libraries instead of %d", lib, len(got), len(want))
}
