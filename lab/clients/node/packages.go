package node

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"example.com/tlslab/lab/clients/internal/environment"
)

// With returns the Node on PATH and a node_modules directory that contains the package, for programs that are
// passed to Node with -e. The directory is that of the environment with that name, or that of npm install
// --global. Both are empty if there is no Node; the directory is empty if the package is missing.
func With(_ context.Context, name, pkg string) (program, modules string) {
	program, err := exec.LookPath("node")
	if err != nil {
		return "", ""
	}
	var dirs []string
	if dir, ok := environment.Dir(); ok {
		dirs = append(dirs, filepath.Join(dir, name, "node_modules"))
	}
	if file, err := filepath.EvalSymlinks(program); err == nil {
		at := filepath.Dir(file)
		dirs = append(dirs, filepath.Join(filepath.Dir(at), "lib", "node_modules"), filepath.Join(at, "node_modules"))
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, pkg, "package.json")); err == nil {
			return program, dir
		}
	}
	return program, ""
}
