package python

import (
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/internal/environment"
)

// With lists the interpreters that have all of the packages in their own site-packages: those of
// the environments of that name first, if it is not empty, and then [Interpreters]. It looks and
// starts none: most have no such package, and starting them all takes longer than everything
// else. Of several that share a package one is listed. The places tell no version: an
// interpreter's is not that of a stack that lives in a package.
func With(ctx context.Context, name string, packages ...string) []clients.Place {
	return having(packages, append(environments(name), Interpreters(ctx)...))
}

// Made lists the interpreters of the environments of a name that have all of the packages, as
// [With] does, and no others.
func Made(name string, packages ...string) []clients.Place {
	return having(packages, environments(name))
}

// having lists those of the interpreters that have all of the packages, one of several that share
// the first.
func having(packages []string, interpreters []clients.Place) []clients.Place {
	var places []clients.Place
	seen := make(map[string]bool) // by where the first package is
	for _, p := range interpreters {
		if file := has(p.Path, packages); file != "" && !seen[file] {
			seen[file] = true
			places = append(places, clients.Place{Path: p.Path})
		}
	}
	return places
}

// environments lists the interpreters of the environments of a name.
func environments(name string) []clients.Place {
	dir, ok := environment.Dir()
	if name == "" || !ok {
		return nil
	}
	var places []clients.Place
	found, _ := filepath.Glob(filepath.Join(escape(dir), name+"-python*")) // the pattern is well-formed
	for _, env := range found {
		if program := Program(env); executable(program) {
			places = append(places, clients.Place{Path: program})
		}
	}
	return places
}

// Program returns the interpreter of a virtual environment, whether it is there or not.
func Program(env string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(env, "Scripts", "python.exe")
	}
	return filepath.Join(env, "bin", "python")
}

// has returns where the interpreter has the first of the packages; empty unless it has all of
// them.
func has(interpreter string, packages []string) string {
	first := ""
	for _, name := range packages {
		at := where(interpreter, name)
		if at == "" {
			return ""
		}
		if first == "" {
			first = at
		}
	}
	return first
}

// where returns the directory of a package that an interpreter has; empty if it has none.
func where(interpreter, name string) string {
	for _, home := range homes(interpreter) {
		for _, below := range [...]string{"lib/python*/*-packages", "local/lib/python*/*-packages", "Lib/site-packages"} {
			found, _ := fs.Glob(os.DirFS(home), path.Join(below, name)) // the pattern is well-formed
			for _, dir := range found {
				return filepath.Join(home, dir)
			}
		}
	}
	return ""
}

// shares matches the setting of a virtual environment that sees the packages of the interpreter
// that it was made from.
var shares = regexp.MustCompile(`(?mi)^include-system-site-packages\s*=\s*true`)

// homes returns the directories that an interpreter's packages are below: its own place, which
// is a virtual environment's as well, and where that leads.
func homes(interpreter string) []string {
	homes := []string{filepath.Dir(filepath.Dir(interpreter)), filepath.Dir(interpreter)} // bin/python, python.exe
	if settings, err := os.ReadFile(filepath.Join(homes[0], "pyvenv.cfg")); err == nil && !shares.Match(settings) {
		return homes[:1]
	}
	if file, err := filepath.EvalSymlinks(interpreter); err == nil {
		homes = append(homes, filepath.Dir(filepath.Dir(file)))
	}
	return homes
}
