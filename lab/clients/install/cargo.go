package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/internal/version"
)

// cargoEnvironment is an environment built with the cargo on PATH.
type cargoEnvironment struct{ environment.Cargo }

func (e cargoEnvironment) name() string { return e.Name }

// rustVersion finds the version in the output of cargo --version: "cargo 1.95.0 (f2d3ce0bd 2026-03-21)".
var rustVersion = regexp.MustCompile(`^cargo (\d+(\.\d+)*)`)

// plan implements maker.
func (e cargoEnvironment) plan(ctx context.Context) ([]plan, string) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return nil, "no cargo on PATH"
	}
	// The user's environment determines which toolchain cargo uses.
	out, err := process.Run(ctx, process.Command{Path: cargo, Args: []string{"--version"}, Env: os.Environ()})
	m := rustVersion.FindStringSubmatch(out.Stdout)
	if err != nil || m == nil || version.Older(m[1], e.Oldest) {
		says, _, _ := strings.Cut(cmp.Or(out.Stdout, out.Stderr), "\n") // rustup's, where there is no toolchain
		return nil, fmt.Sprintf("%s --version says %q: Rust %s or later is needed", cargo, says, e.Oldest)
	}
	if why := e.lacks(ctx); why != "" {
		return nil, why
	}
	return []plan{{
		dir:   e.Name,
		stamp: "cargo " + m[1] + "\n" + e.From(),
		there: func(dir string) bool {
			_, err := os.Stat(environment.Program(dir, e.Name))
			return err == nil
		},
		make: func(ctx context.Context, dir string) error {
			for path, content := range e.Files {
				file := filepath.Join(dir, filepath.FromSlash(path))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
					return err
				}
			}
			target := filepath.Join(dir, "target")
			if err := run(ctx, cargo, "build", "--quiet", "--release", "--locked",
				"--manifest-path", filepath.Join(dir, "Cargo.toml"), "--target-dir", target); err != nil {
				return err
			}
			program := environment.Program(dir, e.Name)
			if err := os.Rename(filepath.Join(target, "release", filepath.Base(program)), program); err != nil {
				return err
			}
			return os.RemoveAll(target) // some 300 MB
		},
	}}, ""
}

// lacks returns a line about libraries that are missing for linking, or an empty string.
func (e cargoEnvironment) lacks(ctx context.Context) string {
	if runtime.GOOS != "linux" || len(e.Libraries) == 0 {
		return ""
	}
	tool, err := exec.LookPath("pkg-config")
	if err == nil {
		var out process.Output
		out, err = process.Run(ctx, process.Command{Path: tool, Args: append([]string{"--exists"}, e.Libraries...),
			Env: os.Environ()})
		if err == nil && out.Code == 0 {
			return ""
		}
	}
	return fmt.Sprintf("pkg-config does not find %s (on Debian: apt-get install %s)", strings.Join(e.Libraries, " "),
		e.Packages)
}
