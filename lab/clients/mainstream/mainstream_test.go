package mainstream_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/mainstream"
	"example.com/tlslab/lab/clients/python"
	"example.com/tlslab/lab/clients/undertest"
	"example.com/tlslab/lab/internal/needs"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is a program's time limit on a busy machine.
const patience = time.Minute

// program is a program under test, with how its script is started and its measured behaviour.
type program struct {
	name string
	find func() (command []string, err error)
	// refuses are the scenarios that it refuses besides expired, with the class of its message, or an empty
	// class if the message is not recognised. It accepts all others.
	refuses map[string]failure.Class
}

// all are the programs. Each must accept good and must refuse expired for that reason, as shown by its
// message or by the alert that the server received. The other scenarios show what the root's properties mean
// to it: see pki/README.md.
var all = []program{{
	name: "curl_cffi", find: withPython("curl_cffi", "boringssl.py"),
	refuses: map[string]failure.Class{"constraints-on-addresses": failure.NameConstraint,
		"outside": failure.NameConstraint},
}, {
	name: "python-mbedtls", find: withPython("mbedtls", "mbed.py"),
	refuses: map[string]failure.Class{"constraints-critical-root": failure.Malformed},
}, {
	name: "bun", find: fromNPM("@oven/bun-*/bin/bun", "bun.js"),
	refuses: map[string]failure.Class{"constraints-on-addresses": failure.NameConstraint,
		"outside": failure.NameConstraint},
}, {
	name: "deno",
	find: fromNPM("@deno/*/deno", "deno.js", "run", "--quiet", "--no-config", "--no-remote", "--allow-net",
		"--allow-read"),
	refuses: map[string]failure.Class{"outside": failure.NameConstraint},
}, {
	name: "erlang", find: onPath("erlang.escript", "escript"),
}, {
	name: "tstclnt", find: onPath("nss.sh", "sh", "tstclnt", "certutil"),
	refuses: map[string]failure.Class{"outside": failure.NameConstraint},
}}

// withPython finds an interpreter in the environment that has a package.
func withPython(pkg, script string) func() ([]string, error) {
	return func() ([]string, error) {
		places := python.Made(mainstream.Python().Name, pkg)
		if len(places) == 0 {
			return nil, fmt.Errorf("no environment has %s: make clients CLIENTS=%s", pkg, mainstream.Python().Name)
		}
		return []string{places[0].Path, "-E", "-s", "-B", in(script)}, nil
	}
}

// fromNPM finds a program in the environment, which has one for each platform.
func fromNPM(pattern, script string, args ...string) func() ([]string, error) {
	return func() ([]string, error) {
		for _, path := range mainstream.Installed(pattern) {
			if exec.Command(path, "--version").Run() == nil { // for this machine's C library
				return slices.Concat([]string{path}, args, []string{in(script)}), nil
			}
		}
		return nil, fmt.Errorf("no environment has %s: make clients CLIENTS=%s", pattern, mainstream.Node().Name)
	}
}

// onPath finds the program that runs a script, and checks for what else the script needs.
func onPath(script, program string, more ...string) func() ([]string, error) {
	return func() ([]string, error) {
		for _, name := range append(more, program) {
			if _, err := exec.LookPath(name); err != nil {
				return nil, fmt.Errorf("there is no %s on PATH", name)
			}
		}
		return []string{program, in(script)}, nil
	}
}

// in returns the path of a script. Tests run in their package's directory, clients in the lab's.
func in(script string) string {
	path, err := filepath.Abs(filepath.Join("testdata", script))
	if err != nil {
		panic(err) // there is no working directory
	}
	return path
}

// TestControl runs good, expired and the scenarios about the lab's root on each program.
func TestControl(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the scripts are for Unix")
	}
	t.Setenv("DENO_DIR", t.TempDir())
	t.Setenv("DENO_NO_UPDATE_CHECK", "1") // keeps traffic on this machine
	t.Setenv("BUN_RUNTIME_TRANSPILER_CACHE_PATH", "0")
	l, err := lab.New(lab.Config{Seed: "mainstream", Dir: t.TempDir(), ClientFiles: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			command, err := s.find()
			needs.Stack(t, s.name, err == nil, said(err))
			for _, row := range ask(t, l, append(command, "{host}", "{connect}", "{ca}")) {
				check(t, s, row.ID, row.Cells[0])
			}
		})
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// ask runs the scenarios on a program, as tlslab test does.
func ask(t *testing.T, l *lab.Lab, command []string) []result.Scenario {
	set, err := clients.Open(t.Context(), undertest.Stack(undertest.Options{Command: command}))
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	var list []*scenarios.Scenario
	for _, id := range []string{"good", "expired", "constraints-critical-root", "constraints-on-addresses"} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		list = append(list, s)
	}
	for id, host := range map[string]string{"inside": "www.tlslab.test", "outside": "www.google.com"} {
		list = append(list, &scenarios.Scenario{
			ID: id, Host: host, Service: scenarios.HTTPS,
			Recipe: pki.Recipe{Leaf: pki.Certificate{SAN: []string{"DNS:" + host}}},
			Expect: scenarios.Expectation{Verdict: scenarios.Accept, Level: scenarios.Must},
		})
	}
	run, err := l.Run(t.Context(), list, set, lab.RunOptions{Timeout: patience, Parallel: 1})
	require.NoError(t, err)
	require.Len(t, run.Scenarios, len(list))
	return run.Scenarios
}

// check compares a program's result with the measured behaviour.
func check(t *testing.T, s program, id string, cell result.Cell) {
	t.Log(id, cell.Outcome, cell.Kind, cell.Class, cell.Message, report.Saw(cell.Observed))
	class, refuses := s.refuses[id]
	switch {
	case id == "expired":
		assert.Equal(t, clients.Rejected, cell.Outcome, "expired: %s", cell.Message)
		assert.Equal(t, verdict.OK, cell.Kind, "expired: it is refused as %q: %s", cell.Class, cell.Message)
		assert.Equal(t, failure.Expired, cell.Class)
	case refuses:
		assert.Equal(t, clients.Rejected, cell.Outcome, "%s was measured to be refused", id)
		assert.Equal(t, class, cell.Class, "%s: %s", id, cell.Message)
	default:
		assert.Equal(t, clients.Accepted, cell.Outcome, "%s: %s", id, cell.Message)
		asked := func(o serve.Observation) bool { return o.ApplicationData }
		assert.True(t, slices.ContainsFunc(cell.Observed, asked), "%s: it sent no request", id)
	}
}
