package scenarios_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

// fromOutside are the differences between a scenario's chain and its copy that cannot be seen from outside, with the
// reason. Each must occur.
var fromOutside = map[string]map[string]string{}

// seen returns a chain as a client sees it that trusts what it should trust.
func seen(s *scenarios.Scenario, c *pki.Chain) pki.Seen {
	holds := c.HoldsKey()
	out := pki.Seen{At: at, Host: s.Host, Staple: c.Staple, KeyProven: &holds}
	if out.Host == "" {
		out.Host = "localhost"
	}
	for _, m := range c.Sent {
		out.Sent = append(out.Sent, m.DER)
	}
	for _, m := range c.Trusted {
		out.Roots = append(out.Roots, m.DER)
	}
	return out
}

// TestRecipeOf copies every chain of the catalogue from what is sent, mints the copy, and compares it from outside.
func TestRecipeOf(t *testing.T) {
	equal := 0
	for _, s := range declared() {
		t.Run(s.ID, func(t *testing.T) {
			chain := mint(t, minter(), s)
			original := seen(s, chain)
			copied, err := pki.RecipeOf(original, pki.RecipeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(copied.Recipe)
			if err != nil {
				t.Fatal(err)
			}
			again, err := minter().Mint("copy", copied.Recipe)
			if err != nil {
				t.Fatalf("%v: recipe %s", err, text)
			}
			twin := *s
			twin.Host = copied.Host
			var got []string
			for _, d := range pki.CompareSeen(seen(&twin, again), original) {
				got = append(got, d.String())
				if fromOutside[s.ID][d.String()] == "" {
					t.Errorf("%s: the copy has %q, the original %q", d, d.Got, d.Want)
				}
			}
			if a, b := verified(chain, original.Host), verified(again, copied.Host); a != b {
				got = append(got, "verdict")
				if fromOutside[s.ID]["verdict"] == "" {
					t.Errorf("crypto/x509 says %q of the original, and %q of the copy", a, b)
				}
			}
			for what := range fromOutside[s.ID] {
				if !slices.Contains(got, what) {
					t.Errorf("%s is declared as not seen from outside, but does not differ", what)
				}
			}
			t.Logf("recipe %s, notes %s", text, copied.Notes)
			if t.Failed() {
				return
			}
			equal++
		})
	}
	t.Logf("%d of %d chains are equal to their copies from outside", equal, len(declared()))
}

// verified returns what crypto/x509 says of a chain, without the names.
func verified(c *pki.Chain, host string) string {
	err := c.Verify(host, at)
	if err == nil {
		return "good"
	}
	text, _, _ := strings.Cut(err.Error(), ":")
	return fmt.Sprintf("%T %.40s", err, text)
}
