package clients

import (
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
		version string // the version that the place reveals
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
		assert.Equal(t, test.want, test.pattern.mayMatch("python", Place{Version: test.version}), "%q at %q",
			test.pattern, test.version)
	}
}
