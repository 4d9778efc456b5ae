package scenarios_test

import (
	"testing"

	"example.com/tlslab/scenarios"
)

// namesNone are scenarios that staple although their leaf deliberately names no responder. The value is the
// scenario that shows the same with a responder.
var namesNone = map[string]string{"good-must-staple": "good-must-staple-ocsp"}

// TestStapledNamesResponder checks that every leaf with a staple names the responder of the staple. Otherwise
// libtls refuses the staple ("no OCSP URLs in peer certificate").
func TestStapledNamesResponder(t *testing.T) {
	list := scenarios.Declared()
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
			t.Errorf("%s staples, but its leaf names no responder", s.ID)
		}
	}
	if stapled < 10 {
		t.Errorf("only %d rows staple: the test does not find them", stapled)
	}
}
