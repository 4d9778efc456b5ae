package scenarios_test

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios"
)

var update = flag.Bool("update", false, "rewrite testdata/golden.txt")

const golden = "testdata/golden.txt"

// TestGolden pins every byte of the catalogue with a digest of each scenario's files, and its port.
func TestGolden(t *testing.T) {
	m := minter()
	var b strings.Builder
	for _, s := range declared() {
		fmt.Fprintf(&b, "%s %d %s\n", digest(t, mint(t, m, s)), s.Port, s.ID)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() == string(want) {
		return
	}
	wants := strings.Split(string(want), "\n")
	for i, got := range strings.Split(b.String(), "\n") {
		if i >= len(wants) || got != wants[i] {
			t.Errorf("minted now: %s; golden: %s", got, strings.Join(wants[min(i, len(wants)):min(i+1, len(wants))],
				""))
		}
	}
	t.Error("same seed and time must give the same bytes; if the change is intended: " +
		"go test ./scenarios -run Golden -update")
}

// TestAlone checks that a scenario minted alone, in another order and by another Minter, has the same bytes
// as when minted with all others.
func TestAlone(t *testing.T) {
	all := minter()
	for _, s := range declared() {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			if digest(t, mint(t, all, s)) != digest(t, mint(t, newMinter(t), s)) {
				t.Error("it has other bytes when minted alone")
			}
		})
	}
}

// digest returns a digest of a chain's files.
func digest(t *testing.T, c *pki.Chain) string {
	files, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s %d\n", f.Name, len(f.Data))
		h.Write(f.Data)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

func checkRoundTrip(t *testing.T, m *pki.Minter, s *scenarios.Scenario) {
	data, err := json.Marshal(s.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pki.ParseRecipe(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.Mint(s.ID, r)
	if err != nil {
		t.Fatal(err)
	}
	if digest(t, again) != digest(t, mint(t, m, s)) {
		t.Errorf("recipe %s mints other bytes after a round trip through JSON", data)
	}
}
