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

// With lists the interpreters that have all packages in their own site-packages. The interpreters in
// environments with that name come first, if the name is not empty, and then [Interpreters]. It only reads
// directories: most interpreters lack the packages, and starting all of them would take longer than
// everything else. If several share a package, only one is listed. The places have no version, because an
// interpreter's version is not that of a stack in a package.
func With(ctx context.Context, name string, packages ...string) []clients.Place {
	return having(packages, append(environments(name), Interpreters(ctx)...))
}

// Made lists only the interpreters in environments with a name that have all packages, as in [With].
func Made(name string, packages ...string) []clients.Place {
	return having(packages, environments(name))
}

// having returns the interpreters that have all packages. If several share the first package, only one is
// returned.
func having(packages []string, interpreters []clients.Place) []clients.Place {
	var places []clients.Place
	seen := make(map[string]bool) // by the location of the first package
	for _, p := range interpreters {
		if file := has(p.Path, packages); file != "" && !seen[file] {
			seen[file] = true
			places = append(places, clients.Place{Path: p.Path})
		}
	}
	return places
}

// environments lists the interpreters of the environments with a name.
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

// Program returns the path of a virtual environment's interpreter, which may not exist.
func Program(env string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(env, "Scripts", "python.exe")
	}
	return filepath.Join(env, "bin", "python")
}

// has returns the location of the first package if the interpreter has all of them, and otherwise an empty
// string.
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

// where returns the directory of an interpreter's package, or an empty string if it is missing.
func where(interpreter, name string) string {
	for _, home := range homes(interpreter) {
		for _, below := range [...]string{"lib/python*/*-packages", "local/lib/python*/*-packages",
			"Lib/site-packages"} {
			found, _ := fs.Glob(os.DirFS(home), path.Join(below, name)) // the pattern is well-formed
			for _, dir := range found {
				return filepath.Join(home, dir)
			}
		}
	}
	return ""
}

// shares matches the setting of a virtual environment that includes the packages of its base interpreter.
var shares = regexp.MustCompile(`(?mi)^include-system-site-packages\s*=\s*true`)

// homes returns the directories that may contain an interpreter's packages: that of its path, which may be a
// virtual environment, and that of the file that it links to.
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
