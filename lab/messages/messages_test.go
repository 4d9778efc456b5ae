package messages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/messages"
)

// TestSources checks that each source has its own name, and that marks name existing sources.
func TestSources(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range messages.Sources() {
		assert.NotEmpty(t, s.Name)
		assert.False(t, seen[s.Name], "%s stands twice", s.Name)
		seen[s.Name] = true
		known := s.Rules != nil || s.Voices != nil || s.Commands != nil
		assert.True(t, known, "%s has neither rules nor marks nor commands", s.Name)
	}
	marks := map[string]string{}
	for _, s := range messages.Sources() {
		for _, name := range s.Passes {
			assert.True(t, seen[name], "%s passes on the words of %s", s.Name, name)
		}
		for _, v := range s.Voices {
			for _, name := range v.Sources {
				assert.True(t, seen[name], "a mark of %s names %s", s.Name, name)
			}
			for _, m := range v.Marks {
				assert.Empty(t, marks[m], "%q is a mark of %s too", m, s.Name)
				marks[m] = s.Name
			}
		}
	}
	assert.Empty(t, messages.Of("no such source").Rules)
}
