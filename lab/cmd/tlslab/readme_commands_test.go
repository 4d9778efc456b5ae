//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/scenarios"
)

// pastedLine matches a line of README with a command, and its explanation after two blanks.
var pastedLine = regexp.MustCompile(`(?m)^    (tlslab .*?)(?:  .*)?$`)

// filled replaces the words that README leaves to its reader, in this order.
var filled = strings.NewReplacer("./myclient", "true", "CMD", "true", "LESSON", "names", "up --dir DIR", "up --dir lab",
	"DIR [ID...]", "minted", "DIR", "lab", "FILE", "record.json")

// narrowed is added to commands that would otherwise take minutes or use fixed ports.
var narrowed = []struct{ command, more string }{
	{"tlslab up", "--base-port 0 --ui-port 0"},
	{"tlslab ocsp-matrix", "--client mongo-go"},
	{"tlslab run --service mongodb", "--client mongo-go --family validity"},
	{"tlslab matrix --from", ""},
	{"tlslab matrix", "--client go --family validity"},
	{"tlslab run wrong-host", "--client go"},
	{"tlslab run", "--client go --family validity"},
	{"tlslab test --scenarios broken.yaml", ""},
	{"tlslab test", "--id good --id expired"},
}

// TestReadmeCommands pastes the commands of every README, in order, into a shell in an empty directory, with the
// program on PATH. None may be wrong usage or fail; a client that is judged may be found bad.
func TestReadmeCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("some thirty commands take a while")
	}
	pasted := map[string]bool{}
	address, ca := expiredServer(t)
	servers := strings.NewReplacer("db.corp.example:5432", "localhost:5432 --connect "+address+" --starttls none")
	for _, file := range readmes(t) {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(source, file))
			require.NoError(t, err)
			dir := t.TempDir()
			log := []byte("curl: (60) SSL certificate problem: certificate has expired\n")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "app.log"), log, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "corp.pem"), ca, 0o600))
			paste(t, dir, "tlslab lesson names --dir . > /dev/null && "+
				"tlslab matrix expired --client go --json=record.json > /dev/null")
			for _, line := range pastedLine.FindAllSubmatch(text, -1) {
				if command := string(line[1]); !pasted[command] {
					paste(t, dir, servers.Replace(command))
					pasted[command] = true
				}
			}
		})
	}
	require.Greater(t, len(pasted), 20)
}

// expiredServer serves a chain with an expired leaf, and returns its address and its CA. It stands in for the server that
// a reader has.
func expiredServer(t *testing.T) (address string, ca []byte) {
	l, err := lab.New(lab.Config{Seed: "readme"})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	s, ok := scenarios.Lookup("expired")
	require.True(t, ok)
	in, err := l.Serve(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, in.Close()) })
	ca, err = os.ReadFile(in.Endpoint.CAFile)
	require.NoError(t, err)
	return in.Endpoint.Connect, ca
}

// paste runs a line, and interrupts it once it serves.
func paste(t *testing.T, dir, line string) {
	t.Helper()
	switch {
	case strings.Contains(line, "mongod-"), strings.Contains(line+" ", "--service mongod "),
		strings.HasPrefix(line, "tlslab replica-set"), strings.Contains(line, " --image "):
		return // containers have tests of their own
	case strings.HasPrefix(line, "tlslab wait "):
		return // for another's up: see testdata/up.txt
	case strings.Contains(line, "lab/result/matrix"): // what is kept with the source
		dir = source
	}
	command := filled.Replace(line)
	for _, n := range narrowed {
		if !strings.Contains(command, "&&") && strings.HasPrefix(command+" ", n.command+" ") {
			head, tail, of := strings.Cut(command, " -- ")
			if command = head + " " + n.more; of {
				command += " -- " + tail
			}
			break
		}
	}
	if file := filepath.Join(dir, "tls-deviations.txt"); strings.Contains(command, "--known ") {
		line := []byte("trailing-dot-name insecure libcurl strips the dot; issue 17\n") // as in README
		require.NoError(t, os.WriteFile(file, line, 0o600))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+command)
	if strings.ContainsAny(command, "&|") {
		cmd = exec.CommandContext(ctx, "sh", "-c", command)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "TLSLAB_SEED=readme")
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var said bytes.Buffer
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	var printed strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		printed.WriteString(lines.Text() + "\n")
		if strings.HasPrefix(lines.Text(), "try: ") {
			require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
		}
	}
	status := 0
	if err := cmd.Wait(); err != nil {
		status = cmd.ProcessState.ExitCode()
	}
	judges := slices.ContainsFunc([]string{"test", "check", "diagnose", "compare"}, func(name string) bool {
		return strings.HasPrefix(command, "tlslab "+name+" ")
	})
	assert.True(t, status == 0 || status == 1 && judges, "%s: exit status %d\n%s%s",
		command, status, printed.String(), said.String())
}
