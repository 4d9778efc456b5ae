package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tlslab": main, "client": ownClient})
}

// TestScripts runs the real command as the scripts in testdata say. To update the output in them:
// UPDATE_SCRIPTS=1 go test ./lab/cmd/tlslab
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"PATH", "PYENV_ROOT", "GOCOVERDIR"} { // for the stacks of this machine
				env.Setenv(name, os.Getenv(name))
			}
			if path, err := python(); err == nil {
				env.Setenv("PYTHON", path)
			}
			return nil
		},
		Condition: lacks,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":       exits,
			"smallerthan": smallerThan,
			"witness":     witness(),
			"takeport":    takePort,
			"waitfor":     waitFor,
			"probe":       probe,
			"jsonfield":   jsonField,
			"looksat":     looksAt,
			"endpoint":    endpoint,
		},
	})
}

// exits runs a command and checks its exit status: exits 2 tlslab frob.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits STATUS COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// smallerThan checks that a command wrote fewer bytes than given: smallerthan 100000.
func smallerThan(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := len(ts.ReadFile("stdout")); n >= most {
		ts.Fatalf("it wrote %d bytes, want fewer than %d", n, most)
	}
}

// takePort listens on a port until the script ends. It sets TAKENPORT to the port, and TAKEN to the base port that
// gives it to the scenario with offset 101.
func takePort(ts *testscript.TestScript, _ bool, _ []string) {
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		if port := l.Addr().(*net.TCPAddr).Port; port < 59000 { // leave room for the offsets
			ts.Defer(func() { l.Close() })
			ts.Setenv("TAKEN", fmt.Sprint(port-101))
			ts.Setenv("TAKENPORT", fmt.Sprint(port))
			return
		}
		l.Close()
	}
	ts.Fatalf("found no port")
}

// waitFor waits until a file exists that a command in the background writes.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(waitForFile(ts.MkAbs(args[0])))
}

// probe connects to each scenario of endpoints.json with Go's client, and checks that it accepts what it must accept
// and rejects what it must reject.
func probe(ts *testscript.TestScript, _ bool, args []string) {
	doc := readEndpoints(ts, args[0])
	set, err := all.Discover(context.Background(), clients.Options{Only: []string{"go/default"}})
	ts.Check(err)
	defer set.Close()
	for _, e := range doc {
		r := set.Clients[0].Probe(context.Background(), clients.Request{Endpoint: e})
		if e.ExpectFrom.After(time.Now()) {
			e.Expect = "accept" // it has not expired yet
		}
		want := map[string]clients.Outcome{"accept": clients.Accepted, "reject": clients.Rejected}[e.Expect]
		if e.Level == "must" && r.Outcome != want {
			ts.Fatalf("%s: %s (%s), want %s", e.ID, r.Outcome, r.Message, want)
		}
	}
}

// endpoint sets a variable to HOST:PORT of a scenario in endpoints.json: endpoint lab/endpoints.json expired EXPIRED.
func endpoint(ts *testscript.TestScript, _ bool, args []string) {
	for _, e := range readEndpoints(ts, args[0]) {
		if e.ID == args[1] {
			ts.Setenv(args[2], net.JoinHostPort(e.Host, strconv.Itoa(e.Port)))
			return
		}
	}
	ts.Fatalf("%s is not served", args[1])
}

// jsonField checks that stdout is JSON with a value at a path of names and numbers: jsonfield 0.id expired.
func jsonField(ts *testscript.TestScript, _ bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for name := range strings.SplitSeq(args[0], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(x) {
				ts.Fatalf("%s: no such element", args[0])
			}
			v = x[i]
		}
	}
	if got := fmt.Sprint(v); got != args[1] {
		ts.Fatalf("%s is %q, want %q", args[0], got, args[1])
	}
}

// TestFullDisk checks that it is an error if results cannot be written, whatever they are.
func TestFullDisk(t *testing.T) {
	for _, args := range [][]string{
		{"list"}, {"show", "expired"},
		{"run", "good", "--client", "go/default"}, {"run", "good", "--client", "go/insecure"},
	} {
		var stderr bytes.Buffer
		assert.Equal(t, exitLab, run(t.Context(), args, full{}, &stderr), args)
		assert.Contains(t, stderr.String(), "no space left", args)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }
