package java

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/tlslab/lab/clients"
)

// find lists the java of JAVA_HOME, the one on PATH, and those installed beside them. On every system, JDKs
// of several versions are kept in one directory (/usr/lib/jvm, /Library/Java/JavaVirtualMachines, C:\Program
// Files\Java, SDKMAN).
func find(context.Context) ([]clients.Place, error) {
	var programs []string
	if dir := os.Getenv("JAVA_HOME"); filepath.IsAbs(dir) {
		programs = append(programs, filepath.Join(dir, "bin", "java"))
	}
	if path, err := exec.LookPath("java"); err == nil {
		programs = append(programs, path)
	}
	for _, path := range programs {
		programs = append(programs, beside(home(path))...)
	}
	var places []clients.Place
	seen := make(map[string]bool) // by the file that the place resolves to
	for _, path := range programs {
		path, err := exec.LookPath(path)
		if err != nil || !filepath.IsAbs(path) {
			continue
		}
		if file, err := filepath.EvalSymlinks(path); err == nil && !seen[file] {
			seen[file] = true
			places = append(places, clients.Place{Path: path})
		}
	}
	if len(places) == 0 {
		return nil, errors.New("no java on PATH or in JAVA_HOME")
	}
	return places, nil
}

// home returns the directory of a JDK, with links resolved.
func home(java string) string {
	if file, err := filepath.EvalSymlinks(java); err == nil {
		java = file
	}
	return filepath.Dir(filepath.Dir(java))
}

// beside lists the java programs of the JDKs in the same directory as jdk.
func beside(jdk string) []string {
	inside := "" // where a JDK is below its own directory
	if contents := filepath.Join("Contents", "Home"); strings.HasSuffix(jdk, contents) {
		jdk, inside = filepath.Dir(filepath.Dir(jdk)), contents
	}
	parent := filepath.Dir(jdk)
	// If the directory cannot be read, there are no others.
	entries, _ := os.ReadDir(parent)
	var programs []string
	for _, e := range entries {
		programs = append(programs, filepath.Join(parent, e.Name(), inside, "bin", "java"))
	}
	return programs
}
