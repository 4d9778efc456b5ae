package lab_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/stack"
	"example.com/tlslab/lab/mongo"
	"example.com/tlslab/lab/mongo/godriver"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

var (
	record = flag.Bool("record", false, "add what clients say to the recorded messages of lab/verdict")
	only   = flag.String("client", "", "run these clients alone, with commas between, as tlslab run --client names them")
)

// TestCatalogue runs the whole catalogue on every client of this machine: no error, no void, and
// whatever is not ok is declared by the variant or explained by the scenario.
func TestCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole catalogue on every client takes minutes")
	}
	set := discover(t, clients.Options{Services: []string{string(scenarios.HTTPS)}})
	reproduce(t, lab.Config{Seed: "catalogue"}, scenarios.All(), set)
}

// TestMongoCatalogue is TestCatalogue for MongoDB's drivers.
func TestMongoCatalogue(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole catalogue on every driver takes minutes")
	}
	set := discover(t, clients.Options{Services: []string{string(scenarios.MongoDB)}, More: []stack.Stack{godriver.Stack()}})
	reproduce(t, lab.Config{Seed: "catalogue", Services: []serve.Service{mongo.Embedded()}}, scenarios.Behind(scenarios.MongoDB), set)
}

// discover finds clients, and ends them with the test.
func discover(t *testing.T, o clients.Options) *clients.Set {
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	set, err := clients.Discover(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

// reproduce runs scenarios on clients, holds every judgement to be documented, and records what
// was said if it is asked to.
func reproduce(t *testing.T, c lab.Config, list []*scenarios.Scenario, set *clients.Set) {
	c.Dir = t.TempDir()
	l, err := lab.New(c)
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
			if c.Disagreement != "" && c.Kind == verdict.OK {
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
	}
}

// fleeting is what changes from run to run in a message, and the word that is recorded for it.
var fleeting = []struct {
	*regexp.Regexp
	word string
}{
	{regexp.MustCompile(`\b(localhost|127\.0\.0\.1|[a-z.]*tlslab\.test):\d+`), "$1:PORT"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`notAfter=.* GMT`), "notAfter=TIME"},
	{regexp.MustCompile(`notBefore=.* GMT`), "notBefore=TIME"},
	{regexp.MustCompile(`\b[0-9A-F]{12,16}:error`), "ADDRESS:error"},
	{regexp.MustCompile(`after \d+ (ms|milliseconds)`), "after N $1"},
	{regexp.MustCompile(` port \d+ `), " port PORT "},
	{regexp.MustCompile(`(127\.0\.0\.1:PORT->127\.0\.0\.1):\d+`), "$1:PORT"},
	{regexp.MustCompile(`ended the client after [\d.]+s`), "ended the client after TIME"},
	{regexp.MustCompile(` on [\d.]+:53: `), " on RESOLVER: "},
	{regexp.MustCompile(`\bdoes-not-exist\.invalid:\d+`), "does-not-exist.invalid:PORT"},
	{regexp.MustCompile(`\d+ (bytes remaining to read|more expected)`), "N $1"},
	{regexp.MustCompile(`(time|Update) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC`), "$1 TIME"},
	{regexp.MustCompile(`:PORT\[-\d+\]`), ":PORT[-N]"},
	{regexp.MustCompile(`after \d+ms \(`), "after TIME ("},
	{regexp.MustCompile(`connectTimeoutMS: \d+\)`), "connectTimeoutMS: TIME)"},
	{regexp.MustCompile(`TimeoutMS: [\d.]+ms`), "TimeoutMS: TIME"},
	{regexp.MustCompile(`_ssl\.c:\d+`), "_ssl.c:LINE"},
	{regexp.MustCompile(`(\.\./(?:crypto|ssl)/[\w/]+\.c):\d+`), "$1:LINE"},
	{regexp.MustCompile(`verification time \d+ \(UNIX\), but certificate is not valid (after|before) \d+ \(\d+ seconds`), "verification time TIME (UNIX), but certificate is not valid $1 TIME (N seconds"},
	{regexp.MustCompile(`TestCatalogue\d+`), "TestCatalogue"},
	{regexp.MustCompile(`\b(NotAfter|NotBefore|date): \w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}`), "$1: TIME"},
}

// write adds what clients said to the messages that are recorded.
func write(t *testing.T, run *report.Run) {
	messages := map[string]map[string]string{} // by stack and message: the class
	stackOf := map[string]string{}             // by client
	for _, c := range run.Clients {
		stackOf[c.ID()] = c.Stack
	}
	for _, s := range run.Scenarios {
		for _, c := range s.Cells {
			if c.Outcome != clients.Rejected || !c.Documented || c.Kind == verdict.Unsupported { // by its control
				continue
			}
			message := strings.ReplaceAll(c.Message, "\x00", `\x00`)
			for _, f := range fleeting {
				message = f.ReplaceAllString(message, f.word)
			}
			stack := stackOf[c.Client]
			if messages[stack] == nil {
				messages[stack] = map[string]string{}
			}
			messages[stack][strings.ReplaceAll(message, "\n", `\n`)] = string(verdict.Classify(stack, c.Message))
		}
	}
	for stack, said := range messages {
		path := filepath.Join("verdict", "testdata", stack+".txt")
		old, err := os.ReadFile(path)
		if err != nil {
			old = fmt.Appendf(nil, "# Messages that clients were seen to write: go test ./lab -run TestCatalogue -record\n")
		}
		var head []string
		for line := range strings.Lines(string(old)) {
			line = strings.TrimSuffix(line, "\n")
			if class, message, ok := strings.Cut(line, "\t"); !ok {
				head = append(head, line)
			} else if _, again := said[message]; !again {
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
