package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/clients/internal/environment"
	"example.com/tlslab/lab/clients/internal/process"
	"example.com/tlslab/lab/clients/python"
	"example.com/tlslab/lab/internal/version"
)

// pythonEnvironment is an environment for the oldest and the newest supported interpreter.
type pythonEnvironment environment.Python

func (e pythonEnvironment) name() string { return e.Name }

// interpreter is an interpreter's description of itself.
type interpreter struct {
	path    string
	Version []int  `json:"version"` // for example 3, 9, 18
	Lacks   string `json:"lacks"`   // what it lacks for making an environment
}

// number writes its version as usual: 3.9.18.
func (i interpreter) number() string {
	return fmt.Sprintf("%d.%d.%d", i.Version[0], i.Version[1], i.Version[2])
}

// ask is the program that has an interpreter say so.
const ask = `import json, sys
lacks = "" if sys.implementation.name == "cpython" else "is no CPython"
for m in ("venv", "ensurepip", "ssl"):
    try:
        __import__(m)
    except ImportError:
        lacks = lacks or "has no module " + m
print(json.dumps({"version": list(sys.version_info[:3]), "lacks": lacks}))`

// all queries the interpreters of this machine, once for all environments.
var all = sync.OnceValue(func() []interpreter {
	var list []interpreter
	seen := make(map[string]bool)
	ctx := context.Background()
	for _, p := range python.Interpreters(ctx) {
		file, err := filepath.EvalSymlinks(p.Path)
		if err != nil || seen[file] {
			continue
		}
		seen[file] = true
		out, err := process.Run(ctx, process.Command{Path: file, Args: []string{"-E", "-s", "-c", ask}})
		in := interpreter{path: file}
		if err == nil && out.Code == 0 && json.Unmarshal([]byte(out.Stdout), &in) == nil && len(in.Version) == 3 {
			list = append(list, in)
		}
	}
	slices.SortStableFunc(list, func(a, b interpreter) int { return version.Compare(a.number(), b.number()) })
	return list
})

// plan implements maker.
func (e pythonEnvironment) plan(context.Context) ([]plan, string) {
	var usable []interpreter
	lacking := ""
	for _, in := range all() {
		switch {
		case version.Older(in.number(), e.Oldest):
		case in.Lacks != "":
			lacking = fmt.Sprintf("%s %s (on Debian: apt-get install python3-venv)", in.path, in.Lacks)
		default:
			usable = append(usable, in)
		}
	}
	if len(usable) == 0 {
		return nil, cmp.Or(lacking, fmt.Sprintf("no python of %s or later on PATH or installed by pyenv",
			e.Oldest))
	}
	plans := []plan{e.on(usable[0])}
	if newest := e.on(usable[len(usable)-1]); newest.dir != plans[0].dir {
		plans = append(plans, newest)
	}
	return plans, ""
}

// on plans the environment for one interpreter.
func (e pythonEnvironment) on(in interpreter) plan {
	return plan{
		dir:   fmt.Sprintf("%s-python%d.%d", e.Name, in.Version[0], in.Version[1]),
		stamp: fmt.Sprintf("python %v of %s\n%s", in.Version, in.path, e.Requirements),
		there: func(dir string) bool {
			_, err := os.Stat(python.Program(dir)) // follows the link to the interpreter
			return err == nil
		},
		make: func(ctx context.Context, dir string) error {
			if err := run(ctx, in.path, "-I", "-m", "venv", dir); err != nil {
				return err
			}
			list := filepath.Join(dir, "requirements.txt")
			if err := os.WriteFile(list, []byte(e.Requirements), 0o644); err != nil {
				return err
			}
			pip := []string{"-I", "-m", "pip", "--no-input", "--disable-pip-version-check"}
			program := python.Program(dir)
			// The list is complete, or pip check reports what is missing. Only files with a listed hash are
			// installed.
			if err := run(ctx, program, append(pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r",
				list)...); err != nil {
				return err
			}
			return run(ctx, program, append(pip, "check")...)
		},
	}
}

// run runs a program with the user's environment, which may contain network settings.
func run(ctx context.Context, path string, args ...string) error {
	out, err := process.Run(ctx, process.Command{Path: path, Args: args, Env: os.Environ()})
	if err != nil {
		return err
	}
	if out.Code != 0 {
		said := strings.Join(strings.Fields(out.Stderr+" "+out.Stdout), " ")
		return fmt.Errorf("%s ended with status %d: %s", strings.Join(append([]string{path}, args...), " "), out.Code,
			said)
	}
	return nil
}
