package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab"
	"example.com/tlslab/lab/diagnose"
	"example.com/tlslab/lab/explain"
	"example.com/tlslab/lab/internal/jsonform"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
)

// The tests look this flag up by its name.
var _ = flag.Bool("update", false, "update the schemas in lab/schema")

const schemas = "../../schema"

// printed returns what a command prints.
func printed(t *testing.T, args ...string) []byte {
	t.Helper()
	var stdout, stderr bytes.Buffer
	run(context.Background(), args, &stdout, &stderr)
	require.NotEmpty(t, stdout.Bytes(), stderr.String())
	return stdout.Bytes()
}

// TestListSchema checks that the output of list --json follows its schema.
func TestListSchema(t *testing.T) {
	f := jsonform.Form{Type: reflect.TypeFor[[]entry](), Title: "The catalogue, as tlslab list --json prints it"}
	f.Published(t, filepath.Join(schemas, "list.json"))
	f.Holds(t, printed(t, "list", "--json"))
	f.Holds(t, printed(t, "list", "--json", "--service", "https,mongodb,mongod"))
}

// TestEndpointsSchema checks that endpoints.json follows its schema.
func TestEndpointsSchema(t *testing.T) {
	f := jsonform.Form{
		Type: reflect.TypeFor[serve.Endpoints](), Title: "endpoints.json, what tlslab up serves",
		Version: serve.EndpointsSchema,
	}
	f.Published(t, filepath.Join(schemas, "endpoints.json"))
	dir := filepath.Join(t.TempDir(), "lab")
	l, err := lab.New(lab.Config{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	var list []*scenarios.Scenario
	for _, id := range []string{"good", "expired", "client-certificate-missing", "unknown-host"} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		list = append(list, s)
	}
	up, err := l.Up(t.Context(), list, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, up.Close()) }()
	text, err := os.ReadFile(filepath.Join(dir, lab.EndpointsFile))
	require.NoError(t, err)
	f.Holds(t, text)
	var doc serve.Endpoints
	require.NoError(t, json.Unmarshal(text, &doc))
	require.Len(t, doc.Scenarios, len(list))
}

// TestExplainSchema checks that the output of explain --json follows its schema.
func TestExplainSchema(t *testing.T) {
	f := jsonform.Form{
		Type: reflect.TypeFor[explain.Explained](), Title: "What tlslab explain --json prints", Version: explain.Schema,
	}
	f.Published(t, filepath.Join(schemas, "explain.json"))
	f.Holds(t, printed(t, "explain", "--json", "curl: (60) SSL certificate problem: certificate has expired"))
	f.Holds(t, printed(t, "explain", "--json", "2026/11/22 10:00:07 http: TLS handshake error from 10.0.0.5:32772: EOF"))
	f.Holds(t, printed(t, "explain", "--json", "hello"))
}

// TestDiagnoseSchema checks that the output of diagnose --json follows its schema.
func TestDiagnoseSchema(t *testing.T) {
	f := jsonform.Form{
		Type: reflect.TypeFor[diagnose.Report](), Title: "The results of tlslab diagnose --json",
		Version: diagnose.Schema, Words: map[reflect.Type][]any{
			reflect.TypeFor[diagnose.Severity](): jsonform.Values(diagnose.Severities()...),
		},
	}
	f.Published(t, filepath.Join(schemas, "diagnose.json"))
	l, err := lab.New(lab.Config{ClientFiles: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	for _, id := range []string{"good", "expired", "missing-intermediate"} {
		s, ok := scenarios.Lookup(id)
		require.True(t, ok, id)
		in, err := l.Serve(t.Context(), s)
		require.NoError(t, err)
		e := in.Endpoint
		f.Holds(t, printed(t, "diagnose", "--json", "--light", "--ca", e.CAFile, "localhost:"+strconv.Itoa(e.Port)))
		require.NoError(t, in.Close())
	}
	f.Holds(t, printed(t, "diagnose", "--json", "localhost:1"))
}
