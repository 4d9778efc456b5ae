package result

import (
	"bytes"
	"flag"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/jsonform"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/verdict"
)

// jsonform reads it by its name.
var _ = flag.Bool("update", false, "write the schemas of lab/schema anew")

// enumerated are the types that have a few values.
var enumerated = map[reflect.Type][]any{
	reflect.TypeFor[verdict.Kind]():    jsonform.Values(verdict.Kinds()...),
	reflect.TypeFor[clients.Outcome](): append(jsonform.Values(clients.Outcomes()...), ""), // the control was not asked
	reflect.TypeFor[Effect]():          jsonform.Values(Effects()...),
}

// TestSchemas checks that the schemas of results match the Go types, and what is written.
func TestSchemas(t *testing.T) {
	forms := map[string]jsonform.Form{
		"run": {Type: reflect.TypeFor[Run](), Title: "The results of tlslab run --json", Version: Schema,
			Words: enumerated, Recursive: reflect.TypeFor[lang.Reason]()},
		"matrix": {Type: reflect.TypeFor[stored](), Title: "The results of tlslab matrix --json", Version: MatrixSchema,
			Words: enumerated, Recursive: reflect.TypeFor[lang.Reason](), Never: reflect.TypeFor[never]()},
	}
	forms["compare"] = jsonform.Form{
		Type: reflect.TypeFor[Comparison](), Title: "What tlslab compare --format json prints", Version: CompareSchema,
		Words: enumerated,
	}
	for name, f := range forms {
		f.Published(t, "../schema/"+name+".json")
	}
	r, err := Open("testdata/schema-1.json")
	require.NoError(t, err)
	var written bytes.Buffer
	require.NoError(t, WriteJSON(&written, r))
	file := written.Bytes()
	forms["run"].Holds(t, file)
	r.Diffs = []*Diff{Since(r, r)}
	r.Scenarios[0].Cells[0].ServerLog = []string{"a line"}
	var matrix bytes.Buffer
	require.NoError(t, r.WriteTables(&matrix, false))
	forms["matrix"].Holds(t, matrix.Bytes())

	var compared bytes.Buffer
	former := *r
	former.Scenarios = append([]Scenario{}, r.Scenarios...)
	failed := verdict.Judgement{Kind: verdict.Error}
	former.Scenarios[0].Cells = []Cell{{Client: r.Clients[0].ID(), Outcome: clients.Failed, Judgement: failed}}
	d := Since(&former, r)
	require.True(t, d.Has(Ability))
	require.False(t, d.Same())
	require.NoError(t, WriteJSON(&compared, NewComparison(&former, r, "former", "r", d)))
	forms["compare"].Holds(t, compared.Bytes())

	// One form is not valid as the other, and undescribed fields and values are invalid.
	assert.Error(t, forms["run"].Validate(matrix.Bytes()))
	assert.Error(t, forms["matrix"].Validate(file))
	assert.Error(t, forms["run"].Validate(bytes.Replace(file, []byte(`"outcome": "`), []byte(`"outcome": "un`), 1)))
	assert.Error(t, forms["run"].Validate(bytes.Replace(file, []byte(`"outcome":`), []byte(`"came_to":`), 1)))
}
