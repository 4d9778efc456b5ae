package mimic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/mimic"
	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// TestSteadyDates checks that a copy is as expired at any time of a day as its original was: it is minted for the
// midnight before.
func TestSteadyDates(t *testing.T) {
	for notAfter, want := range map[pki.Moment]struct {
		copied  pki.Moment
		verdict scenarios.Verdict
	}{
		"-2h":  {"-1s", scenarios.Reject}, // earlier on the day on which it was seen
		"5h":   {"24h", scenarios.Accept}, // later on that day
		"-30h": {"-14h30m", scenarios.Reject},
	} {
		sent, roots, at := chainOf(t, pki.Recipe{Leaf: pki.Certificate{NotBefore: "-2000h", NotAfter: notAfter}})
		c, err := mimic.Chain(sent, roots, "localhost", at, mimic.Options{})
		require.NoError(t, err)
		assert.Equal(t, want.copied, c.Scenario.Recipe.Leaf.NotAfter, notAfter)
		assert.Equal(t, want.verdict, c.Scenario.Expect.Verdict, notAfter)
	}
}
