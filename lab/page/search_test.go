package page

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// rowsOf are all rows of https, as a search sees them.
func rowsOf() []rowView {
	var rows []rowView
	for _, s := range scenarios.Behind(scenarios.HTTPS) {
		row := rowView{S: s, search: strings.ToLower(s.ID + " " + string(s.Family) + " " + s.Title)}
		if s.Expect.Verdict != scenarios.Accept && len(s.Expect.Failures) > 0 {
			row.Class = s.Expect.Failures[0]
		}
		rows = append(rows, row)
	}
	return rows
}

// A search is words, words that were mistyped, or a client's message.
func TestRead(t *testing.T) {
	rows := rowsOf()
	for query, test := range map[string]struct {
		finds, not []string
		classes    []failure.Class
		meant      []meant
	}{
		"expired":       {finds: []string{"expired", "expired-intermediate"}, not: []string{"wrong-host"}},
		"EXPIRED Inter": {finds: []string{"expired-intermediate"}, not: []string{"expired"}},
		"expird": {finds: []string{"expired"}, not: []string{"wrong-host"},
			meant: []meant{{"expird", "expired"}}},
		"wrnog-host": {finds: []string{"wrong-host"}, not: []string{"expired"},
			meant: []meant{{"wrnog-host", "wrong-host"}}},
		"zzyzx": {not: []string{"expired", "wrong-host", "good"}},
		"certificate has expired": {
			finds: []string{"expired"}, not: []string{"wrong-host", "good"}, classes: []failure.Class{failure.Expired},
		},
		"x509: certificate signed by unknown authority": {
			finds: []string{"untrusted-root", "missing-intermediate"}, not: []string{"expired",
				"good"}, classes: []failure.Class{failure.Untrusted},
		},
		"ERR_CERT_DATE_INVALID": {
			finds: []string{"expired", "not-yet-valid"}, not: []string{"wrong-host"},
			classes: []failure.Class{failure.Expired, failure.NotYetValid},
		},
	} {
		t.Run(query, func(t *testing.T) {
			r, err := read(t.Context(), query, rows)
			require.NoError(t, err)
			assert.Equal(t, test.classes, r.Classes)
			assert.Equal(t, test.meant, r.Meant)
			found := map[string]bool{}
			for _, row := range rows {
				if r.finds(row) {
					found[row.S.ID] = true
				}
			}
			for _, id := range test.finds {
				assert.True(t, found[id], "it does not find %s", id)
			}
			for _, id := range test.not {
				assert.False(t, found[id], "it finds %s", id)
			}
		})
	}
}

// The page's own example of a message finds what it can mean.
func TestPlaceholder(t *testing.T) {
	r, err := read(t.Context(), "CERTIFICATE_VERIFY_FAILED", rowsOf())
	require.NoError(t, err)
	assert.Contains(t, r.Classes, failure.Expired)
	assert.Contains(t, r.Classes, failure.Untrusted)
	assert.Contains(t, r.Scenarios, "expired")
}

// What people meet first is there.
func TestFirst(t *testing.T) {
	for _, id := range first {
		_, ok := scenarios.Lookup(id)
		assert.True(t, ok, id)
	}
}
