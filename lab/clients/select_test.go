package clients

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPattern(t *testing.T) {
	info := Info{Stack: "python", Version: "3.11.7", Variant: "strict"}
	for p, want := range map[pattern]bool{
		"python":                true,
		"python/strict":         true,
		"python-3":              true,
		"python-3.11":           true,
		"python-3.11/strict":    true,
		"python-3.11.7/strict":  true,
		"python-3.11.7":         true,
		"":                      false,
		"/strict":               false,
		"py":                    false,
		"python/":               false,
		"python/default":        false,
		"python-3.1":            false,
		"python-3.11.70":        false,
		"python3.11":            false,
		"python-aiohttp":        false,
		"python-3.11.7/default": false,
	} {
		assert.Equal(t, want, p.matches(info), "%q", p)
	}
}

func TestMayMatch(t *testing.T) {
	for _, test := range []struct {
		pattern pattern
		version string // what the place tells
		want    bool
	}{
		{"python", "3.11.7", true},
		{"python/strict", "3.11.7", true},
		{"python-3.11", "3.11.7", true},
		{"python-3.11.7/default", "3", true},
		{"python-3.11.7/default", "", true},
		{"python-3.11", "3.10.13", false},
		{"python-3.1", "3.10.13", false},
		{"python-3.11", "2", false},
		{"node", "", false},
	} {
		assert.Equal(t, test.want, test.pattern.mayMatch("python", Place{Version: test.version}), "%q at %q", test.pattern, test.version)
	}
}

func TestCompareVersions(t *testing.T) {
	sorted := []string{"1.0.2", "1.1.1", "1.1.1a", "1.1.1w", "2.7.18", "3.0", "3.0.0", "3.9.18", "3.10.13", "3.13.0rc1", "3.13.1"}
	shuffled := slices.Clone(sorted)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortFunc(shuffled, CompareVersions)
	assert.Equal(t, sorted, shuffled)
}
