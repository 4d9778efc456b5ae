package report

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
)

// strs returns every string of words, by the path of its field.
func strs(v reflect.Value, path string, into map[string]string) {
	switch v.Kind() {
	case reflect.String:
		into[path] = v.String()
	case reflect.Struct:
		for i := range v.NumField() {
			strs(v.Field(i), path+"."+v.Type().Field(i).Name, into)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			strs(v.MapIndex(k), fmt.Sprintf("%s[%v]", path, k), into)
		}
	default:
		panic("words has a " + v.Kind().String())
	}
}

var verb = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// TestWords holds every language to say all that English says, with the same names, options and verbs of
// formats; verbs in the same order, as most are passed by place.
func TestWords(t *testing.T) {
	name := regexp.MustCompile(`--?[a-z][a-z-]+|\{[a-z]+\}|[A-Za-z]*[A-Z_][A-Z_]+[A-Za-z0-9_]*|[a-z]+[A-Z][A-Za-z]+|tlslab( (run|show|up))?`)
	for l, w := range languages {
		want, got := map[string]string{}, map[string]string{}
		strs(reflect.ValueOf(english), "", want)
		strs(reflect.ValueOf(*w), "", got)
		for path, english := range want {
			said := got[path]
			if !assert.NotEmpty(t, said, "%s does not say %s: %q", l, path, english) {
				continue
			}
			assert.Equal(t, verb.FindAllString(english, -1), verb.FindAllString(said, -1), "%s %s", l, path)
			if strings.Contains(path, "behindMongoDB") || l == lang.English {
				continue
			}
			a, b := name.FindAllString(english, -1), name.FindAllString(said, -1)
			slices.Sort(a)
			slices.Sort(b)
			assert.Equal(t, slices.Compact(a), slices.Compact(b), "%s %s: %q", l, path, said)
		}
		assert.Len(t, got, len(want), "%s says what English does not", l)
	}
	assert.Len(t, languages, len(lang.All()))
}

// TestLabels holds the labels of a story to be as wide as each other in every language, and those of an
// assessment.
func TestLabels(t *testing.T) {
	for l, w := range languages {
		for _, label := range []string{w.where, w.see, w.fix, w.log} {
			assert.Equal(t, text.StringWidth(w.what), text.StringWidth(label), "%s: %q", l, label)
		}
		assert.Equal(t, text.StringWidth(w.assessment.toDo), text.StringWidth(w.assessment.in), "%s", l)
		assert.Equal(t, text.StringWidth(fmt.Sprintf("%s %-13s ", "X", "insecure")), text.StringWidth(w.plainNumber), "%s", l)
	}
}

// TestChineseIsChinese finds sentences that were left in English, and punctuation that is not Chinese.
func TestChineseIsChinese(t *testing.T) {
	said := map[string]string{}
	strs(reflect.ValueOf(chinese), "", said)
	for path, s := range said {
		assert.NotRegexp(t, `\b[a-z]+( [a-z]+){3,}`, strings.ReplaceAll(s, "tlslab up good", "tlslab"), path)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, s, path)
		assert.NotRegexp(t, `\p{Han}[A-Za-z0-9%]|[A-Za-z0-9]\p{Han}`, strings.ReplaceAll(s, "%s", "、"), path)
	}
}

// TestEnds holds every way in which a connection ends, and every judgement, to be told.
func TestEnds(t *testing.T) {
	for l, w := range languages {
		for _, end := range []serve.End{serve.EndServed, serve.EndAlertReceived, serve.EndAlertSent, serve.EndCloseNotify, serve.EndEOF,
			serve.EndReset, serve.EndTimeout, serve.EndNotTLS, serve.EndBrokenOff, serve.EndRelayed, serve.EndError, serve.EndInternal} {
			assert.NotEmpty(t, w.ends[end], "%s: %s", l, end)
		}
		for _, kind := range verdict.Kinds() {
			assert.NotEmpty(t, w.kinds[kind], "%s: %s", l, kind)
		}
	}
}
