package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// TestRecord writes a run down and reads it back: nothing has changed.
func TestRecord(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "record")
	r := upgrade()
	r.Scenarios[0].Cells[0] = result.Cell{Client: "python-3.8/default", Outcome: clients.Rejected,
		Message:   "two\nlines, a\ttab, a \\n that is two characters, " + hostile,
		Judgement: verdict.Judgement{Kind: verdict.Broken, Class: failure.Untrusted, FromAlert: true, Documented: true}}
	require.NoError(t, result.WriteRecord(dir, r))
	again, err := result.Open(dir)
	require.NoError(t, err)
	d := result.Since(r, again)
	assert.Empty(t, d.Changes)
	assert.Empty(t, d.OnlyFrom)
	assert.Empty(t, d.OnlyTo)
	assert.Len(t, d.Pairs, len(r.Clients))
	assert.True(t, again.Scenarios[0].Cells[0].FromAlert)
	assert.Equal(t, "OpenSSL 3.0.19", again.Clients[0].Library)
	assert.Equal(t, r.Scenarios[2].Story, again.Scenarios[2].Story)

	// One line for clients that did the same, with ranges of versions.
	data, err := os.ReadFile(filepath.Join(dir, "python.txt"))
	require.NoError(t, err)
	assert.Contains(t, string(data), "\nnot-yet-valid\trejected\tok\texpired\t*\tcertificate has expired "+
		"(_ssl.c:LINE)\n")
	assert.Contains(t, string(data), "\nself-signed\trejected\tok\texpired\tdefault=3.8..3.9 strict=3.8\tcertificate "+
		"has expired (_ssl.c:LINE)\n")
	assert.Contains(t, string(data), "\nexpired\taccepted\tinsecure!\t\tdefault=3.11 strict=3.11\t\n")

	// Written again it is the same, byte by byte.
	require.NoError(t, result.WriteRecord(dir, again))
	twice, err := os.ReadFile(filepath.Join(dir, "python.txt"))
	require.NoError(t, err)
	assert.Equal(t, string(data), string(twice))
}

// TestRecordKeeps records a run with fewer clients over one with more: what it does not have stays.
func TestRecordKeeps(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, result.WriteRecord(dir, run(append(python("default", "3.8", "3.13"), clients.Info{Stack: "curl",
		Version: "8", Variant: "default"}), many, good)))
	require.NoError(t, result.WriteRecord(dir, run(python("default", "3.9", "3.13"), many[:3], func(string,
		clients.Info) result.Cell {
		return rejected(failure.Untrusted, "something else")
	})))
	r, err := result.ReadRecord(dir)
	require.NoError(t, err)
	var ids []string
	for _, c := range r.Clients {
		ids = append(ids, c.ID())
	}
	assert.Equal(t, []string{"curl-8/default", "python-3.8/default", "python-3.9/default", "python-3.13/default"}, ids)
	assert.Len(t, r.Scenarios, len(many))
	cells := map[string]failure.Class{}
	for _, c := range r.Scenarios[2].Cells {
		cells[c.Client] = c.Class
	}
	assert.Equal(t, map[string]failure.Class{"curl-8/default": "expired", "python-3.8/default": "expired",
		"python-3.9/default": "untrusted", "python-3.13/default": "untrusted"}, cells)
}

func TestReadRecordRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"client\t1\n":                             "line 1: it has 2 fields",
		"client\t1\tdefault\thttps\t\nexpired\n":  "line 2: it has 1 fields",
		"expired\trejected\tok\t\tother\tmessage": "no client line has the variant other",
		"client\t1\tdefault\thttps\t\nexpired\trejected\tok\t\tdefault=1..2\tmessage": "no client lines have the " +
			"versions 1..2",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "python.txt"), []byte(text), 0o600))
		_, err := result.Open(dir)
		assert.ErrorContains(t, err, want)
	}
}
