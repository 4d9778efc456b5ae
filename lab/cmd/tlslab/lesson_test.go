package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/scenarios"
)

// TestLessonCommands runs every command that a lesson has its reader run, word for word but for the
// ports, against what the lesson has served, and holds it to what the lesson says of it.
func TestLessonCommands(t *testing.T) {
	for _, lesson := range lessons.All() {
		t.Run(lesson.ID, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && lesson.Level != lessons.First {
				t.Skip("the first lessons alone")
			}
			commands := lesson.Commands(lang.English)
			if len(commands) < 3 {
				t.Fatalf("%d commands", len(commands))
			}
			dir := t.TempDir()
			ports := serveFor(t, dir, commands)
			for i, c := range commands {
				t.Run(fmt.Sprint(i+1), func(t *testing.T) { runCommand(t, dir, c, ports) })
			}
		})
	}
}

// publishedPort matches the port of a scenario, as tlslab up has it.
var publishedPort = regexp.MustCompile(`:(1[01][0-9]{3})\b`)

// servedDir matches a folder of tlslab up --dir lab.
var servedDir = regexp.MustCompile(`\blab/([a-z0-9-]+)/`)

// serveFor serves what commands connect to, in the directory lab, and returns where: by the port that
// tlslab up would have for it.
func serveFor(t *testing.T, dir string, commands []lessons.Command) map[string]string {
	t.Helper()
	named := map[string]bool{}
	for _, c := range commands {
		for _, m := range servedDir.FindAllStringSubmatch(c.Text, -1) {
			named[m[1]] = true
		}
		for _, m := range publishedPort.FindAllStringSubmatch(c.Text, -1) {
			port, _ := strconv.Atoi(m[1])
			i := slices.IndexFunc(scenarios.All(), func(s *scenarios.Scenario) bool { return s.Port+lab.DefaultBasePort == port })
			if i < 0 {
				t.Fatalf("no scenario is at port %d", port)
			}
			named[scenarios.All()[i].ID] = true
		}
	}
	var list []*scenarios.Scenario
	for id := range named {
		s, ok := scenarios.Lookup(id)
		if !ok {
			t.Fatalf("no scenario is called %q", id)
		}
		list = append(list, s)
	}
	l, err := lab.New(lab.Config{Seed: "workshop", Dir: filepath.Join(dir, "lab"), Services: []serve.Service{mongodb.Embedded()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	up, err := l.Up(t.Context(), list, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	})
	ports := map[string]string{}
	for _, in := range up.Instances {
		ports[strconv.Itoa(lab.DefaultBasePort+in.Scenario.Port)] = strconv.Itoa(in.Endpoint.Port)
	}
	return ports
}

// runCommand runs one command in a shell.
func runCommand(t *testing.T, dir string, c lessons.Command, ports map[string]string) {
	t.Helper()
	path := os.Getenv("PATH")
	for _, need := range c.Needs {
		if first := needed(t, need); first != "" {
			path = first + string(filepath.ListSeparator) + path
		}
	}
	text := publishedPort.ReplaceAllStringFunc(c.Text, func(port string) string { return ":" + ports[port[1:]] })
	cmd := exec.CommandContext(t.Context(), "sh", "-c", text)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // what it started may hold its output
	cmd.Env = append(os.Environ(), "PATH="+path, "LC_ALL=C.UTF-8", "NO_COLOR=1", "COLUMNS=240", "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	if os.Getenv("TLSLAB_CLIENTS") == "" { // it runs elsewhere, and finds what make clients made by this
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		made := filepath.Join(cache, "tlslab", "clients")
		cmd.Env = append(cmd.Env, "TLSLAB_CLIENTS="+made)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != c.Exit {
		t.Errorf("exit status %s, want %s:\n%s\n%s", got, c.Exit, c.Text, out.String())
	}
	for _, line := range c.Says {
		if !strings.Contains(out.String(), strings.TrimSpace(line)) {
			t.Errorf("it does not say %q:\n%s\n%s", line, c.Text, out.String())
		}
	}
}

// leastVersion matches what a lesson needs of a program's version: python3>=3.10.
var leastVersion = regexp.MustCompile(`^python3(?:>=3\.([0-9]+))?$`)

// needed skips the test if something that a command needs is not here. It returns a directory that
// has to come first on PATH, if there is one.
func needed(t *testing.T, need string) string {
	t.Helper()
	if m := leastVersion.FindStringSubmatch(need); m != nil {
		err := exec.Command("python3", "-c", "import ssl, sys; sys.exit(sys.version_info < (3, "+cmp.Or(m[1], "0")+"))").Run()
		needs.Any(t, "python", err)
		return ""
	}
	stack, inPlace := strings.CutSuffix(need, "-as-python3")
	if number, ok := strings.CutPrefix(need, "python3."); ok {
		stack = "python-3." + number
	}
	if stack == need && need != "pymongo" {
		_, err := exec.LookPath(need)
		needs.Stack(t, need, err == nil, "it is not on PATH")
		return ""
	}
	service := map[bool]string{true: "mongodb", false: "https"}[stack == "pymongo"]
	set, err := all.Discover(context.Background(), clients.Options{Only: []string{stack + "/default"}, Services: []string{service}})
	if err == nil {
		defer set.Close()
	}
	found := err == nil && len(set.Clients) > 0
	needs.Stack(t, strings.TrimSuffix(need, "-as-python3"), found, "no such client was found")
	if !inPlace {
		return ""
	}
	return filepath.Dir(set.Clients[0].Path)
}
