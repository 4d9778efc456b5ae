package environment

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Cargo declares a Rust program that is built from source as NAME/NAME, with .exe appended on Windows.
type Cargo struct {
	Name string // also the package's name in Cargo.toml
	// Files are the package's files by slash-separated path: Cargo.toml, Cargo.lock, src/main.rs.
	Files map[string]string
	// Oldest is the oldest version of Rust that can build it: "1.85".
	Oldest string
	// Libraries are the C libraries that it links with, by pkg-config name. They are checked on Linux only;
	// other systems have their own.
	Libraries []string
	// Packages are the Debian packages that contain those libraries.
	Packages string
}

// Maven declares a Java program and the libraries that it uses: NAME/lib/*.jar, and its own NAME/classes.
type Maven struct {
	Name string
	// POM is the pom.xml with the libraries' exact versions.
	POM string
	// Sums are the SHA-256 checksums of the libraries and all their dependencies, in the format of sha256sum.
	Sums string
	// Sources are the program's source files by name: Probe.java.
	Sources map[string]string
}

// Oldest is the oldest version of Java that the programs of [Maven] run on.
const Oldest = "11"

// From returns what the program is made from. It is part of the environment's [Stamp].
func (c Cargo) From() string { return together(c.Files) }

// From returns what the program is made from. It is part of the environment's [Stamp].
func (m Maven) From() string { return m.POM + m.Sums + together(m.Sources) }

// together concatenates files, each with its name.
func together(files map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b.WriteString(name + "\n" + files[name])
	}
	return b.String()
}

// Find returns the directory of the environment. Its errors say how to make it.
func (c Cargo) Find() (string, error) { return find(c.Name, c.From(), "cargo") }

// Find returns the directory of the environment. Its errors say how to make it.
func (m Maven) Find() (string, error) { return find(m.Name, m.From(), "mvn and javac") }

// find returns the directory of a program's environment in [Dir] if it is complete and was made from the same
// sources. Otherwise the program would do something else.
func find(name, from, tools string) (string, error) {
	home, ok := Dir()
	dir := filepath.Join(home, name)
	stamp, err := os.ReadFile(filepath.Join(dir, Stamp))
	switch {
	case !ok || err != nil:
		return "", errors.New("it is not built: make clients, which needs " + tools)
	case !strings.HasSuffix(string(stamp), from):
		return "", errors.New("it was built from other sources: make clients, which needs " + tools)
	}
	return dir, nil
}

// Program returns the path of a [Cargo] environment's program in a directory.
func Program(dir, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, name)
}

// Classpath returns the class path of a [Maven] environment in a directory: the program's classes and the
// libraries.
func Classpath(dir string) string {
	return filepath.Join(dir, "classes") + string(os.PathListSeparator) + filepath.Join(dir, "lib", "*")
}
