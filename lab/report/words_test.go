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

// TestWords checks that every text has a field, and every field a text, in each language, and that translations contain
// the same names and options. lab/lang checks that formats take the same values.
func TestWords(t *testing.T) {
	name := regexp.MustCompile(`--?[a-z][a-z-]+|\{[a-z]+\}|[A-Za-z]*[A-Z_][A-Z_]+[A-Za-z0-9_]*|` +
		`[a-z]+[A-Z][A-Za-z]+|tlslab( (run|show|up))?`)
	want := map[string]string{}
	strs(reflect.ValueOf(*english()), "", want)
	for _, l := range lang.All() {
		got := map[string]string{}
		strs(reflect.ValueOf(*in(l)), "", got)
		assert.Len(t, l.Words("report"), len(got), "%s has texts that no field has", l)
		for path, english := range want {
			said := got[path]
			if !assert.NotEmpty(t, said, "%s does not say %s: %q", l, path, english) ||
				strings.Contains(path, "BehindMongoDB") || l == lang.English {
				continue
			}
			a, b := name.FindAllString(english, -1), name.FindAllString(said, -1)
			slices.Sort(a)
			slices.Sort(b)
			assert.Equal(t, slices.Compact(a), slices.Compact(b), "%s %s: %q", l, path, said)
		}
	}
}

// TestLabels checks that the labels of a story have the same width in every language, and those of an assessment too.
func TestLabels(t *testing.T) {
	for _, l := range lang.All() {
		w := in(l)
		for _, label := range []string{w.Where, w.See, w.Fix, w.Log} {
			assert.Equal(t, text.StringWidth(w.What), text.StringWidth(label), "%s: %q", l, label)
		}
		assert.Equal(t, text.StringWidth(w.Assessment.ToDo), text.StringWidth(w.Assessment.In), "%s", l)
		assert.Equal(t, text.StringWidth(fmt.Sprintf("%s %-13s ", "X", "insecure")), text.StringWidth(w.PlainNumber),
			"%s", l)
	}
}

// TestChineseIsChinese finds sentences that were left in English, and punctuation that is not Chinese.
func TestChineseIsChinese(t *testing.T) {
	said := map[string]string{}
	strs(reflect.ValueOf(*in(lang.Chinese)), "", said)
	for path, s := range said {
		assert.NotRegexp(t, `\b[a-z]+( [a-z]+){3,}`, strings.ReplaceAll(s, "tlslab up good", "tlslab"), path)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, s, path)
		assert.NotRegexp(t, `\p{Han}[A-Za-z0-9%]|[A-Za-z0-9]\p{Han}`, strings.ReplaceAll(s, "%s", "、"), path)
	}
}

// TestEnds checks that there are words for every end of a connection and for every judgement.
func TestEnds(t *testing.T) {
	for _, l := range lang.All() {
		w := in(l)
		for _, end := range []serve.End{serve.EndServed, serve.EndAlertReceived, serve.EndAlertSent,
			serve.EndCloseNotify, serve.EndEOF,
			serve.EndReset, serve.EndTimeout, serve.EndNotTLS, serve.EndBrokenOff, serve.EndRelayed, serve.EndError,
			serve.EndInternal} {
			assert.NotEmpty(t, w.Ends[end], "%s: %s", l, end)
		}
		for _, kind := range verdict.Kinds() {
			assert.NotEmpty(t, w.Kinds[kind], "%s: %s", l, kind)
		}
	}
}
