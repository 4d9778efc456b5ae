package report

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/jsonform"
	"example.com/tlslab/lab/verdict"
)

// enumerated are the types that have a few values.
func enumerated() map[reflect.Type][]any {
	var kinds []any
	for _, k := range verdict.Kinds() {
		kinds = append(kinds, string(k))
	}
	var effects []any
	for _, e := range Effects() {
		effects = append(effects, string(e))
	}
	return map[reflect.Type][]any{
		reflect.TypeFor[verdict.Kind](): kinds,
		reflect.TypeFor[clients.Outcome](): {
			string(clients.Accepted), string(clients.Rejected), string(clients.Unsupported), string(clients.Failed),
			"", // the control was not asked
		},
		reflect.TypeFor[Grade]():  {string(Pass), string(Incomplete), string(Fail)},
		reflect.TypeFor[Effect](): effects,
	}
}

// The schemas of results are what the Go types say, and hold what is written.
func TestSchemas(t *testing.T) {
	forms := map[string]jsonform.Form{
		"run":    {Type: reflect.TypeFor[Run](), Title: "The results of tlslab run --json", Version: Schema, Words: enumerated()},
		"test":   {Type: reflect.TypeFor[Assessment](), Title: "The results of tlslab test --json", Version: Schema, Words: enumerated()},
		"matrix": {Type: reflect.TypeFor[stored](), Title: "The results of tlslab matrix --json", Version: MatrixSchema, Words: enumerated(), Never: reflect.TypeFor[never]()},
	}
	for name, f := range forms {
		f.Published(t, "../schema/"+name+".json")
	}
	file, err := os.ReadFile("testdata/schema-1.json")
	require.NoError(t, err)
	forms["run"].Holds(t, file)

	r, err := Read(bytes.NewReader(file))
	require.NoError(t, err)
	r.Diffs = []*Diff{Since(r, r)}
	r.Scenarios[0].Cells[0].ServerLog = []string{"a line"}
	var matrix bytes.Buffer
	require.NoError(t, r.WriteTables(&matrix, false))
	forms["matrix"].Holds(t, matrix.Bytes())
	assessed, err := json.Marshal(Assess(r, nil))
	require.NoError(t, err)
	forms["test"].Holds(t, assessed)

	// One is not the other, and what nobody has described is noticed.
	assert.Error(t, forms["run"].Validate(matrix.Bytes()))
	assert.Error(t, forms["matrix"].Validate(file))
	assert.Error(t, forms["run"].Validate(bytes.Replace(file, []byte(`"outcome": "`), []byte(`"outcome": "un`), 1)))
	assert.Error(t, forms["run"].Validate(bytes.Replace(file, []byte(`"outcome":`), []byte(`"came_to":`), 1)))
}
