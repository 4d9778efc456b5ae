package phrasebook_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/internal/locale"
	"example.com/tlslab/lab/internal/phrasebook"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// told holds a sentence to be told in Chinese, with the numbers and quotations of the English, and
// returns it.
func told(t *testing.T, english string) string {
	chinese := phrasebook.In(locale.Chinese, english)
	if assert.Regexp(t, `\p{Han}`, chinese, "there is no Chinese for %q", english) {
		assert.Equal(t, facts(english), facts(chinese), "%s\n%s", english, chinese)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, chinese, "punctuation is full-width")
		assert.NotRegexp(t, `\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`, chinese, "a blank stands between Chinese and Latin")
	}
	assert.Equal(t, english, phrasebook.In(locale.English, english))
	return chinese
}

// fact is a number, a name with capitals within, an option, or what is in quotes or braces.
var fact = regexp.MustCompile(`"[^"]*"|\{[a-z]+\}|--?[a-z][a-z-]+|[A-Z][a-z]*[A-Z_][A-Za-z_]*|[0-9][0-9.]*`)

func facts(text string) []string {
	text = regexp.MustCompile(`([0-9]),([0-9]{3})`).ReplaceAllString(text, "$1$2")
	text = regexp.MustCompile(`([A-Za-z])-([A-Za-z])`).ReplaceAllString(text, "$1 $2")
	var list []string
	for _, f := range fact.FindAllString(text, -1) {
		list = append(list, strings.TrimSuffix(strings.TrimRight(f, "."), "s")) // CRLs
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestKnown holds all that the catalogue knows of stacks to be told in Chinese.
func TestKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			for _, k := range s.Known {
				if !seen[k.Why] {
					seen[k.Why] = true
					told(t, k.Why)
				}
			}
		}
	}
	assert.NotEmpty(t, seen)
}

// TestReasons holds every reason that a judgement may give to be told in Chinese, with what stands in it.
func TestReasons(t *testing.T) {
	for _, format := range verdict.Reasons() {
		var args []any
		for i := range strings.Count(format, "%s") {
			args = append(args, fmt.Sprintf("x%dx", i))
		}
		english := fmt.Sprintf(format, args...)
		chinese := told(t, english)
		for _, arg := range args {
			assert.Contains(t, chinese, arg, english)
		}
	}
}

// TestClasses holds what a client has to do for each failure class to be told in Chinese.
func TestClasses(t *testing.T) {
	for _, c := range failure.All() {
		told(t, c.Client)
	}
}

// TestRecord holds what the stacks of the record say that they cannot do to be told in Chinese, unless
// it is an error of a library's own.
func TestRecord(t *testing.T) {
	files, err := filepath.Glob("../../result/matrix/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) < 6 || fields[1] != "unsupported" || strings.HasPrefix(fields[5], "urllib.error") {
				continue
			}
			lines++
			assert.Regexp(t, `\p{Han}`, phrasebook.In(locale.Chinese, fields[5]), "%s", fields[5])
		}
	}
	assert.NotZero(t, lines)
}

func TestIn(t *testing.T) {
	for english, chinese := range map[string]string{
		"":                           "",
		"x509: certificate is wrong": "x509: certificate is wrong", // a client's
		"on the control good: it does not have the feature crl":        "在对照 good 上：它不具备 crl 功能",
		"the variant insecure does not check the chain":                "变体 insecure 不检查这一项：证书链",
		"it rejected the control good too: 100% wrong\n%d %s":          "它把对照 good 也拒绝了：100% wrong\n%d %s",
		"it must accept this; no rule of the lab's knows this message": "它必须接受；实验室没有识别这条消息的规则",
	} {
		assert.Equal(t, chinese, phrasebook.In(locale.Chinese, english))
	}
}
