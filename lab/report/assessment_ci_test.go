package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/verdict"
)

// asJUnit is an assessment as continuous integration reads it.
func asJUnit(t *testing.T, a *assess.Assessment) string {
	t.Helper()
	a.Clients = []clients.Info{{Stack: "under-test", UnderTest: true}}
	var out bytes.Buffer
	require.NoError(t, report.WriteAssessmentJUnit(&out, a))
	checkJUnit(t, out.Bytes())
	return out.String()
}

func TestAssessmentJUnit(t *testing.T) {
	bad := []did{{"good", "", yes, "", true}, {"expired", yes, yes, "", true},
		{"wrong-host", yes, no, right["wrong-host"], true}}
	got := asJUnit(t, judged(t, nil, bad))
	assert.Contains(t, got, `<testsuites name="tlslab" tests="4" failures="2" errors="0"`)
	assert.Contains(t, got, `<failure message="insecure! it must reject this as expired"`)
	assert.Contains(t, got, `<failure message="fail" type="fail">dates-unchecked: It does not check the dates.`)

	// Accepted deviations pass, and so does the grade. A line that no longer holds fails only the grade.
	list := &assess.Deviations{List: []assess.Deviation{{Scenario: "expired", Kind: verdict.Insecure,
		Reason: "no clock"}}}
	assert.Contains(t, asJUnit(t, judged(t, list, bad)), `tests="4" failures="0" errors="0"`)
	gone := asJUnit(t, judged(t, list, []did{{"expired", yes, no, right["expired"], true}}))
	assert.Contains(t, gone, `<testsuites name="tlslab" tests="2" failures="1" errors="0"`)
	assert.Contains(t, gone, `>expired: fixed: it is no longer insecure`)
}

func TestAnnotations(t *testing.T) {
	var out strings.Builder
	require.NoError(t, report.WriteAnnotations(&out, judged(t, nil, []did{{"expired", yes, no, right["expired"],
		true}})))
	assert.Empty(t, out.String(), "nothing is wrong")

	require.NoError(t, report.WriteAnnotations(&out, judged(t, nil, []did{{"expired", yes, no,
		"certificate verify failed: 100% wrong, for all", true}, {"wrong-host", yes, yes, "", true}})))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2)
	for _, line := range lines {
		assert.Regexp(t, `^::error title=tlslab%3A (expired%3A unrecognised|names-unchecked)::\S`, line)
		_, data, _ := strings.Cut(strings.TrimPrefix(line, "::error"), "::")
		assert.NotRegexp(t, `%(?:[^20]|$)`, data, "what has a meaning to GitHub is escaped")
	}

	out.Reset()
	var many []did
	for _, id := range []string{"expired", "wrong-usage", "tampered-leaf", "just-expired", "not-yet-valid",
		"leaf-as-ca", "path-too-long", "sha1-leaf", "md5-leaf", "version-1-ca", "wrong-intermediate"} {
		many = append(many, did{id, yes, no, right["wrong-ip"], true})
	}
	require.NoError(t, report.WriteAnnotations(&out, judged(t, nil, append(many, did{"self-signed", yes, no,
		right["self-signed"], true}))))
	assert.Contains(t, out.String(), "title=tlslab%3A more::2 more: ")
	assert.LessOrEqual(t, strings.Count(out.String(), "\n"), 10, "GitHub shows no more of a step")
}
