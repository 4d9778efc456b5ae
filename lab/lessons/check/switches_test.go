package check

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
)

// proseWord matches words of English prose that do not occur in code.
var proseWord = regexp.MustCompile(`(?i)(^| )(an?|the|no|or|that|without|with|kept|taken|into|from|over|around` +
	`|before|until|is|of) `)

// TestSwitchesInChinese checks that the most frequent causes of a finding are translated, unless they are code.
func TestSwitchesInChinese(t *testing.T) {
	prose := 0
	for _, source := range messages.Sources() {
		for name, list := range source.Causes {
			assert.Contains(t, assess.Codes(), assess.Code(name), "a finding that %s names", source.Name)
			for _, what := range list {
				told := lang.Chinese.Sentence(what)
				assert.NotRegexp(t, proseWord, told, "%s of %s", name, source.Name)
				if told != what {
					prose++
				}
			}
		}
	}
	assert.Greater(t, prose, 30)
}
