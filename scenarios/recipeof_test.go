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

// hidden are the fields in which a chain and its copy differ because they cannot be seen from outside, or must not
// be kept. Each must occur.
var hidden = map[string]string{
	"client.present":  "a server does not show the certificates that it accepts",
	"chain.responder": "the OCSP responder's answers are not in the handshake",
	"chain.crl":       "neither are CRLs",
	"leaf.subject":    "the text of a name is replaced",
}

// hiddenOf are the same, for single scenarios.
var hiddenOf = map[string]map[string]string{
	"impostor-root": {
		"intermediate.signature":              "a key that is not here cannot be told from a changed signature",
		"intermediate.authorityKeyIdentifier": "the issuer whose key it names was not sent",
		"impostor-root.present":               "it was not sent",
	},
	"wrong-intermediate": named("chain.sent", "other-intermediate.present", "other-ca.present"),
	"rotated-root": named("chain.sent", "new-root.present", "other-root.present",
		"intermediate.issuer"),
	"good-cross-signed": named("chain.sent", "chain.trusted", "old-root.present", "cross.present",
		"other-root.present", "other-ca.present"),
	"good-extra-certificate":       named("chain.sent", "unrelated.present", "other.present"),
	"staple-wrong-signer":          named("chain.staple"),
	"staple-unauthorized-delegate": named("chain.staple"),
}

// named returns differences that follow from the names of certificates.
func named(differences ...string) map[string]string {
	m := map[string]string{}
	for _, d := range differences {
		m[d] = "the copy gives certificates off the path names of its own"
	}
	return m
}

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

// TestRecipeOf copies every chain of the catalogue from what is sent, mints the copy, and compares the two: from
// outside, where nothing may differ, and in all that the lab knows of them.
func TestRecipeOf(t *testing.T) {
	equal, occurred := 0, map[string]bool{}
	for _, s := range declared() {
		t.Run(s.ID, func(t *testing.T) {
			chain := mint(t, minter(), s)
			original := seen(s, chain)
			copied, err := pki.RecipeOf(original, pki.RecipeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			again, err := minter().Mint("copy", copied.Recipe)
			if err != nil {
				t.Fatal(err)
			}
			twin := *s
			twin.Host = copied.Host
			for _, d := range pki.CompareSeen(seen(&twin, again), original) {
				t.Errorf("from outside, %s: the copy has %q, the original %q", d, d.Got, d.Want)
			}
			if a, b := judgedByGo(chain, original.Host), judgedByGo(again, copied.Host); a != b {
				t.Errorf("crypto/x509 says %q of the original, and %q of the copy", a, b)
			}
			for _, d := range pki.Compare(again, chain) {
				name := d.String()
				if hiddenOf[s.ID][name] != "" {
					name = s.ID + ": " + name
				} else if hidden[name] == "" {
					t.Errorf("%s: the copy has %q, the original %q", d, d.Got, d.Want)
				}
				occurred[name] = true
			}
			if !t.Failed() {
				equal++
			}
			text, err := json.Marshal(copied.Recipe)
			t.Logf("%s %v, notes %s", text, err, copied.Notes)
		})
	}
	t.Logf("%d of %d chains are equal to their copies", equal, len(declared()))
	checkOccurred(t, occurred)
}

// checkOccurred fails for declared differences that do not occur.
func checkOccurred(t *testing.T, occurred map[string]bool) {
	for name := range hidden {
		if !occurred[name] {
			t.Errorf("%s is declared as hidden, but differs in no scenario", name)
		}
	}
	for id, list := range hiddenOf {
		for name := range list {
			if !occurred[id+": "+name] {
				t.Errorf("%s is declared as hidden in %s, but does not differ", name, id)
			}
		}
	}
}

// judgedByGo returns what crypto/x509 says of a chain, without the names.
func judgedByGo(c *pki.Chain, host string) string {
	err := c.Verify(host, at)
	if err == nil {
		return "good"
	}
	text, _, _ := strings.Cut(err.Error(), ":")
	return fmt.Sprintf("%T %.40s", err, text)
}

// TestRecipeOfGood checks that the recipe of a good chain is the zero recipe, and that a defect is all that the
// recipe of a broken one says.
func TestRecipeOfGood(t *testing.T) {
	for id, want := range map[string]string{
		"good":                 `{}`,
		"good-rsa2048":         `{"key":"rsa-2048"}`,
		"expired":              `{"leaf":{"not_after":"-24h"}}`,
		"missing-intermediate": `{"send":["leaf"]}`,
		"self-signed":          `{"intermediates":[],"leaf":{"issuer":"leaf"}}`,
		"wrong-host":           `{"leaf":{"common_name":"other.tlslab.test","san":["DNS:other.tlslab.test"]}}`,
		"key-mismatch":         `{"serve_key":"another key"}`,
		"version-1-ca":         `{"intermediates":[{"version":1}]}`,
		"common-name-only":     `{"leaf":{"omit":["subjectAltName"]}}`,
	} {
		s, ok := scenarios.Lookup(id)
		if !ok {
			t.Errorf("no scenario %s", id)
			continue
		}
		original := seen(s, mint(t, minter(), s))
		copied, err := pki.RecipeOf(original, pki.RecipeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(copied.Recipe)
		if err != nil || string(got) != want {
			t.Errorf("recipe of %s: %s (%v); want %s", id, got, err, want)
		}
		if slices.ContainsFunc(copied.Notes, func(n pki.Note) bool { return n.What != "" }) {
			t.Errorf("notes of %s: %s; want none", id, copied.Notes)
		}
	}
}
