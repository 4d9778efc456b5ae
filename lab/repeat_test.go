package lab_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/services/mongodb"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

var repeats = flag.Int("repeat", 0,
	"how often TestRepeat runs the whole matrix, each time with another seed; 0 leaves it out")

// racing are the cells whose class varies by chance between two classes of the scenario, with the reason: by
// scenario and stack.
var racing = map[string]map[string]string{
	"reset-after-certificate":       {"node": libuv, "fetch": libuv, "axios": libuv},
	"mongo-reset-after-certificate": {"mongo-node": libuv},
}

const libuv = "libuv reports a reset as an error or as EOF, depending on which of two events it sees first"

// came is the result of a cell.
type came struct {
	clients.Outcome
	verdict.Kind
	failure.Class
}

// TestRepeat checks that every run of the whole matrix gives the same result, whatever the seed: every client
// has the same outcome, judgement and class in every scenario. For the long run: go test ./lab -run
// TestRepeat -repeat 3 -timeout 2h
func TestRepeat(t *testing.T) {
	if *repeats == 0 {
		t.Skip("-repeat 3 runs the whole matrix three times, which takes many minutes")
	}
	set := discover(t, clients.Options{Quick: true})
	list := append(scenarios.All(), scenarios.Behind(scenarios.MongoDB)...)
	first, said := map[[2]string]came{}, map[[2]string]string{}
	cells, differ := 0, 0
	for n := range *repeats {
		l, err := lab.New(lab.Config{Seed: fmt.Sprint("repetition ", n), Services: []serve.Service{mongodb.Embedded()}})
		require.NoError(t, err)
		run, err := l.Run(t.Context(), list, set, lab.RunOptions{})
		require.NoError(t, err)
		require.NoError(t, l.Close())
		for _, s := range run.Scenarios {
			for _, c := range s.Cells {
				cells++
				key := [2]string{s.ID, c.Client}
				now := came{c.Outcome, c.Kind, c.Class}
				before, ok := first[key]
				if !ok {
					first[key], said[key] = now, c.Message
					continue
				}
				if before == now {
					continue
				}
				if why, ok := racing[s.ID][stackOf(run, c.Client)]; ok && before.Outcome == now.Outcome &&
					before.Kind == now.Kind {
					t.Logf("%s × %s: %s and %s: %s", s.ID, c.Client, before.Class, now.Class, why)
					continue
				}
				differ++
				assert.Equal(t, before, now, "%s × %s in the first run and in run %d\nmessage of the first: %s\n"+
					"message: %s\nthe server saw: %s", s.ID, c.Client, n+1, said[key], c.Message,
					report.Saw(c.Observed))
			}
		}
		t.Logf("run %d: %d clients in %s", n+1, len(set.Clients), run.Duration.Round(1e9))
	}
	t.Logf("%d cells, %d differ", cells, differ)
}

func stackOf(run *result.Run, id string) string {
	for _, c := range run.Clients {
		if c.ID() == id {
			return c.Stack
		}
	}
	return ""
}
