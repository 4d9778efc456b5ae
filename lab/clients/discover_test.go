package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lang"
)

// TestPick checks that a program found twice counts once, and that IDs are unique.
func TestPick(t *testing.T) {
	closed := make(map[string]int)
	install := func(path, key, version string) *Install {
		return &Install{Path: path, Key: key, Version: version, Close: func() error { closed[path]++; return nil }}
	}
	s := &search{
		stack: Stack{Name: "python", Oldest: "3.9"},
		installs: []*Install{
			install("/a", "prefix-1", "3.10.1"),
			install("/b", "prefix-1", "3.10.1"), // the same under another name
			install("/c", "prefix-2", "3.9.1"),
			install("/d", "prefix-3", "3.10.1"), // another program with the same version
			nil,
			install("/f", "prefix-3", "3.10.1"), // the same under another name
			install("/g", "prefix-4", "3.8.18"), // older than any measured version
		},
		errs: []error{4: errors.New("it broke\n  in many\nwords " + strings.Repeat("é", maxReason))},
	}
	s.errs = append(s.errs, nil, nil)
	installs, missing := s.pick()
	var paths []string
	for _, in := range installs {
		paths = append(paths, in.Path)
	}
	assert.Equal(t, []string{"/c", "/a"}, paths)
	assert.Equal(t, map[string]int{"/b": 1, "/d": 1, "/f": 1, "/g": 1}, closed)
	require.Len(t, missing, 3)
	assert.Equal(t, Missing{Stack: "python", Reason: lang.Because("too-old", "/g", "3.8.18", "3.9")}, missing[2])
	assert.Equal(t, Missing{Stack: "python", Reason: lang.Because("same-version", "/d", "3.10.1", "/a")}, missing[0])
	assert.True(t, strings.HasPrefix(missing[1].Reason.Text, "it broke in many words é"), missing[1].Reason)
	assert.LessOrEqual(t, len(missing[1].Reason.Text), maxReason+3)
}
