package environment

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Home returns the directory to make environments in: what [Variable] says, or else .cache/clients of the
// lab's source, if the working directory is in it, or else tlslab/clients in the user's cache directory.
func Home() (string, error) {
	if dir := os.Getenv(Variable); dir != "" {
		return filepath.Abs(dir)
	}
	if here, err := os.Getwd(); err == nil {
		if root := source(here); root != "" {
			return inSource(root), nil
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for a place for client environments (%s names one): %w", Variable, err)
	}
	return inCache(cache), nil
}

// Dirs returns the directories to look for environments in, of which programs are run. What [Variable] says
// counts alone. Otherwise they are .cache/clients of the lab's source, if this program or the working
// directory is in it, and tlslab/clients in the user's cache directory. No other tree is looked at, whatever
// is in it. Directories that are not there, that belong to another user or that others can write to are
// left out; on Windows owners and permissions are not looked at.
func Dirs() []string {
	if dir := os.Getenv(Variable); dir != "" {
		return []string{dir}
	}
	var dirs []string
	add := func(dir string) {
		if info, err := os.Stat(dir); err == nil && info.IsDir() && trusted(info) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	if program, err := os.Executable(); err == nil {
		if root := source(filepath.Dir(program)); root != "" {
			add(inSource(root))
		}
	}
	if here, err := os.Getwd(); err == nil {
		if root := source(here); root != "" {
			add(inSource(root))
		}
	}
	if cache, err := os.UserCacheDir(); err == nil {
		add(inCache(cache))
	}
	return dirs
}

func inSource(root string) string { return filepath.Join(root, ".cache", "clients") }

func inCache(cache string) string { return filepath.Join(cache, "tlslab", "clients") }

// source returns the root of the lab's source that a directory is in; empty if the nearest go.mod above is
// another module's or another user's.
func source(dir string) string {
	for {
		info, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			if owned(info) && modulePath(filepath.Join(dir, "go.mod")) == module() {
				return dir
			}
			return ""
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

// module returns the path of the lab's module.
func module() string {
	return strings.TrimSuffix(reflect.TypeFor[Python]().PkgPath(), "/lab/clients/internal/environment")
}

// maxModule is how much of a go.mod is read, in bytes: the module's path stands at its beginning.
const maxModule = 1 << 20

// modulePath returns the path of the module that a go.mod is of; empty if it cannot be read.
func modulePath(file string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(io.LimitReader(f, maxModule)); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == "module" {
			return strings.Trim(fields[1], "\"`")
		}
	}
	return ""
}
