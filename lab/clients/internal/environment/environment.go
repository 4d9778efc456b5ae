// Package environment is where the packages are that client stacks need beyond what a machine
// has: environments with exact versions, which the command lab/clients/install (make clients)
// makes and the stacks find by themselves.
package environment

import (
	"errors"
	"os"
	"path/filepath"
)

// Variable names the environment variable that says where the environments are. Unset, they are
// in .cache/clients: see [Dirs].
const Variable = "TLSLAB_CLIENTS"

// Python declares an environment of Python packages. It is made on the oldest and on the newest
// interpreter of the machine that it supports, as NAME-python3.9 and NAME-python3.13.
type Python struct {
	Name string
	// Requirements lists the packages, each with its exact version and all that they need, as
	// pip reads it.
	Requirements string
	// Oldest is the oldest version of Python that has such packages: "3.9".
	Oldest string
}

// Node declares an environment of Node.js packages: NAME/node_modules.
type Node struct {
	Name string
	// Package and Lock are package.json and package-lock.json.
	Package, Lock string
	// Oldest is the oldest version of Node that the packages work with: "20.19.0".
	Oldest string
}

// Stamp is the file in a finished environment that says what it was made from. A directory
// without one was not made by the lab.
const Stamp = ".tlslab-environment"

// ErrNoModule is returned by [Home] outside of the lab's source.
var ErrNoModule = errors.New("there is no go.mod here or above: set " + Variable + " to a directory for client environments")

// Home returns the directory to make environments in: what [Variable] says, or else
// .cache/clients below the module that the working directory is in. Its errors are
// [ErrNoModule] and those of the file system.
func Home() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return filepath.Abs(dir)
	}
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, ".cache", "clients"), nil
}

// Dirs returns the directories to look for environments in, whether they exist or not: what
// [Variable] says alone, or else .cache/clients where this program is, and below the module that
// the working directory is in.
func Dirs() []string {
	if dir := os.Getenv(Variable); dir != "" {
		return []string{dir}
	}
	var dirs []string
	if program, err := os.Executable(); err == nil {
		if at := filepath.Dir(program); filepath.Base(at) == ".cache" { // as make builds it
			dirs = append(dirs, filepath.Join(at, "clients"))
		} else {
			dirs = append(dirs, filepath.Join(at, ".cache", "clients"))
		}
	}
	if root, err := moduleRoot(); err == nil {
		if dir := filepath.Join(root, ".cache", "clients"); len(dirs) == 0 || dirs[0] != dir {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// moduleRoot returns the nearest directory with a go.mod, from the working directory upward.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", ErrNoModule
		}
		dir = above
	}
}
