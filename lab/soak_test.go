package lab_test

import (
	"cmp"
	"errors"
	"flag"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/clients/all"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

var soak = flag.Int("soak", 3, "how often TestSoak runs the Go client on each scenario of the families protocol "+
	"and wire; Python runs a tenth as often")

// Concurrent probes. Scenarios that wait for time to pass need no processor.
const (
	soakBusy    = 4
	soakWaiting = 64
)

// TestSoak checks that scenarios of the families protocol and wire always behave the same: each client has
// the same outcome and class in every repetition. For the long run: go test ./lab -run TestSoak -soak 1000
// -timeout 1h
func TestSoak(t *testing.T) {
	l, err := lab.New(lab.Config{Seed: "soak", Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	set, err := all.Discover(t.Context(), clients.Options{Services: []string{"https"}})
	require.NoError(t, err)
	defer func() { require.NoError(t, set.Close()) }()
	repetitions := map[*clients.Client]int{}
	newest := func(stack string) *clients.Client { // versions ascend
		var last *clients.Client
		for _, c := range set.Clients {
			if c.Stack == stack && c.Variant == "default" {
				last = c
			}
		}
		return last
	}
	repetitions[newest("go")] = *soak
	if python := newest("python"); python != nil {
		repetitions[python] = max(1, *soak/10)
	} else {
		t.Log("no Python on this machine: the soak test runs Go only")
	}
	for _, s := range scenarios.All() {
		if s.Family != scenarios.Protocol && s.Family != scenarios.Wire {
			continue
		}
		t.Run(s.ID, func(t *testing.T) {
			in, err := l.Serve(t.Context(), s)
			if runtime.GOOS != "linux" && errors.Is(err, errors.ErrUnsupported) { // Linux supports all of them
				t.Skip(err)
			}
			require.NoError(t, err)
			defer in.Close()
			for c, n := range repetitions {
				begin := time.Now()
				seen := repeat(t, in, c, n)
				assert.Len(t, seen, 1, "the ways in which %s ends in %d repetitions", c.ID(), n)
				t.Logf("%s: %v in %s", c.ID(), seen, time.Since(begin).Round(time.Millisecond))
			}
		})
	}
}

// end is how a probe ended.
type end struct {
	clients.Outcome
	failure.Class
}

// repeat probes a scenario n times with a client, and counts how the probes ended.
func repeat(t *testing.T, in *lab.Instance, c *clients.Client, n int) map[end]int {
	var group errgroup.Group
	group.SetLimit(soakBusy)
	if in.Scenario.Patience > 0 || in.Scenario.Server.Fault == scenarios.FaultSlow {
		group.SetLimit(soakWaiting)
	}
	var mu sync.Mutex
	seen := map[end]int{}
	for range n {
		group.Go(func() error {
			r := c.Probe(t.Context(), clients.Request{Endpoint: in.Endpoint,
				Timeout: cmp.Or(in.Scenario.Patience, 10*time.Second)})
			e := end{r.Outcome, ""}
			if r.Outcome == clients.Rejected {
				e.Class = verdict.Classify(c.Stack, r.Message)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[e]++
			if seen[e] == 1 {
				assert.NotEqual(t, clients.Failed, r.Outcome, "%s: %s", c.ID(), strings.TrimSpace(r.Message))
				assert.False(t, e.Class == "" && r.Outcome == clients.Rejected, "%s: %s: %s", c.ID(), r.Outcome,
					strings.TrimSpace(r.Message))
			}
			return nil
		})
	}
	group.Wait()
	if n > 0 && in.Scenario.Expect.Verdict == scenarios.Reject && in.Scenario.Expect.Level == scenarios.Must {
		for e := range seen {
			assert.Contains(t, in.Scenario.Expect.Failures, e.Class, "%s ends with %s, and not as the catalogue says",
				c.ID(), e.Outcome)
		}
	}
	return seen
}
