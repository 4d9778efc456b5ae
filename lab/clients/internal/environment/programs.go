package environment

import (
	"os"
	"path/filepath"
	"runtime"
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

// Find returns the first directory of an environment in [Dirs] that is finished; empty if there
// is none.
func Find(name string) string {
	for _, home := range Dirs() {
		dir := filepath.Join(home, name)
		if _, err := os.Stat(filepath.Join(dir, Stamp)); err == nil {
			return dir
		}
	}
	return ""
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
