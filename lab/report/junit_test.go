package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// junit is what the common schema (that of Jenkins' xUnit plugin) allows within an element: its
// attributes, those that must be there marked, and its children in their order.
var junit = map[string]struct{ attributes, children []string }{
	"testsuites": {[]string{"name", "time", "tests", "failures", "errors"}, []string{"testsuite"}},
	"testsuite": {[]string{"name!", "tests!", "failures!", "errors!", "time", "skipped", "timestamp", "hostname", "id",
		"package"},
		[]string{"properties", "testcase", "system-out", "system-err"}},
	"properties": {nil, []string{"property"}},
	"property":   {[]string{"name!", "value!"}, nil},
	"testcase": {[]string{"name!", "classname", "time", "group"},
		[]string{"skipped", "error", "failure", "system-out", "system-err"}},
	"skipped":    {[]string{"message", "type"}, nil},
	"error":      {[]string{"message", "type"}, nil},
	"failure":    {[]string{"message", "type"}, nil},
	"system-out": {nil, nil},
}

// checkJUnit checks that a document is well-formed and follows the common schema.
func checkJUnit(t *testing.T, doc []byte) {
	dec := xml.NewDecoder(bytes.NewReader(doc))
	var path []string
	var last []int // by depth, the place of the child before among those that there may be
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			allowed, known := junit[name]
			require.True(t, known, "element %s", name)
			if len(path) > 0 {
				place := slices.Index(junit[path[len(path)-1]].children, name)
				require.GreaterOrEqual(t, place, last[len(last)-1], "%s in %v", name, path)
				last[len(last)-1] = place
			}
			for _, a := range e.Attr {
				require.True(t, slices.Contains(allowed.attributes, a.Name.Local) ||
					slices.Contains(allowed.attributes, a.Name.Local+"!"), "%s has %s", name, a.Name.Local)
			}
			for _, a := range allowed.attributes {
				if want, must := strings.CutSuffix(a, "!"); must {
					require.True(t, slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == want }),
						"%s lacks %s", name, want)
				}
			}
			path, last = append(path, name), append(last, 0)
		case xml.EndElement:
			path, last = path[:len(path)-1], last[:len(last)-1]
		}
	}
}

func TestJUnit(t *testing.T) {
	r := run(python("default", "3.8", "3.9"), many, func(id string, c clients.Info) result.Cell {
		switch {
		case c.Version == "3.9":
		case id == "expired":
			cell := accepted(verdict.Insecure, false)
			cell.Why = lang.Plain("it must reject this as expired")
			return cell
		case id == "wrong-host":
			cell := accepted(verdict.Insecure, true)
			cell.Why = lang.Plain("declared not to check")
			return cell
		case id == "self-signed":
			return result.Cell{Outcome: clients.Unsupported,
				Judgement: verdict.Judgement{Kind: verdict.Unsupported, Documented: true, Why: lang.Plain("it cannot")}}
		case id == "plain-http":
			return result.Cell{Outcome: clients.Failed, Message: "died",
				Judgement: verdict.Judgement{Kind: verdict.Error, Why: lang.Plain("died")}}
		}
		return good(id, c)
	})
	var out bytes.Buffer
	require.NoError(t, report.WriteJUnit(&out, r))
	checkJUnit(t, out.Bytes())
	for _, want := range []string{
		`<testsuites name="tlslab" tests="16" failures="1" errors="1" time="1.500">`,
		`<testsuite name="python-3.8/default" tests="8" failures="1" errors="1" skipped="1" time="0.000" ` +
			`timestamp="2026-11-22T06:00:00">`,
		`<testcase name="expired" classname="python-3.8/default.validity" time="0.000">`,
		`<failure message="insecure! it must reject this as expired" type="insecure">`,
		"to reproduce: tlslab run expired --client python-3.8/default --seed",
		`<skipped message="it cannot"></skipped>`,
		`<error message="error! died" type="error">`,
		"<system-out>scenario: ",
		"judgement: insecure*",
	} {
		assert.Contains(t, out.String(), want)
	}
}

// TestJUnitHostile checks that no message breaks the document, and that a parser returns it in a readable form.
func TestJUnitHostile(t *testing.T) {
	r := run(python("default", "3.8"), many, func(string, clients.Info) result.Cell {
		cell := rejected(failure.Expired, hostile)
		cell.Judgement = verdict.Judgement{Kind: verdict.WrongReason, Why: lang.Plain(hostile)}
		return cell
	})
	r.Seed = hostile
	var out bytes.Buffer
	require.NoError(t, report.WriteJUnit(&out, r))
	checkJUnit(t, out.Bytes())
	assert.NotContains(t, out.String(), "\ufffd")
	var doc struct {
		Failure string `xml:"testsuite>testcase>failure"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &doc))
	assert.Contains(t, doc.Failure, `its message: </script><img src=x onerror=alert(1)><!-- ]]> "quoted"`)
	assert.Contains(t, doc.Failure, `\x00\x1b[31mred\x07 \u202e`)
}
