package verdict_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// A client that demands a staple is judged where the control staples, and nowhere else.
func TestUnable(t *testing.T) {
	demanding := clients.Info{Stack: "curl", Variant: "cert-status", Demands: []string{scenarios.SuppliesStaple}}
	choosy := clients.Info{Stack: "java", Variant: "revocation", Demands: []string{
		scenarios.SuppliesStaple, scenarios.SuppliesOCSP, scenarios.SuppliesCRL,
	}}
	for id, want := range map[string][2]bool{
		"good":             {false, false},
		"expired":          {false, false}, // its control is good
		"good-stapled":     {true, true},
		"good-must-staple": {true, true},
		"good-ocsp":        {false, true},
		"good-crl":         {false, true},
	} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		assert.Empty(t, verdict.Unable(s, clients.Info{Stack: "go", Variant: "default"}), id)
		for i, c := range []clients.Info{demanding, choosy} {
			why := verdict.Unable(s, c)
			assert.Equal(t, want[i], why.IsZero(), "%s: %s", id, why)
			if !why.IsZero() {
				assert.Contains(t, why.Text, "has none", id)
			}
		}
	}
	missing := &scenarios.Scenario{ID: "must-staple-missing", Control: "good-must-staple"}
	assert.Empty(
		t, verdict.Unable(missing, demanding), "the control staples, the scenario does not: that is the defect",
	)
}
