package python

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/process"
)

// Interpreters lists the interpreters on PATH and those installed by pyenv, under all their names. Two that
// are the same file may still have different packages, because one is in a virtual environment.
func Interpreters(ctx context.Context) []clients.Place {
	root := pyenvRoot(ctx)
	return append(onPath(root), installed(root)...)
}

// find lists the interpreters without duplicates.
func find(ctx context.Context) ([]clients.Place, error) {
	var places []clients.Place
	seen := make(map[string]bool) // by the file that the place resolves to
	for _, p := range Interpreters(ctx) {
		file, err := filepath.EvalSymlinks(p.Path)
		if err == nil && !seen[file] {
			seen[file] = true
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		return nil, errors.New("no python on PATH or installed by pyenv")
	}
	return places, nil
}

// interpreter matches the names of interpreters: python, python2, python3.11.
var interpreter = regexp.MustCompile(`^python([23](?:\.\d+)?)?(?:\.exe)?$`)

// onPath lists the interpreters on the user's PATH, the first one with each name.
func onPath(root string) []clients.Place {
	var places []clients.Place
	shadowed := make(map[string]bool)
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) || isShims(dir, root) {
			continue
		}
		// Like the shell, it skips directories that cannot be read.
		names, _ := filepath.Glob(filepath.Join(escape(dir), "python*"))
		for _, path := range names {
			name := filepath.Base(path)
			m := interpreter.FindStringSubmatch(name)
			if m == nil || shadowed[name] || !executable(path) {
				continue
			}
			shadowed[name] = true
			places = append(places, clients.Place{Path: path, Version: m[1]})
		}
	}
	return places
}

// version matches the names of pyenv's installations that are CPython versions. Other names
// ("pypy3.10-7.3.15", a virtual environment) do not reveal a version.
var version = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// installed lists the interpreters installed by pyenv. It reads pyenv's directory, because the shims on PATH
// lead to only one of them, and take longer to find it than the interpreter takes to start.
func installed(root string) []clients.Place {
	if root == "" {
		return nil
	}
	var places []clients.Place
	for _, program := range [...]string{"bin/python", "python.exe"} {
		paths, _ := filepath.Glob(filepath.Join(escape(root), "versions", "*", program))
		for _, path := range paths {
			if !executable(path) {
				continue
			}
			inside, _ := filepath.Rel(filepath.Join(root, "versions"), path)
			name, _, _ := strings.Cut(filepath.ToSlash(inside), "/")
			if !version.MatchString(name) {
				name = ""
			}
			places = append(places, clients.Place{Path: path, Version: name})
		}
	}
	return places
}

// pyenvRoot returns the directory of pyenv's installations, or an empty string if there is no pyenv.
func pyenvRoot(ctx context.Context) string {
	if root := os.Getenv("PYENV_ROOT"); root != "" {
		return root
	}
	pyenv, err := exec.LookPath("pyenv")
	if err != nil {
		return ""
	}
	out, err := process.Run(ctx, process.Command{Path: pyenv, Args: []string{"root"}})
	if err != nil || out.Code != 0 {
		return ""
	}
	return strings.TrimSpace(out.Stdout)
}

// isShims reports whether a directory contains pyenv's shims.
func isShims(dir, root string) bool {
	if filepath.Base(dir) != "shims" {
		return false
	}
	inside, err := filepath.Rel(root, dir)
	return strings.Contains(dir, "pyenv") || root != "" && err == nil && filepath.IsLocal(inside)
}

// executable reports whether a path is an executable program.
func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// escape turns a directory's name into a pattern that matches only itself.
func escape(dir string) string {
	if runtime.GOOS == "windows" {
		return dir // patterns have no escapes there
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}
