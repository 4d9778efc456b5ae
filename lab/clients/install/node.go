package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/internal/version"
)

// nodeEnvironment is an environment for the Node on PATH.
type nodeEnvironment environment.Node

func (e nodeEnvironment) name() string { return e.Name }

// plan implements maker.
func (e nodeEnvironment) plan(ctx context.Context) ([]plan, string) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, "no node on PATH"
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, "no npm on PATH"
	}
	out, err := process.Run(ctx, process.Command{Path: node, Args: []string{"--version"}})
	found := strings.TrimPrefix(strings.TrimSpace(out.Stdout), "v")
	if err != nil || out.Code != 0 || version.Older(found, e.Oldest) {
		return nil, fmt.Sprintf("%s is %s: %s or later is needed", node, found, e.Oldest)
	}
	return []plan{{
		dir:   e.Name,
		stamp: e.Package + e.Lock,
		there: func(dir string) bool {
			_, err := os.Stat(filepath.Join(dir, "node_modules"))
			return err == nil
		},
		make: func(ctx context.Context, dir string) error {
			for name, text := range map[string]string{"package.json": e.Package, "package-lock.json": e.Lock} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					return err
				}
			}
			// Packages must not run scripts, and exactly the locked versions are installed.
			return run(ctx, npm, "ci", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund",
				"--loglevel=error")
		},
	}}, ""
}
