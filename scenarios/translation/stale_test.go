package translation

import (
	"testing"

	"example.com/tlslab/scenarios"
)

// TestStale finds translations of what is no longer in the catalogue.
func TestStale(t *testing.T) {
	for id := range chinese() {
		if _, ok := scenarios.Lookup(id); !ok {
			t.Errorf("there is no scenario %s any more", id)
		}
	}
	columns := map[string]bool{}
	for _, c := range scenarios.OCSPColumns() {
		columns[c.Where] = true
	}
	for where := range zhOCSPColumns {
		if !columns[where] {
			t.Errorf("MongoDB's matrix has no column %q any more", where)
		}
	}
}
