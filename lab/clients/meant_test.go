package clients

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMeant(t *testing.T) {
	there := []Info{
		{Stack: "go", Version: "1.26.8", Variant: "default"},
		{Stack: "python", Version: "3.8.18", Variant: "default"},
		{Stack: "python", Version: "3.8.18", Variant: "strict"},
		{Stack: "gnutls-cli", Version: "3.7.9", Variant: "default"},
	}
	for mistyped, want := range map[string]string{
		"pyhton":             " (did you mean python?)",
		"pyton-3.8":          " (did you mean python-3.8?)",
		"pyton-3.99":         " (did you mean python?)",
		"python/strcit":      " (did you mean python/strict?)",
		"pthon-3.8.18/stict": " (did you mean python-3.8.18/strict?)",
		"python-4":           " (did you mean python?)",
		"gnutls":             " (did you mean gnutls-cli?)",
		"rust":               "",
		"python/frobnicate":  "",
	} {
		assert.Equal(t, want, Meant(mistyped, there), mistyped)
	}
}
