// Package jsonform checks, in tests, JSON that the lab writes against its published JSON Schemas. The schemas are
// generated from the Go types.
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

// Form describes a kind of document.
type Form struct {
	// Type is the Go type that is marshalled.
	Type reflect.Type
	// Title says in one line what the document is, and which command writes it.
	Title string
	// Version is the value of the document's field schema. Zero means that the document does not have the field.
	Version int
	// Words lists the possible values of enumerated types.
	Words map[reflect.Type][]any
	// Never is a type whose fields are never present, or nil.
	Never reflect.Type
	// Recursive is a struct with fields that point to the same struct, or nil. The schema of these fields is any
	// object.
	Recursive reflect.Type
}

// Values converts the values of a string type for [Form.Words].
func Values[T ~string](list ...T) []any {
	var values []any
	for _, v := range list {
		values = append(values, string(v))
	}
	return values
}

// strict returns the schema that allows no unknown fields.
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

// published returns the schema as it is published. It allows unknown fields, because fields can be added without a new
// version, and readers must ignore those that they do not know.
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

// open makes the objects of a schema allow unknown fields.
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

// Published fails the test unless the file contains the form's schema. With the test's flag -update, it writes the
// file.
func (f Form) Published(t *testing.T, path string) {
	t.Helper()
	want, err := f.published()
	require.NoError(t, err)
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, string(got) == string(want), "%s does not match the Go types: run this test with -update; "+
		"if a field was removed or has a new meaning, the document needs a new schema number", path)
}

// Holds fails the test unless a document matches the form and has no unknown fields.
func (f Form) Holds(t *testing.T, document []byte) {
	t.Helper()
	require.NoError(t, f.Validate(document))
}

// Validate returns an error if a document does not match the form or has unknown fields.
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
