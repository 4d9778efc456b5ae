package lab_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// recordDir holds the record of what every client did.
var recordDir = filepath.Join("result", "matrix")

var (
	record = flag.Bool("record", false, "record what clients do, and add their messages to lab/messages/testdata")
	only   = flag.String("clients", "", "run the catalogue on these clients only: requests,python-3.8")
)

// TestCatalogue runs the whole catalogue on every client of this machine. There must be no error and no void
// judgement, and everything that is not ok must be declared by the variant or explained by the scenario.
func TestCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole catalogue on every client takes minutes")
	}
	o := clients.Options{Services: []string{string(scenarios.HTTPS)}, Quick: true}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	set := discover(t, o)
	reproduce(t, lab.Config{Seed: "catalogue"}, scenarios.All(), set)
}

// browser is Chromium's stack. It takes as long for the catalogue as all other stacks together.
const browser = "chromium"

// TestBrowser is a short TestCatalogue for Chromium. Its scenarios cover what Chromium reports by error code,
// by its certificate log and by its handshake log, how it treats a client certificate and its own files, and
// how it ends. For all scenarios: -run 'TestCatalogue$' -clients chromium.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a second to start, for each root and each client certificate")
	}
	list := lookUp(t, "good", "expired", "not-yet-valid", "wrong-host", "wrong-ip", "good-wildcard", "untrusted-root",
		"tampered-leaf", "path-too-long", "key-mismatch", "revoked-stapled", "good-client-certificate",
		"client-certificate-missing", "client-certificate-expired",
		"ca-file-empty", "tls10-only", "internal-error", "plain-http", "silent", "truncated-response")
	set, err := all.Discover(t.Context(), clients.Options{Only: []string{browser}})
	why := "found"
	if err != nil {
		why = err.Error()
	}
	needs.Stack(t, browser, err == nil, why)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	reproduce(t, lab.Config{Seed: "catalogue"}, list, set)
}

// lookUp returns scenarios by their IDs.
func lookUp(t *testing.T, ids ...string) (list []*scenarios.Scenario) {
	for _, id := range ids {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		list = append(list, s)
	}
	return list
}

// TestMongoCatalogue is TestCatalogue for MongoDB's drivers. Each driver's default variant runs every
// scenario. The other variants set options for verification and for the client's own files, so they skip the
// families keys, protocol and wire, which would double the time.
func TestMongoCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole catalogue on every driver takes minutes")
	}
	set := discover(t, clients.Options{Services: []string{string(scenarios.MongoDB)}})
	byDefault := func(c *clients.Client) bool { return c.Variant == "default" }
	others := slices.DeleteFunc(slices.Clone(set.Clients), byDefault)
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool { return !byDefault(c) })
	everything := scenarios.Behind(scenarios.MongoDB)
	config := func() lab.Config { // the lab closes the service, so each has its own
		return lab.Config{Seed: "catalogue", Services: []serve.Service{mongodb.Embedded()}}
	}
	reproduce(t, config(), everything, set)

	set.Clients = others
	reproduce(t, config(), slices.DeleteFunc(everything, func(s *scenarios.Scenario) bool {
		return slices.Contains([]scenarios.Family{scenarios.Keys, scenarios.Protocol, scenarios.Wire}, s.Family)
	}), set)
}

// TestDrivers is a short TestMongoCatalogue: the drivers' default variants, with the most telling scenarios
// of MongoDB's TLS documentation.
func TestDrivers(t *testing.T) {
	list := lookUp(t, "mongo-good", "mongo-expired", "mongo-wrong-host", "mongo-revoked-stapled",
		"mongo-client-certificate-missing", "mongo-client-key-encrypted", "mongo-client-key-wrong-passphrase",
		"mongo-plain-http")
	set := discover(t, clients.Options{Services: []string{string(scenarios.MongoDB)}})
	reproduce(t, lab.Config{Seed: "drivers", Services: []serve.Service{mongodb.Embedded()}}, list, set)
}

// discover finds clients and closes them when the test ends.
func discover(t *testing.T, o clients.Options) *clients.Set {
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	set, err := all.Discover(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

// reproduce runs scenarios on clients, checks that every judgement is documented, and records the messages
// with -record.
func reproduce(t *testing.T, c lab.Config, list []*scenarios.Scenario, set *clients.Set) {
	l, err := lab.New(c) // the directory's name is short, because curl truncates messages
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()

	run, err := l.Run(context.Background(), list, set, lab.RunOptions{})
	require.NoError(t, err)
	counts := map[verdict.Kind]int{}
	for _, s := range run.Scenarios {
		for _, c := range s.Cells {
			counts[c.Kind]++
			assert.True(t, c.Documented, "%s × %s: %s %s: %s\nmessage: %s\nthe server saw: %s", s.ID, c.Client, c.Kind,
				c.Class, c.Why, c.Message, report.Saw(c.Observed))
			if c.Kind == verdict.OK {
				assert.True(t, c.Disagreement.IsZero(), "%s × %s: %s\nmessage: %s", s.ID, c.Client, c.Disagreement,
					c.Message)
			}
		}
	}
	t.Logf("%d clients, %d scenarios: %v", len(set.Clients), len(run.Scenarios), counts)
	for _, m := range set.Missing {
		t.Logf("missing: %s: %s", m.Stack, m.Reason)
	}
	for _, kind := range []verdict.Kind{verdict.Error, verdict.Void} {
		require.Zero(t, counts[kind], kind)
	}
	if *record {
		write(t, run)
		require.NoError(t, result.WriteRecord(recordDir, run))
		return
	}
	recorded, err := result.Open(recordDir)
	require.NoError(t, err)
	recorded = recorded.Only(func(s result.Scenario) bool {
		return slices.ContainsFunc(list, func(o *scenarios.Scenario) bool { return o.ID == s.ID })
	}, func(clients.Info) bool { return true })
	var changes strings.Builder
	report.Terminal{W: &changes, Width: 120}.Diff(result.Since(recorded, run), false)
	t.Log("against the record:", changes.String())
}

// write adds the clients' messages to the recorded ones.
func write(t *testing.T, run *result.Run) {
	byStack := map[string]map[string]string{} // class by stack and message
	stackOf := map[string]string{}            // stack by client
	for _, c := range run.Clients {
		stackOf[c.ID()] = c.Stack
	}
	for _, s := range run.Scenarios {
		for _, c := range s.Cells {
			// judged by its control
			if c.Outcome != clients.Rejected || !c.Documented || c.Kind == verdict.Unsupported {
				continue
			}
			message := messages.Steady(strings.ReplaceAll(c.Message, "\x00", `\x00`))
			stack := stackOf[c.Client]
			if byStack[stack] == nil {
				byStack[stack] = map[string]string{}
			}
			byStack[stack][strings.ReplaceAll(message, "\n", `\n`)] = string(verdict.Classify(stack, c.Message))
		}
	}
	for stack, said := range byStack {
		path := filepath.Join("messages", "testdata", stack+".txt")
		old, err := os.ReadFile(path)
		if err != nil {
			old = fmt.Appendf(nil,
				"# Messages that clients were seen to write: go test ./lab -run TestCatalogue -record\n")
		}
		var head []string
		for line := range strings.Lines(string(old)) {
			line = strings.TrimSuffix(line, "\n")
			if class, message, ok := strings.Cut(line, "\t"); !ok {
				head = append(head, line)
			} else if message = messages.Steady(message); said[message] == "" {
				said[message] = class
			}
		}
		var out bytes.Buffer
		for _, line := range head {
			fmt.Fprintln(&out, line)
		}
		lines := []string{}
		for _, message := range slices.Sorted(maps.Keys(said)) {
			lines = append(lines, said[message]+"\t"+message)
		}
		slices.Sort(lines)
		for _, line := range lines {
			fmt.Fprintln(&out, line)
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
	}
}
