package file_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/scenarios/file"
)

// TestHostileSizes checks that a file as big as files can be, whatever is in it, is read or refused in bounded time.
func TestHostileSizes(t *testing.T) {
	sizes := []int{256<<10 - 1000, 150_000, 39_000} // the smaller ones have as many tokens as files can have
	for name, c := range map[string]struct{ before, repeated, after string }{
		"list items":      {good + "sources:\n", "  - a\n", ""},
		"empty items":     {good + "sources:\n", "  -\n", ""},
		"fields":          {good, "x: 1\n", ""},
		"a flow list":     {good + "sources: [", "a,", "a]\n"},
		"flow lists":      {good + "sources: [", "[],", "a]\n"},
		"flow maps":       {good + "recipe: {others: [", "{},", "{}]}\n"},
		"a long line":     {good + "fix: ", "a", "\n"},
		"a long key":      {good, "a", ": 1\n"},
		"folded":          {good + "fix: >-\n", "  a\n", ""},
		"escapes":         {good + "fix: \"", "\\u0041", "\"\n"},
		"newlines":        {good, "\n", ""},
		"comments":        {good, "#\n", ""},
		"documents":       {"", "---\na: 1\n", ""},
		"anchors":         {good + "sources:\n", "  - &a a\n", ""},
		"aliases":         {good + "sources:\n  - &a a\n", "  - *a\n", ""},
		"quotes":          {good + "sources: [", "'',", "a]\n"},
		"not closed":      {good + "fix: \"", "a ", "\n"},
		"tabs":            {good, "\t", "\n"},
		"carriage":        {good, "\r", "\n"},
		"scenarios":       {"scenarios:\n", "  - {id: a, title: a, expect: {verdict: accept}}\n", ""},
		"colons":          {good + "fix: ", ":", "\n"},
		"question marks":  {good, "?\n", ""},
		"mixed line ends": {good + "sources:\n", "  - a\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range sizes {
				text := c.before + strings.Repeat(c.repeated, size/len(c.repeated)) + c.after
				begin := time.Now()
				_, err := file.Parse("a.yaml", []byte(text))
				assert.Less(t, time.Since(begin), 20*time.Second, "%d bytes", size)
				if err != nil {
					assert.Less(t, len(err.Error()), 5000)
				}
			}
		})
	}
}
