package arrows_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exempt lists the test files that fail tests by t.Error or t.Fatal in a package that uses testify, with the reason.
var exempt = map[string]string{
	"lab/labtest/snippet_test.go": "the READMEs show it to readers whose modules need not require testify",
}

// TestAssertions checks that a package's tests have one style of assertions: either testify's, or t.Error and t.Fatal
// in an if.
func TestAssertions(t *testing.T) {
	fset := token.NewFileSet()
	excused := map[string]bool{}
	packages := testFiles(t, fset)
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		files := packages[dir]
		names := testingNames(files)
		var testify, plain []string
		for _, file := range files {
			name := fset.Position(file.Package).Filename
			calls := failures(fset, file, names)
			if exempt[name] != "" {
				excused[name] = len(calls) > 0
				continue
			}
			if importsTestify(file) {
				testify = append(testify, name)
			}
			plain = append(plain, calls...)
		}
		assert.False(t, len(testify) > 0 && len(plain) > 0, "%s mixes two styles of assertions.\n"+
			"%d files import testify: %s\n%d calls are not testify's: %s", dir,
			len(testify), firstOf(testify), len(plain), firstOf(plain))
	}
	for name, why := range exempt {
		assert.True(t, excused[name], "%s needs no exemption: %s", name, why)
	}
}

// TestFailures checks that every form of such a call is found, and nothing else.
func TestFailures(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x_test.go", `package x

type suite struct{ tb testing.TB }

func TestX(t *testing.T) {
	t.Errorf("found, in line 6")
	t.Run("x", func(sub *testing.T) { sub.Fatal("found, in line 7") })
	(&suite{tb: t}).tb.Error("found, in line 8")
	assert.Error(t, errors.New("no"))
	_ = fmt.Errorf("no: %w", err).Error()
	t.Skip("no")
}

func FuzzX(f *testing.F) { f.Fail() }
`, parser.SkipObjectResolution)
	require.NoError(t, err)
	files := []*ast.File{file}
	assert.Equal(t, []string{"x_test.go:6:2", "x_test.go:7:36", "x_test.go:8:2", "x_test.go:14:28"},
		failures(fset, file, testingNames(files)))
	assert.False(t, importsTestify(file))
}

// firstOf lists the first elements of a list.
func firstOf(list []string) string {
	const most = 8
	if len(list) > most {
		list = append(list[:most:most], "...")
	}
	return strings.Join(list, " ")
}

// testFiles parses all test files of the module, for any system, and returns them by directory.
func testFiles(t *testing.T, fset *token.FileSet) map[string][]*ast.File {
	t.Helper()
	module := os.DirFS("../../..")
	found := map[string][]*ast.File{}
	require.NoError(t, fs.WalkDir(module, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			hidden := strings.HasPrefix(d.Name(), ".") && name != "."
			if hidden || d.Name() == "testdata" || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(module, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
		found[path.Dir(name)] = append(found[path.Dir(name)], file)
		return err
	}))
	require.Contains(t, found, "lab/internal/arrows")
	return found
}

// importsTestify reports whether a file imports one of testify's packages.
func importsTestify(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(s *ast.ImportSpec) bool {
		return strings.HasPrefix(s.Path.Value, `"github.com/stretchr/testify/`)
	})
}

// testingNames returns the names of the parameters, fields and variables that are a *testing.T, or another type of
// package testing that has the methods Error and Fatal.
func testingNames(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	add := func(typ ast.Expr, idents []*ast.Ident) {
		if star, ok := typ.(*ast.StarExpr); ok {
			typ = star.X
		}
		sel, ok := typ.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"T", "B", "F", "TB"}, sel.Sel.Name) {
			return
		}
		if from, ok := sel.X.(*ast.Ident); !ok || from.Name != "testing" {
			return
		}
		for _, ident := range idents {
			names[ident.Name] = true
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				add(n.Type, n.Names)
			case *ast.ValueSpec:
				add(n.Type, n.Names)
			}
			return true
		})
	}
	return names
}

// failures returns where a file calls a method of one of the names, or of a field with such a name, that fails a test.
func failures(fset *token.FileSet, file *ast.File, names map[string]bool) []string {
	methods := []string{"Error", "Errorf", "Fail", "FailNow", "Fatal", "Fatalf"}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(methods, method.Sel.Name) {
			return true
		}
		of := ""
		switch x := method.X.(type) {
		case *ast.Ident:
			of = x.Name
		case *ast.SelectorExpr:
			of = x.Sel.Name
		}
		if names[of] {
			found = append(found, fset.Position(call.Pos()).String())
		}
		return true
	})
	return found
}
