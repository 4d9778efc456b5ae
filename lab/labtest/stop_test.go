package labtest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/labtest"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// TestStops checks that a client which does not accept good is not run against the other scenarios, unless
// KeepGoing is set.
func TestStops(t *testing.T) {
	for how, want := range map[string]int{"stop": 1, "keep-going": 3} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestStop$")
		cmd.Env = append(os.Environ(), "LABTEST_STOP="+how)
		out, err := cmd.CombinedOutput()
		assert.Error(t, err, "it passed")
		assert.Equal(t, want, strings.Count(string(out), "asked: "), "%s: %s", how, out)
		assert.Equal(t, how == "stop", strings.Contains(string(out),
			"the client did not accept good, in which nothing is wrong"), "%s: %s", how, out)
		assert.Equal(t, how == "stop", strings.Contains(string(out), "It said: I do not trust anybody"), how)
	}
}

// TestStop is run by TestStops; by itself it does nothing.
func TestStop(t *testing.T) {
	how := os.Getenv("LABTEST_STOP")
	if how == "" {
		return
	}
	options := []labtest.Option{labtest.Skip(func(s *scenarios.Scenario) bool {
		return !slices.Contains([]string{"good", "expired", "wrong-host"}, s.ID)
	})}
	if how == "keep-going" {
		options = append(options, labtest.KeepGoing())
	}
	labtest.TestClient(t, func(_ context.Context, e serve.Endpoint) error {
		fmt.Println("asked:", e.ID)
		return errors.New("I do not trust anybody")
	}, options...)
}
