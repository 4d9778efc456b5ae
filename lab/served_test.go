package lab_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// servedPrograms are programs whose exit status says more than whether they accepted the server. Each has a
// command that is judged by the server's record. DIR is a directory of the test.
var servedPrograms = []struct {
	name    string
	needs   []string
	works   []string // a command that fails if the program is installed but unusable
	command []string
	accepts []string // bad scenarios that it is known to accept
	slow    bool
	linux   bool
}{
	{name: "git", command: []string{"env", "GIT_SSL_CAINFO={ca}", "git", "ls-remote", "{url}"}},
	{name: "pip", command: []string{"env", "PIP_CONFIG_FILE=" + os.DevNull, "pip", "download",
		"--disable-pip-version-check", "--no-input", "--no-cache-dir",
		"--retries", "0", "-d", "DIR", "--cert", "{ca}", "--index-url", "{url}", "x"}},
	{name: "cargo", works: []string{"cargo", "--version"}, command: []string{"env", "CARGO_HTTP_CAINFO={ca}",
		"CARGO_NET_RETRY=0", "CARGO_HOME=DIR", "CARGO_REGISTRIES_LAB_INDEX=sparse+{url}",
		"cargo", "info", "--registry", "lab", "x"}},
	{name: "go", linux: true, command: []string{"env", "SSL_CERT_FILE={ca}", "GOPROXY={url}", "GONOPROXY=none",
		"GOSUMDB=off", "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod",
		"GOMODCACHE=DIR/{port}", "go", "-C", "DIR", "list", "-m", "example.org/x@latest"}},
	{name: "skopeo", needs: []string{"sh"}, command: []string{"sh", "-c",
		`mkdir DIR/$1 && cp "$0" DIR/$1/ca.crt && exec skopeo inspect --cert-dir DIR/$1 docker://localhost:$1/x`,
		"{ca}", "{port}"}},
	{name: "redis-cli", command: []string{"redis-cli", "--tls", "--cacert", "{ca}", "-h", "{host}", "-p", "{port}",
		"PING"}, accepts: []string{"wrong-host"}},
	{name: "w3m", command: []string{"w3m", "-dump", "-o", "ssl_ca_file={ca}", "{url}"}},
	{name: "mvn", slow: true, needs: []string{"sh", "keytool"}, command: []string{"sh", "-c",
		`keytool -importcert -noprompt -alias ca -file "$0" -keystore DIR/$1.jks -storepass changeit && ` +
			`exec mvn -B -s DIR/settings.xml -Dmaven.repo.local=DIR/$1 -Djavax.net.ssl.trustStore=DIR/$1.jks ` +
			`-Djavax.net.ssl.trustStorePassword=changeit org.example:a-plugin:1:goal`, "{ca}", "{port}"}},
}

// mavenSettings makes Maven fetch everything from the lab.
const mavenSettings = `<settings><mirrors><mirror>` +
	`<id>lab</id><mirrorOf>*</mirrorOf><url>${env.TLSLAB_URL}</url></mirror></mirrors></settings>`

// TestServedPrograms judges real programs by the server's record alone.
func TestServedPrograms(t *testing.T) {
	var list []*scenarios.Scenario
	for _, id := range []string{"good", "expired", "wrong-host", "self-signed", "untrusted-root",
		"missing-intermediate"} {
		s, _ := scenarios.Lookup(id)
		list = append(list, s)
	}
	l, err := lab.New(lab.Config{Seed: "served", Dir: t.TempDir(), ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	for _, p := range servedPrograms {
		t.Run(p.name, func(t *testing.T) {
			if p.slow && testing.Short() || p.linux && runtime.GOOS != "linux" {
				t.Skip("slow, or for Linux only")
			}
			for _, name := range append([]string{p.name}, p.needs...) {
				_, err := exec.LookPath(name)
				needs.Stack(t, name, err == nil, "it is not on PATH")
			}
			if p.works != nil {
				out, err := exec.Command(p.works[0], p.works[1:]...).CombinedOutput()
				why, _, _ := strings.Cut(string(out), "\n")
				needs.Stack(t, p.name, err == nil, why)
			}
			run := runServed(t, l, list, p.command)
			for _, s := range run.Scenarios {
				c := s.Cells[0]
				accepted := s.ID == "good" || slices.Contains(p.accepts, s.ID)
				assert.Equal(t, accepted, c.Outcome == clients.Accepted, "%s: %s %s: %s", s.ID, c.Outcome, c.Why,
					c.Message)
				if !accepted {
					assert.Contains(t, []verdict.Kind{verdict.OK, verdict.Unrecognised}, c.Kind, "%s (%s): %s", s.ID,
						c.Class, c.Message)
				}
				t.Logf("%s: %s %s", s.ID, c.Kind, c.Class)
			}
		})
	}
}

// runServed runs a command under the contract served.
func runServed(t *testing.T, l *lab.Lab, list []*scenarios.Scenario, command []string) *result.Run {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "settings.xml"), []byte(mavenSettings), 0o600))
	command = slices.Clone(command)
	for i := range command {
		command[i] = strings.ReplaceAll(command[i], "DIR", filepath.ToSlash(dir))
	}
	set, err := clients.Open(t.Context(), undertest.Stack(undertest.Options{Command: command, Contract: "served"}))
	require.NoError(t, err)
	defer set.Close()
	run, err := l.Run(t.Context(), list, set, lab.RunOptions{Timeout: time.Minute, Parallel: 2,
		Gate: scenarios.FirstControl(list)})
	require.NoError(t, err)
	require.Nil(t, run.Stopped, "it does not accept good: %s", run.Scenarios[0].Cells[0].Message)
	return run
}
