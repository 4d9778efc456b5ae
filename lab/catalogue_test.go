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

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// recordDir is where what every client did is recorded.
var recordDir = filepath.Join("result", "matrix")

var (
	record = flag.Bool("record", false, "record what clients do, and add what they say to the messages of lab/messages")
	only   = flag.String("clients", "", "run the catalogue on these clients alone: requests,python-3.8")
)

// TestCatalogue runs the whole catalogue on every client of this machine: no error, no void, and
// whatever is not ok is declared by the variant or explained by the scenario.
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

// browser is the stack of Chromium, which takes as long with the catalogue as all others together.
const browser = "chromium"

// TestBrowser is a short TestCatalogue for Chromium, on the rows that tell most: what it names
// by its error code, by its log of certificates and by that of handshakes, what it knows of a client
// certificate and of its own files, and how it ends. All rows: -run 'TestCatalogue$' -clients chromium.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser takes a second to start, for each root and client certificate")
	}
	list := lookUp(t, "good", "expired", "not-yet-valid", "wrong-host", "wrong-ip", "good-wildcard", "untrusted-root", "tampered-leaf",
		"path-too-long", "key-mismatch", "revoked-stapled", "good-client-certificate", "client-certificate-missing", "client-certificate-expired",
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

// TestMongoCatalogue is TestCatalogue for MongoDB's drivers: every scenario on each as it comes.
// Their other variants are options of what is verified and of the client's own files, so that those
// are not run on the families of keys, handshake and wire, which takes as long again.
func TestMongoCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole catalogue on every driver takes minutes")
	}
	set := discover(t, clients.Options{Services: []string{string(scenarios.MongoDB)}})
	byDefault := func(c *clients.Client) bool { return c.Variant == "default" }
	others := slices.DeleteFunc(slices.Clone(set.Clients), byDefault)
	set.Clients = slices.DeleteFunc(set.Clients, func(c *clients.Client) bool { return !byDefault(c) })
	everything := scenarios.Behind(scenarios.MongoDB)
	reproduce(t, lab.Config{Seed: "catalogue", Services: []serve.Service{mongo.Embedded()}}, everything, set)

	set.Clients = others
	reproduce(t, lab.Config{Seed: "catalogue", Services: []serve.Service{mongo.Embedded()}}, slices.DeleteFunc(everything, func(s *scenarios.Scenario) bool {
		return slices.Contains([]scenarios.Family{scenarios.Keys, scenarios.Protocol, scenarios.Wire}, s.Family)
	}), set)
}

// TestDrivers is a short TestMongoCatalogue: the drivers as they come, on the rows of MongoDB's own
// TLS pages that tell most.
func TestDrivers(t *testing.T) {
	list := lookUp(t, "mongo-good", "mongo-expired", "mongo-wrong-host", "mongo-revoked-stapled", "mongo-client-certificate-missing",
		"mongo-client-key-encrypted", "mongo-client-key-wrong-passphrase", "mongo-plain-http")
	set := discover(t, clients.Options{Services: []string{string(scenarios.MongoDB)}})
	reproduce(t, lab.Config{Seed: "drivers", Services: []serve.Service{mongo.Embedded()}}, list, set)
}

// discover finds clients, and ends them with the test.
func discover(t *testing.T, o clients.Options) *clients.Set {
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	set, err := all.Discover(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

// reproduce runs scenarios on clients, holds every judgement to be documented, and records what
// was said if it is asked to.
func reproduce(t *testing.T, c lab.Config, list []*scenarios.Scenario, set *clients.Set) {
	l, err := lab.New(c) // in a directory with a short name: curl cuts messages off
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()

	run, err := l.Run(context.Background(), list, set, lab.RunOptions{})
	require.NoError(t, err)
	counts := map[verdict.Kind]int{}
	for _, s := range run.Scenarios {
		for _, c := range s.Cells {
			counts[c.Kind]++
			if !c.Documented {
				t.Errorf("%s × %s: %s %s: %s\nmessage: %s\nthe server saw: %s", s.ID, c.Client, c.Kind, c.Class, c.Why, c.Message, report.Saw(c.Observed))
			}
			if !c.Disagreement.IsZero() && c.Kind == verdict.OK {
				t.Errorf("%s × %s: %s\nmessage: %s", s.ID, c.Client, c.Disagreement, c.Message)
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

// write adds what clients said to the messages that are recorded.
func write(t *testing.T, run *result.Run) {
	byStack := map[string]map[string]string{} // by stack and message: the class
	stackOf := map[string]string{}            // by client
	for _, c := range run.Clients {
		stackOf[c.ID()] = c.Stack
	}
	for _, s := range run.Scenarios {
		for _, c := range s.Cells {
			if c.Outcome != clients.Rejected || !c.Documented || c.Kind == verdict.Unsupported { // by its control
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
			old = fmt.Appendf(nil, "# Messages that clients were seen to write: go test ./lab -run TestCatalogue -record\n")
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
