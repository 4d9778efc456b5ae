// Package jsonform holds JSON that the lab writes to the JSON Schemas that are published of it, which are
// generated from the Go types. It is for tests.
package jsonform

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"
)

// dialect is the version of JSON Schema that is written.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// Form is what is known of a kind of document beyond its Go type.
type Form struct {
	// Type is the type that is marshalled.
	Type reflect.Type
	// Title says in a line what the document is, and which command writes it.
	Title string
	// Version is what its field schema holds; zero if it has none.
	Version int
	// Words lists the values of types that have a few.
	Words map[reflect.Type][]any
	// Never is a type whose fields are never present, or nil.
	Never reflect.Type
	// Recursive is a struct with fields that point to the same struct, or nil. Their schema is any object.
	Recursive reflect.Type
}

// Values lists the values of a type of strings, for [Form.Words].
func Values[T ~string](list ...T) []any {
	var values []any
	for _, v := range list {
		values = append(values, string(v))
	}
	return values
}

// strict returns the schema that knows every field.
func (f Form) strict() (*jsonschema.Schema, error) {
	types := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time](): {Type: "string", Format: "date-time"},
		reflect.TypeFor[[]byte]():    {Types: []string{"null", "string"}, ContentEncoding: "base64"},
	}
	for t, values := range f.Words {
		types[t] = &jsonschema.Schema{Type: "string", Enum: values}
	}
	if f.Never != nil {
		types[f.Never] = &jsonschema.Schema{Not: &jsonschema.Schema{}}
	}
	if f.Recursive != nil {
		var fields []reflect.StructField
		for i := range f.Recursive.NumField() {
			field := f.Recursive.Field(i)
			if field.Type == reflect.PointerTo(f.Recursive) {
				field.Type = reflect.TypeFor[map[string]any]()
			}
			fields = append(fields, field)
		}
		s, err := jsonschema.ForType(reflect.StructOf(fields), nil)
		if err != nil {
			return nil, err
		}
		types[f.Recursive] = s
	}
	s, err := jsonschema.ForType(f.Type, &jsonschema.ForOptions{TypeSchemas: types})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Title, err)
	}
	s.Schema, s.Title = dialect, f.Title
	if f.Version != 0 {
		s.Properties["schema"].Const = jsonschema.Ptr[any](f.Version)
	}
	return s, nil
}

// published returns the schema as it is published: fields may be added without a new version, so that
// those who read must not refuse what they do not know.
func (f Form) published() ([]byte, error) {
	s, err := f.strict()
	if err != nil {
		return nil, err
	}
	open(s)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err = enc.Encode(s)
	return out.Bytes(), err
}

// open lets objects of a schema have more fields.
func open(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if len(s.Properties) > 0 {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		open(p)
	}
	open(s.Items)
	if len(s.Properties) == 0 {
		open(s.AdditionalProperties)
	}
}

// Published fails the test unless the file holds the schema of the form; with the flag -update of the test
// it is written.
func (f Form) Published(t *testing.T, path string) {
	t.Helper()
	want, err := f.published()
	require.NoError(t, err)
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, string(got) == string(want), "%s is not what the Go types say: run this test with -update; if a field went away or means something else, the document needs a new schema number", path)
}

// Holds fails the test unless a document is of the form, and has no field that the form does not know.
func (f Form) Holds(t *testing.T, document []byte) {
	t.Helper()
	require.NoError(t, f.Validate(document))
}

// Validate says in what a document is not of the form.
func (f Form) Validate(document []byte) error {
	s, err := f.strict()
	if err != nil {
		return err
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return err
	}
	return resolved.Validate(value)
}
