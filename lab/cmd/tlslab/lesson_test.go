package main

import (
	"bytes"
	"cmp"
	"context"
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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

// TestLessonCommands runs every command of a lesson, word for word except for the ports, against the servers of the
// lesson, and checks that its output is as the lesson says.
func TestLessonCommands(t *testing.T) {
	for _, lesson := range lessons.All() {
		t.Run(lesson.ID, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && lesson.Level != lessons.First {
				t.Skip("only the first lessons run with -short")
			}
			commands := lesson.Commands(lang.English)
			require.GreaterOrEqual(t, len(commands), 3)
			dir := t.TempDir()
			ports := serveFor(t, dir, commands)
			for i, c := range commands {
				t.Run(fmt.Sprint(i+1), func(t *testing.T) { runCommand(t, dir, c, ports) })
			}
		})
	}
}

// publishedPort matches the port of a scenario under tlslab up.
var publishedPort = regexp.MustCompile(`:(1[01][0-9]{3})\b`)

// servedDir matches a folder of tlslab up --dir lab.
var servedDir = regexp.MustCompile(`\blab/([a-z0-9-]+)/`)

// serveFor serves the scenarios that commands connect to, with their files in the directory lab. It returns their
// ports, by the port that tlslab up would use.
func serveFor(t *testing.T, dir string, commands []lessons.Command) map[string]string {
	t.Helper()
	named := map[string]bool{}
	for _, c := range commands {
		for _, m := range servedDir.FindAllStringSubmatch(c.Text, -1) {
			named[m[1]] = true
		}
		for _, m := range publishedPort.FindAllStringSubmatch(c.Text, -1) {
			port, _ := strconv.Atoi(m[1])
			i := slices.IndexFunc(scenarios.All(), func(s *scenarios.Scenario) bool {
				return s.Port+lab.DefaultBasePort == port
			})
			require.GreaterOrEqual(t, i, 0, "no scenario is at port %d", port)
			named[scenarios.All()[i].ID] = true
		}
	}
	var list []*scenarios.Scenario
	for id := range named {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, "no scenario is called %q", id)
		list = append(list, s)
	}
	services := []serve.Service{mongodb.Embedded()}
	l, err := lab.New(lab.Config{Seed: "workshop", Dir: filepath.Join(dir, "lab"), Services: services})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	up, err := l.Up(t.Context(), list, nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, up.Close()) })
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
	cmd.WaitDelay = time.Second // a child may hold its output open
	cmd.Env = append(os.Environ(), "PATH="+path, "LC_ALL=C.UTF-8", "NO_COLOR=1", "COLUMNS=240",
		"XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
	if os.Getenv("TLSLAB_CLIENTS") == "" { // the command runs elsewhere, and needs this to find what make clients made
		cache, err := os.UserCacheDir()
		require.NoError(t, err)
		made := filepath.Join(cache, "tlslab", "clients")
		cmd.Env = append(cmd.Env, "TLSLAB_CLIENTS="+made)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if err != nil {
		var status *exec.ExitError
		require.ErrorAs(t, err, &status)
	}
	assert.Equal(t, c.Exit, strconv.Itoa(cmd.ProcessState.ExitCode()), "exit status of %s\n%s", c.Text, out.String())
	for _, line := range c.Says {
		assert.Contains(t, out.String(), strings.TrimSpace(line), c.Text)
	}
}

// leastVersion matches what a lesson needs of a program's version: python3>=3.10.
var leastVersion = regexp.MustCompile(`^python3(?:>=3\.([0-9]+))?$`)

// needed skips the test if this machine lacks something that a command needs. It returns the directory that must come
// first on PATH, if any.
func needed(t *testing.T, need string) string {
	t.Helper()
	if m := leastVersion.FindStringSubmatch(need); m != nil {
		check := "import ssl, sys; sys.exit(sys.version_info < (3, " + cmp.Or(m[1], "0") + "))"
		needs.Any(t, "python", exec.Command("python3", "-c", check).Run())
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
	only := []string{stack + "/default"}
	set, err := all.Discover(context.Background(), clients.Options{Only: only, Services: []string{service}})
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
