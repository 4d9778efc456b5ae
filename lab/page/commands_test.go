package page

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// programs lists the programs that the commands start.
var programs = map[string]string{"curl": "curl", "openssl": "openssl", "python": "python3", "node": "node", "go": "go",
	"java": "java", "mongosh": "mongosh", "pymongo": "python3", "python-raw": "python3", "psql": "psql", "curl-smtp": "curl"}

// compiling lists the scenarios for commands that compile: one for each variant of their text.
var compiling = []string{"good-wildcard", "good-client-certificate", "expired"}

// TestCommands pastes every command of the page into a shell, and checks that it does what the scenario expects.
func TestCommands(t *testing.T) {
	cases := []struct {
		id     string
		accept bool
		not    []string // tools that check none of what is wrong, or have no command
	}{
		{"good", true, nil},
		{"good-ip", true, nil},
		{"good-wildcard", true, nil}, // a name that does not resolve
		{"good-client-certificate", true, nil},
		{"good-crl", true, []string{"node", "go", "java"}},
		{"client-key-encrypted", true, []string{"go", "java"}},
		{"expired", false, nil},
		{"wrong-host", false, nil},
		{"client-certificate-missing", false, nil},
		{"wildcard-too-deep", false, nil},
		{"revoked-crl", false, []string{"node", "go", "java"}},
		{"ca-file-missing", false, nil},
		{"mongo-good", true, nil},
		{"mongo-expired", false, nil},
		{"mongo-good-client-certificate", true, nil},
		{"raw-good", true, nil},
		{"raw-good-wildcard", true, nil},
		{"raw-wrong-host", false, nil},
		{"smtp-good", true, nil},
		{"smtp-good-client-certificate", true, nil},
		{"smtp-expired", false, nil},
		{"smtp-wrong-host", false, nil},
		{"pg-good", true, nil},
		{"pg-good-wildcard", true, nil},
		{"pg-good-client-certificate", true, nil},
		{"pg-good-crl", true, nil},
		{"pg-client-key-encrypted", true, nil},
		{"pg-expired", false, nil},
		{"pg-wrong-host", false, nil},
	}
	var ids []string
	for _, c := range cases {
		ids = append(ids, c.id)
	}
	// make clients has a python3 of its own for it
	if set, err := all.Discover(t.Context(), clients.Options{Only: []string{"pymongo"}}); err == nil {
		first := filepath.Dir(set.Clients[len(set.Clients)-1].Path)
		t.Setenv("PATH", first+string(filepath.ListSeparator)+os.Getenv("PATH"))
		require.NoError(t, set.Close())
	}
	r := bringUp(t, ids...)
	for _, c := range cases {
		list, err := commands(r.endpoint(c.id))
		require.NoError(t, err)
		require.NotEmpty(t, list)
		for _, tool := range list {
			t.Run(c.id+"/"+tool.ID, func(t *testing.T) {
				for _, left := range c.not {
					if tool.ID == left {
						assert.NotEmpty(t, tool.Lacks, "the page says what it lacks")
						return
					}
				}
				require.Empty(t, tool.Lacks)
				needs.Stack(t, tool.ID, have(programs[tool.ID]), "no "+programs[tool.ID]+" on PATH")
				if tool.ID == "pymongo" {
					needs.Stack(t, "pymongo", exec.Command("python3", "-c", "import pymongo").Run() == nil,
						"no pymongo for python3")
				}
				if compiled := tool.ID == "go" || tool.ID == "java"; compiled &&
					(testing.Short() || !slices.Contains(compiling, c.id)) {
					t.Skip("compiling takes seconds")
				}
				pasted(t, r, c.id, tool, c.accept)
			})
		}
	}
}

// TestEveryServiceHasACommand checks that the page has a command for every service of the catalogue, and that openssl,
// which speaks only TLS, is among them.
func TestEveryServiceHasACommand(t *testing.T) {
	for _, service := range scenarios.Services() {
		e := serve.Endpoint{Service: string(service), Host: "localhost", Port: 10000, CAFile: "root.pem"}
		list, err := commands(e)
		require.NoError(t, err)
		var ids []string
		for _, c := range list {
			require.Empty(t, c.Lacks, "%s: %s", service, c.ID)
			ids = append(ids, c.ID)
		}
		assert.Contains(t, ids, "openssl", service)
		assert.Greater(t, len(ids), 1, "%s: a client that speaks it", service)
	}
}

// pasted runs a command in a shell.
func pasted(t *testing.T, r *running, id string, c command, accept bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // only against a hang: busy machines are slow
	defer cancel()
	before := len(r.page.hub.since(id, 0, maxConnections).Connections)
	cmd := exec.CommandContext(ctx, "sh", "-c", c.Text)
	cmd.Dir = t.TempDir()
	cmd.Env = append(cmd.Environ(), "TMPDIR="+cmd.Dir)
	out, err := cmd.CombinedOutput()
	var seen []connection
	if id != "ca-file-missing" { // with which a client has no reason to connect
		seen = r.waitFor(id, func(list []connection) bool { return ended(1)(list[:max(0, len(list)-before)]) })
	}
	if accept {
		require.NoError(t, err, "%s\n%s", c.Text, out)
		if s, _ := scenarios.Lookup(id); s.Service == scenarios.HTTPS {
			assert.Contains(t, string(out), id, "it got the answer")
			assert.Equal(t, serve.EndServed, seen[0].Seen.End)
		}
		return
	}
	assert.Error(t, err, "%s\n%s", c.Text, out)
	for _, c := range seen[:max(0, len(seen)-before)] {
		assert.NotEqual(t, serve.EndServed, c.Seen.End)
	}
}
