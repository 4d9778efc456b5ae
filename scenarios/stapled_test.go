package scenarios_test

import (
	"slices"
	"testing"

	"example.com/tlslab/scenarios"
)

// namesNone are the rows that staple for a leaf that names no responder on purpose: a row of its own
// shows the same with one.
var namesNone = map[string]string{"good-must-staple": "good-must-staple-ocsp"}

// TestStapledNamesResponder holds every leaf that comes with a staple to name the responder that the
// staple is from: libtls refuses a staple otherwise ("no OCSP URLs in peer certificate").
func TestStapledNamesResponder(t *testing.T) {
	list := slices.Concat(scenarios.All(), scenarios.Behind(scenarios.Mongod))
	stapled := 0
	for _, s := range list {
		if s.Recipe.Staple == nil {
			continue
		}
		stapled++
		if twin, ok := scenarios.Lookup(namesNone[s.ID]); ok && twin.Recipe.Leaf.OCSP && twin.Recipe.Staple != nil {
			continue
		}
		if !s.Recipe.Leaf.OCSP || len(mint(t, minter(), s).Leaf().Cert.OCSPServer) == 0 {
			t.Errorf("%s staples, and its leaf names no responder", s.ID)
		}
	}
	if stapled < 10 {
		t.Errorf("only %d rows staple: they are looked for in the wrong place", stapled)
	}
}
