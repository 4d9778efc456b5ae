package diagnose

import (
	"crypto/x509"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/lang"
	"example.com/tlslab/scenarios/failure"
)

// literals returns the string literals of the package's files that make findings.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	all := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || slices.Contains([]string{"codes.go", "rows.go"}, file) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					all[text] = true
				}
			case *ast.CallExpr:
				if name, ok := noted(n); ok {
					assert.NotEmpty(t, codes[name], "%s makes the finding %s, which is not declared", file, name)
				}
			}
			return true
		})
	}
	return all
}

// noted returns the code that a call of note or add passes as a literal.
func noted(call *ast.CallExpr) (string, bool) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	if name != "note" && name != "add" || len(call.Args) < 2 {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// TestCodes checks that every declared finding is made somewhere, has a known class and a text, and is declared once.
func TestCodes(t *testing.T) {
	used := literals(t)
	words := lang.English.Words("diagnose")
	assert.Len(t, codes, len(codeList), "a code is declared twice")
	for _, c := range codeList {
		_, suffix, _ := strings.Cut(c.name, "-")
		composed := slices.Contains([]string{"timeout", "unreachable"}, suffix) && used[suffix]
		assert.True(t, used[c.name] || composed, "nothing makes the finding %s", c.name)
		assert.Equal(t, c.severity != hidden, words[c.name+".what"] != "", "the text of %s", c.name)
		if c.class != "" {
			_, ok := failure.Lookup(c.class)
			assert.True(t, ok, "%s: there is no class %s", c.name, c.class)
		}
		assert.NotEmpty(t, c.where, c.name)
		if c.severity == Failure || c.severity == Warning {
			assert.NotEmpty(t, c.class, c.name)
			named := slices.ContainsFunc(rowsKnown(), func(r row) bool { return r.patterns[0].code == c.name })
			assert.True(t, named || words[c.name+".fix"] != "", "%s has neither a row nor a fix", c.name)
		}
	}
	for name := range words {
		if code, ok := strings.CutSuffix(name, ".what"); ok {
			assert.NotEmpty(t, codes[code], "there is a text for %s", code)
		}
		if code, ok := strings.CutSuffix(name, ".fix"); ok && code != "letter" {
			assert.NotEmpty(t, codes[code], "there is a fix for %s", code)
		}
	}
}

// TestSeverities checks that the worst comes first.
func TestSeverities(t *testing.T) {
	for i, c := range codeList[1:] {
		assert.LessOrEqual(t, weigh(codeList[i].severity), weigh(c.severity), c.name)
	}
}

// TestReadRow checks that mistakes in the list of rows are found.
func TestReadRow(t *testing.T) {
	for _, line := range []string{"expired", "expired: no-such-code", "expired: expired~x"} {
		_, err := readRow(line)
		assert.Error(t, err, line)
	}
	r, err := readRow("a: expired@leaf~5 tls12-only")
	require.NoError(t, err)
	assert.Equal(t, row{"a", []pattern{{"expired", "leaf", 5}, {"tls12-only", "", 0}}, Failure}, r)
}

// sound returns a certificate that breaks no rule.
func sound(ca bool) *certificate {
	name := []byte{0x30, 2, 0x31, 0}
	c := &certificate{version: 3, serial: big.NewInt(7), algorithm: "1", inner: "1", issuer: name, subject: name}
	c.has = map[string]bool{oidBasicConstraints: true, oidKeyUsage: true, oidAuthorityKey: true, oidSubjectKey: true}
	c.critical = map[string]bool{oidBasicConstraints: true}
	c.ca, c.pathLen, c.authorityKey, c.subjectKey = ca, -1, []byte{1}, []byte{2}
	if !ca {
		c.has[oidAlternativeName], c.dns = true, []string{"a.test"}
	}
	return c
}

// TestStrictRules breaks each rule, and no other.
func TestStrictRules(t *testing.T) {
	empty := []byte{0x30, 0}
	for code, c := range map[string]struct {
		ca   bool
		harm func(*certificate)
	}{
		"no-authority-key-id":            {false, func(c *certificate) { c.authorityKey = nil }},
		"no-subject-key-id":              {true, func(c *certificate) { c.subjectKey = nil }},
		"basic-constraints-not-critical": {true, func(c *certificate) { delete(c.critical, oidBasicConstraints) }},
		"ca-no-key-usage":                {true, func(c *certificate) { delete(c.has, oidKeyUsage) }},
		"cert-sign-without-ca":           {false, func(c *certificate) { c.usage = x509.KeyUsageCertSign }},
		"path-length-without-ca":         {false, func(c *certificate) { c.pathLen = 0 }},
		"critical-key-id":                {false, func(c *certificate) { c.critical[oidAuthorityKey] = true }},
		"empty-issuer":                   {false, func(c *certificate) { c.issuer = empty }},
		"ca-empty-subject":               {true, func(c *certificate) { c.subject = empty }},
		"san-not-critical":               {false, func(c *certificate) { c.subject = empty }},
		"empty-san":                      {false, func(c *certificate) { c.dns = nil }},
		"algorithms-differ":              {false, func(c *certificate) { c.inner = "2" }},
		"serial-negative":                {false, func(c *certificate) { c.serial = big.NewInt(-1) }},
		"serial-zero":                    {false, func(c *certificate) { c.serial = new(big.Int) }},
		"serial-too-long":                {false, func(c *certificate) { c.serial = new(big.Int).Lsh(big.NewInt(1), 159) }},
		"extensions-without-version-3":   {true, func(c *certificate) { c.version = 1 }},
		"version-1-leaf": {false, func(c *certificate) {
			c.version, c.has, c.critical = 1, map[string]bool{}, map[string]bool{}
		}},
		"broken-extension": {false, func(c *certificate) { c.broken = []string{oidKeyUsage} }},
	} {
		cert, role := sound(c.ca), "leaf"
		if c.ca {
			role = "intermediate"
		}
		broken := func() []string {
			list := []string{}
			judgeStrict(cert, role, func(code string, _ float64, _ ...string) { list = append(list, code) })
			return list
		}
		assert.Empty(t, broken(), code)
		c.harm(cert)
		assert.Equal(t, []string{code}, broken())
	}
	assert.Len(t, strictRules, 18)
}
