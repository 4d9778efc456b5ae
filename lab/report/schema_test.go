package report_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/jsonform"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
)

// enumerated are the types that have a few values.
var enumerated = map[reflect.Type][]any{
	reflect.TypeFor[verdict.Kind](): jsonform.Values(verdict.Kinds()...),
	// the control was not asked
	reflect.TypeFor[clients.Outcome](): append(jsonform.Values(clients.Outcomes()...), ""),
	reflect.TypeFor[assess.Grade]():    jsonform.Values(assess.Pass, assess.Incomplete, assess.Fail),
	reflect.TypeFor[result.Effect]():   jsonform.Values(result.Effects()...),
}

// TestSchema checks that the schema of an assessment matches the Go type, and what is written.
func TestSchema(t *testing.T) {
	form := jsonform.Form{Recursive: reflect.TypeFor[lang.Reason](), Type: reflect.TypeFor[report.Assessed](),
		Title: "The results of tlslab test --json", Version: result.Schema, Words: enumerated}
	form.Published(t, "../schema/test.json")
	r, err := result.Open("../result/testdata/schema-1.json")
	require.NoError(t, err)
	assessed, err := json.Marshal(report.InWords(assess.Assess(r, nil)))
	require.NoError(t, err)
	form.Holds(t, assessed)
}

// TestSchemaOfImages does the same for assessments in several images.
func TestSchemaOfImages(t *testing.T) {
	form := jsonform.Form{Recursive: reflect.TypeFor[lang.Reason](), Type: reflect.TypeFor[report.AssessedImages](),
		Title: "The results of tlslab test --json with several images", Version: result.Schema, Words: enumerated}
	form.Published(t, "../schema/test-images.json")
	r, err := result.Open("../result/testdata/schema-1.json")
	require.NoError(t, err)
	all, err := report.JoinImages([]*assess.Assessment{
		assess.Assess(r.In("debian:11"), nil), assess.Assess(r.In("debian:13"), nil),
	})
	require.NoError(t, err)
	assessed, err := json.Marshal(all)
	require.NoError(t, err)
	form.Holds(t, assessed)
}
