package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/scenarios"
)

// TestAlikeFailures checks that failures that differ only in the server's address are one finding, and that others are
// not.
func TestAlikeFailures(t *testing.T) {
	const traceback = "the stub ended with exit status 1: ConnectionError(host='%s', port=%d): <Connection object at " +
		"0x7f%06x> cannot reach ('%s', %d) in process %d"
	var all []did
	for i, s := range scenarios.All()[:40] {
		host := []string{"localhost", "127.0.0.1", "foo.tlslab.test", "[::1]"}[i%4]
		all = append(all, did{s.ID, yes, clients.Failed, fmt.Sprintf(traceback, host, 34567+i, 1<<16+i*77, host,
			34567+i, 4321+i), true})
	}
	other := strings.Replace(all[0].message, "status 1", "status 2", 1)
	all = append(all, did{"expired", yes, clients.Failed, other, true})
	a := judged(t, nil, all)
	require.Len(t, a.Findings, 2)
	assert.Len(t, a.Findings[0].Scenarios, 40)
	assert.Equal(t, []string{"expired"}, a.Findings[1].Scenarios)
	var out bytes.Buffer
	report.Terminal{W: &out, Width: 80}.Assessment(a)
	assert.Less(t, strings.Count(out.String(), "\n"), 25, out.String())
}

// TestVerdictOnlySaysSo checks that the grade of a run without reasons says so in every form.
func TestVerdictOnlySaysSo(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, no, right["expired"], true}})
	assert.False(t, a.VerdictOnly)
	a.Run.Clients = []clients.Info{{Stack: "under-test", UnderTest: true, VerdictOnly: true}}
	a = assess.Assess(a.Run, nil)
	assert.True(t, a.VerdictOnly)
	for lang, want := range map[lang.Tag]string{
		lang.English: "pass: 2 ok, reasons not judged (--verdict-only); 2 scenarios in ",
		lang.Chinese: "未判断拒绝的原因（--verdict-only）",
	} {
		var out bytes.Buffer
		report.Terminal{W: &out, Locale: lang}.Assessment(a)
		assert.Contains(t, out.String(), want)
	}
}
