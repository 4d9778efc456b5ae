// Command thirdparty writes the licences of everything that is compiled into tlslab, for all systems that
// it is built for:
//
//	go run ./lab/internal/thirdparty > lab/THIRD-PARTY.txt
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// program is what is distributed.
const program = "example.com/tlslab/lab/cmd/tlslab"

// systems are those that the program is built for.
var systems = []string{"linux", "darwin", "windows"}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	text, err := generate(ctx)
	if err == nil {
		_, err = os.Stdout.Write(text)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "thirdparty: %v\n", err)
		os.Exit(1)
	}
}

// module is a module that packages of the program come from.
type module struct {
	path, version, dir string
	packages           []string // directories of those packages: some have a licence of their own
}

// generate returns the document.
func generate(ctx context.Context) ([]byte, error) {
	list, err := modules(ctx)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprint(&out, "What is compiled into tlslab beside its own code, each with its licence and notices.\n"+
		"Written by: go run ./lab/internal/thirdparty > lab/THIRD-PARTY.txt\n\n")
	for _, m := range list {
		fmt.Fprintln(&out, strings.TrimSpace(m.path+" "+m.version))
	}
	seen := texts{}
	for _, m := range list {
		if err := m.write(&out, seen); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// modules lists the modules by path, and Go's own library, which is in every program, first.
func modules(ctx context.Context) ([]module, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("asking for Go's own directory: %w", err)
	}
	found := map[string]module{}
	for _, system := range systems {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", program)
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("listing what %s is built of for %s: %w", program, system, err)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		for lines.Scan() {
			if fields := strings.Split(lines.Text(), "\t"); len(fields) == 4 {
				m := found[fields[0]]
				found[fields[0]] = module{fields[0], fields[1], fields[2], append(m.packages, fields[3])}
			}
		}
	}
	list := slices.SortedFunc(maps.Values(found), func(a, b module) int { return cmp.Compare(a.path, b.path) })
	// Its version is that of whoever builds; its licence is the same.
	return append([]module{{path: "Go's standard library", dir: strings.TrimSpace(string(root))}}, list...), nil
}

// legal is how files are called that a licence may be in, or what it asks to be passed on.
var legal = regexp.MustCompile(`(?i)^(li[cs]en[cs]e|copying|copyright|notice|patents|unlicense)([-._].*)?$`)

// texts are those that have been written, and where.
type texts map[string]string

// write writes a module's licences and notices; a text that stands above already is named.
func (m module) write(w io.Writer, seen texts) error {
	files, err := m.files()
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	if len(files) == 0 {
		return errors.New(m.path + " has no file with a licence: find out whether it may be passed on before it is used")
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(m.dir, file))
		if err != nil {
			return fmt.Errorf("%s: %w", m.path, err)
		}
		title := strings.TrimSpace(m.path+" "+m.version) + ": " + filepath.ToSlash(file)
		body := string(bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
		fmt.Fprintf(w, "\n%s\n%s\n\n", strings.Repeat("-", 80), title)
		if above, known := seen[body]; known {
			fmt.Fprintf(w, "The same text as %s\n", above)
			continue
		}
		seen[body] = title
		fmt.Fprintln(w, body)
	}
	return nil
}

// files lists the files with licences and notices at the module's root and in the directories from there
// to its packages.
func (m module) files() ([]string, error) {
	dirs := []string{"."}
	for _, dir := range m.packages {
		rel, err := filepath.Rel(m.dir, dir)
		if err != nil {
			return nil, err
		}
		for ; rel != "."; rel = filepath.Dir(rel) {
			dirs = append(dirs, rel)
		}
	}
	slices.Sort(dirs)
	var files []string
	for _, dir := range slices.Compact(dirs) {
		entries, err := os.ReadDir(filepath.Join(m.dir, dir))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.IsDir() && legal.MatchString(e.Name()) && !strings.HasSuffix(e.Name(), ".go") {
				files = append(files, filepath.Join(dir, e.Name()))
			}
		}
	}
	return files, nil
}
