package file

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
	independent "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
)

var update = flag.Bool("update", false, "write the schema anew")

// schemer makes the schemas of types.
type schemer struct {
	comments map[string]string // of fields, by type and name: "Recipe.Key"
	defs     map[string]*jsonschema.Schema
}

// of returns the schema of a value of a field.
func (m schemer) of(t *testing.T, f field, typ reflect.Type) *jsonschema.Schema {
	words, closed := wordsOf(f, typ)
	switch {
	case typ == durationType:
		return &jsonschema.Schema{Type: "string", Examples: []any{"2s"}}
	case closed && typ.Kind() != reflect.Slice:
		s := &jsonschema.Schema{Type: "string"}
		for _, word := range words.list() {
			s.Enum = append(s.Enum, word)
		}
		return s
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Uint8:
		return &jsonschema.Schema{Type: "string", ContentEncoding: "base64"}
	case typ.Kind() == reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: m.of(t, f, typ.Elem())}
	case typ.Kind() == reflect.Pointer:
		return m.of(t, f, typ.Elem())
	case typ.Kind() == reflect.Struct:
		m.define(t, typ)
		return &jsonschema.Schema{Ref: "#/$defs/" + typ.Name()}
	}
	s, err := jsonschema.ForType(typ, nil)
	require.NoError(t, err)
	return s
}

// define adds the schema of a struct.
func (m schemer) define(t *testing.T, typ reflect.Type) {
	if m.defs[typ.Name()] != nil {
		return
	}
	names, index := fieldsOf(typ)
	s := &jsonschema.Schema{
		Type: "object", Properties: map[string]*jsonschema.Schema{}, PropertyOrder: names,
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
	}
	m.defs[typ.Name()] = s
	for _, name := range names {
		of := typ.Field(index[name])
		p := m.of(t, field{typ, of.Name}, of.Type)
		p.Description = inFile(m.comments[typ.Name()+"."+of.Name], typ)
		assert.NotEmpty(t, p.Description, "%s.%s has no comment", typ.Name(), of.Name)
		s.Properties[name] = p
	}
}

// inFile returns a comment with the names that fields have in files. Names in capitals are also words of the text.
func inFile(comment string, typ reflect.Type) string {
	names, index := fieldsOf(typ)
	for _, name := range names {
		if in := typ.Field(index[name]).Name; in != strings.ToUpper(in) {
			comment = regexp.MustCompile(`\b`+in+`\b`).ReplaceAllString(comment, name)
		}
	}
	return comment
}

// schema returns the schema of files.
func schema(t *testing.T) []byte {
	m := schemer{comments: map[string]string{}, defs: map[string]*jsonschema.Schema{}}
	for _, dir := range []string{"../../pki", ".."} {
		m.read(t, dir)
	}
	one := m.of(t, field{}, reflect.TypeFor[scenarios.Scenario]())
	of := m.defs["Scenario"]
	of.Required = []string{"id", "title", "expect"}
	of.Properties["id"].Pattern = kebab.String()
	m.defs["Expectation"].Required = []string{"verdict"}
	list := &jsonschema.Schema{
		Type: "object", AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{listKey: {Type: "array", Items: one, MinItems: jsonschema.Ptr(1),
			Description: "Several scenarios."}},
		Required: []string{listKey},
	}
	// An if, and not oneOf, so that an error names the field that is wrong.
	s := &jsonschema.Schema{
		Schema: "https://json-schema.org/draft/2020-12/schema", Title: "tlslab: scenarios of your own", Defs: m.defs,
		If: &jsonschema.Schema{Required: []string{listKey}}, Then: list, Else: &jsonschema.Schema{Ref: one.Ref},
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(s))
	return out.Bytes()
}

// link matches what links to an identifier in a doc comment.
var link = regexp.MustCompile(`\[([A-Za-z.]+)\]`)

// read reads the comments of a package's structs.
func (m schemer) read(t *testing.T, dir string) {
	fset := token.NewFileSet()
	source := os.DirFS(dir)
	names, err := fs.Glob(source, "*.go")
	require.NoError(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(source, name)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(fset, path.Join(dir, name), text, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			of, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			before := ""
			for _, f := range of.Fields.List {
				comment := f.Doc.Text() + f.Comment.Text()
				if comment == "" {
					comment = before // one comment for two fields
				}
				before = comment
				for _, ident := range f.Names {
					words := strings.Fields(link.ReplaceAllString(comment, "$1"))
					m.comments[spec.Name.Name+"."+ident.Name] = strings.Join(words, " ")
				}
			}
			return true
		})
	}
}

// TestSchema checks that the published schema matches the Go types.
func TestSchema(t *testing.T) {
	want := schema(t)
	if *update {
		require.NoError(t, os.WriteFile("scenario.schema.json", want, 0o644))
		Schema = want
	}
	assert.True(t, string(want) == string(Schema), "scenario.schema.json does not match the Go types: "+
		"go test ./scenarios/file -run Schema -update writes it")
}

// compiled returns the published schema, for a validator that did not make it.
func compiled(t *testing.T) *independent.Schema {
	doc, err := independent.UnmarshalJSON(bytes.NewReader(Schema))
	require.NoError(t, err)
	c := independent.NewCompiler()
	require.NoError(t, c.AddResource("scenario.schema.json", doc))
	s, err := c.Compile("scenario.schema.json")
	require.NoError(t, err)
	return s
}

// value returns a file as the value that JSON has for it.
func value(t *testing.T, file []byte) any {
	var read any
	require.NoError(t, yaml.Unmarshal(file, &read))
	asJSON, err := json.Marshal(read)
	require.NoError(t, err)
	v, err := independent.UnmarshalJSON(bytes.NewReader(asJSON))
	require.NoError(t, err)
	return v
}

// TestSchemaOfEveryRow checks that every scenario of the catalogue, as a file, follows the schema.
func TestSchemaOfEveryRow(t *testing.T) {
	s := compiled(t)
	for _, service := range scenarios.Services() {
		for _, row := range scenarios.Behind(service) {
			file, err := Marshal(row)
			require.NoError(t, err)
			assert.NoError(t, s.Validate(value(t, file)), row.ID)
		}
	}
}

// TestSchemaRefuses checks that the schema refuses what the reader refuses.
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	good := "id: mine\ntitle: ours\nexpect: {verdict: accept}\n"
	assert.NoError(t, s.Validate(value(t, []byte(good))))
	list := "scenarios:\n  - id: a\n    title: a\n    expect: {verdict: accept}\n"
	assert.NoError(t, s.Validate(value(t, []byte(list))))
	for _, bad := range []string{
		good + "titel: x\n", good + "recipe: {leaf: {notafter: -24h}}\n", good + "recipe: {key: rsa}\n", good + "host: 1\n",
		good + "server: {fault: slient}\n", good + "server: {min_version: \"1.4\"}\n",
		"id: a b\ntitle: a\nexpect: {verdict: accept}\n",
		"title: a\nexpect: {verdict: accept}\n", "id: a\ntitle: a\n", "id: a\ntitle: a\nexpect: {}\n", list + "host: a\n",
		"scenarios: []\n", "- id: a\n", good + "recipe: {leaf: {usages: [serverAuth]}}\n",
	} {
		assert.Error(t, s.Validate(value(t, []byte(bad))), bad)
		_, err := Parse("a.yaml", []byte(bad))
		assert.Error(t, err, bad)
	}
}
