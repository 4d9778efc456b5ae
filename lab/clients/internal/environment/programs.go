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

// Cargo declares a program in Rust, which is built from its sources: NAME/NAME, with .exe behind
// it on Windows.
type Cargo struct {
	Name string // the package's as well, in its Cargo.toml
	// Files are those of the package by their paths, with slashes: Cargo.toml, Cargo.lock,
	// src/main.rs.
	Files map[string]string
	// Oldest is the oldest version of Rust that builds it: "1.85".
	Oldest string
	// Libraries are what it links with in C, by the names of pkg-config. They are looked for
	// on Linux alone: elsewhere the system brings its own.
	Libraries []string
	// Packages are what Debian calls the packages that bring those.
	Packages string
}

// Maven declares a program in Java, with the libraries that it uses: NAME/lib/*.jar, and
// NAME/classes of its own.
type Maven struct {
	Name string
	// POM is the pom.xml that names the libraries with their exact versions.
	POM string
	// Sums are the SHA-256 sums of the libraries and of all that they need, as sha256sum
	// writes them.
	Sums string
	// Sources are the program's by their names: Probe.java.
	Sources map[string]string
}

// Oldest is the oldest version of Java that programs of [Maven] run on.
const Oldest = "11"

// From is what the program is made from: it ends the environment's [Stamp].
func (c Cargo) From() string { return together(c.Files) }

// From is what the program is made from: it ends the environment's [Stamp].
func (m Maven) From() string { return m.POM + m.Sums + together(m.Sources) }

// together writes files one behind the other, each with its name.
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

// find returns the directory of a program's environment in [Dir] if it is finished. What was made
// from other sources than these is not used: it does what they said.
func find(name, from, tools string) (string, error) {
	home, ok := Dir()
	dir := filepath.Join(home, name)
	stamp, err := os.ReadFile(filepath.Join(dir, Stamp))
	switch {
	case !ok || err != nil:
		return "", errors.New("it is not built: make clients, which needs " + tools)
	case !strings.HasSuffix(string(stamp), from):
		return "", errors.New("it was built from sources that are not these: make clients, which needs " + tools)
	}
	return dir, nil
}

// Program returns the program of a [Cargo] environment in a directory.
func Program(dir, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, name)
}

// Classpath returns what java is told of a [Maven] environment in a directory: the classes of its
// program, and the libraries.
func Classpath(dir string) string {
	return filepath.Join(dir, "classes") + string(os.PathListSeparator) + filepath.Join(dir, "lib", "*")
}
