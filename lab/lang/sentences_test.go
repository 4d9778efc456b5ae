package lang_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// isTranslated checks a sentence's Chinese translation.
func isTranslated(t *testing.T, english string) {
	t.Helper()
	isChinese(t, english, lang.Chinese.Sentence(english))
}

// isChinese checks that a sentence is in Chinese, with the same numbers and quotations as in English.
func isChinese(t *testing.T, english, chinese string) {
	t.Helper()
	if assert.Regexp(t, `\p{Han}`, chinese, "there is no Chinese for %q", english) {
		assert.Equal(t, facts(english), facts(chinese), "%s\n%s", english, chinese)
		assert.NotRegexp(t, `\p{Han} ?[,;:?!()]|[,;:?!()] ?\p{Han}`, chinese, "punctuation is full-width")
		assert.NotRegexp(t, `\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`, chinese, "a blank between Chinese and Latin")
	}
}

// fact matches a number, a name with capitals within, an option, or text in quotes or braces.
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

// TestKnown checks that the reasons of all known deviations are translated.
func TestKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, service := range scenarios.Services() {
		for _, s := range scenarios.Behind(service) {
			for _, k := range s.Known {
				if !seen[k.Why] {
					seen[k.Why] = true
					isTranslated(t, k.Why)
				}
			}
		}
	}
	assert.NotEmpty(t, seen)
}

// TestReasons checks that every reason of the lab is translated, with its arguments.
func TestReasons(t *testing.T) {
	english := lang.English.Words("reasons")
	assert.Greater(t, len(english), 25)
	for code, format := range english {
		var args []string
		for i := range strings.Count(format, "%s") {
			args = append(args, fmt.Sprintf("x%dx", i))
		}
		r := lang.Because(code, args...)
		chinese := lang.Chinese.Reason(r)
		isChinese(t, r.Text, chinese)
		for _, arg := range args {
			assert.Contains(t, chinese, arg, code)
		}
	}
}

// TestCodes checks that Go code passes as many arguments with each code as its text takes, and that every text is used.
func TestCodes(t *testing.T) {
	english := lang.English.Words("reasons")
	constants, used := map[string]string{}, map[string]bool{}
	var calls []*ast.CallExpr
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, value := range n.Values {
					if text, ok := literal(value); ok && len(n.Names) == len(n.Values) {
						constants[n.Names[i].Name] = text
					}
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Because" || f.Sel.Name == "About") {
					calls = append(calls, n)
				}
			}
			return true
		})
		return nil
	}))
	for _, call := range calls {
		first := 0
		code, ok := code(call.Args[0], constants)
		format, known := english[code]
		if !assert.True(t, ok && known, "%q is not the code of a reason", code) {
			continue
		}
		if call.Fun.(*ast.SelectorExpr).Sel.Name == "About" {
			first = 1
		}
		used[code] = true
		if !call.Ellipsis.IsValid() {
			assert.Equal(t, strings.Count(format, "%s"), len(call.Args)-1+first, code)
		}
	}
	for code := range english {
		assert.True(t, used[code], "no code gives the reason %s", code)
	}
}

// code returns the code that a call passes: a literal or a constant.
func code(arg ast.Expr, constants map[string]string) (string, bool) {
	if text, ok := literal(arg); ok {
		return text, true
	}
	name, ok := arg.(*ast.Ident)
	if selector, is := arg.(*ast.SelectorExpr); is {
		name, ok = selector.Sel, true
	}
	if !ok {
		return "", false
	}
	text, ok := constants[name.Name]
	return text, ok
}

func literal(e ast.Expr) (string, bool) {
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}

// TestClasses checks that the advice to clients for each failure class is translated.
func TestClasses(t *testing.T) {
	for _, c := range failure.All() {
		isTranslated(t, c.Client)
	}
}

// TestRecord checks that every recorded reason why a stack cannot do something is translated, except for errors of
// libraries.
func TestRecord(t *testing.T) {
	files, err := filepath.Glob("../result/matrix/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var withArguments []*regexp.Regexp
	for _, format := range lang.English.Words("reasons") {
		if strings.Contains(format, "%s") {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(format), "%s", ".+")
			withArguments = append(withArguments, regexp.MustCompile("^"+pattern+"$"))
		}
	}
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(strings.TrimSpace(line), "\t")
			if len(fields) < 6 || fields[1] != "unsupported" || strings.HasPrefix(fields[5], "urllib.error") {
				continue
			}
			matches := func(format *regexp.Regexp) bool { return format.MatchString(fields[5]) }
			if slices.ContainsFunc(withArguments, matches) {
				continue // it is translated by its code, which the record does not contain
			}
			lines++
			assert.Regexp(t, `\p{Han}`, lang.Chinese.Sentence(fields[5]), "%s", fields[5])
		}
	}
	assert.NotZero(t, lines)
}

func TestReason(t *testing.T) {
	feature := lang.Because("no-feature", "crl")
	for chinese, r := range map[string]lang.Reason{
		"":                           {},
		"x509: certificate is wrong": lang.Plain("x509: certificate is wrong"), // a client's
		"在对照 good 上：它不具备 crl 功能":           feature.About("control", "good"),
		"变体 insecure 不检查这一项：证书链":           lang.Because("skips-check", "insecure", "chain"),
		"它把对照 good 也拒绝了：100% wrong\n%d %s": lang.Plain("100% wrong\n%d %s").About("void", "good"),
		"它必须接受；实验室没有识别这条消息的规则":             lang.Because("must-accept").About("no-rule"),
	} {
		assert.Equal(t, chinese, lang.Chinese.Reason(r))
		assert.Equal(t, r.Text, lang.English.Reason(r))
	}
	assert.Equal(t, "on the control good: it does not have the feature crl", feature.About("control", "good").Error())
	assert.True(t, feature.About("control", "good").Has("no-feature"))
	assert.False(t, feature.Has("control"))
	upper := feature.About("control", "good").Map(strings.ToUpper)
	assert.Equal(t, "ON THE CONTROL GOOD: IT DOES NOT HAVE THE FEATURE CRL", upper.Text)
	assert.Equal(t, []string{"GOOD"}, upper.Args)
	assert.Equal(t, []string{"CRL"}, upper.Of.Args)
}

// TestReasonJSON checks that reasons survive JSON, and that the plain sentences in older files can be read.
func TestReasonJSON(t *testing.T) {
	r := lang.Because("no-feature", "crl").About("control", "good")
	data, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"code": "control", "args": ["good"],
		"text": "on the control good: it does not have the feature crl",
		"of": {"code": "no-feature", "args": ["crl"], "text": "it does not have the feature crl"}}`, string(data))
	var got lang.Reason
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, r, got)
	require.NoError(t, json.Unmarshal([]byte(`"it must accept this"`), &got))
	assert.Equal(t, lang.Plain("it must accept this"), got)
}
