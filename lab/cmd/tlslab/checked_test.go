package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/lessons"
	"example.com/tlslab/lab/lessons/check"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// TestChecked checks that the output of a check fits the terminal, and that each wrong row says why.
func TestChecked(t *testing.T) {
	refused := func(id string, kind verdict.Kind, finding assess.Code) check.Row {
		s, _ := scenarios.Lookup(id)
		row := check.Row{ID: id, Expect: s.Expect.Verdict, Reasons: s.Expect.Failures, Finding: finding}
		row.Cell = result.Cell{Outcome: clients.Rejected, Judgement: verdict.Judgement{Kind: kind},
			Message: "certificate verify failed: \x1b[31munable to get local issuer certificate"}
		return row
	}
	rows := []check.Row{
		{ID: "good-tls13", Expect: scenarios.Accept, OK: true, Cell: result.Cell{Outcome: clients.Accepted}},
		refused("good", verdict.Broken, assess.TrustsSomethingElse),
		refused("untrusted-root", verdict.Void, ""),
		refused("plain-http", verdict.OK, assess.InTheClear),
	}
	lesson, _ := lessons.Lookup("which-ca")
	for _, in := range lang.All() {
		finding := check.Finding{
			Code: assess.TrustsSomethingElse, Scenarios: []string{"good"}, Switches: []string{"no cafile"},
		}
		said := prose.Of(in, finding.Code)
		shown := checkedLesson{
			Result:   &check.Result{Rows: rows, Seed: "s", At: time.Unix(0, 0).UTC()},
			Hint:     lesson.Hints(in)[0].Text,
			Findings: []saidFinding{{finding, said.Says, said.Ask}},
		}
		for _, columns := range []string{"", "40", "80", "200"} {
			t.Setenv("COLUMNS", columns)
			var out bytes.Buffer
			(&console{stdout: &out, lang: in}).checked(lesson, shown)
			width := map[string]int{"": usualWidth, "40": 40, "80": 80, "200": mostWidth}[columns]
			for line := range strings.SplitSeq(out.String(), "\n") {
				assert.Equal(t, strings.TrimRight(line, " "), line, columns)
				if !strings.Contains(line, "--seed") {
					assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(line), width, line)
				}
			}
			all := strings.Join(strings.Fields(out.String()), " ")
			assert.NotContains(t, all, "\x1b")
			for _, row := range strings.Split(all, "✗ ")[1:] {
				var why string
				switch id, _, _ := strings.Cut(row, " "); id {
				case "good":
					why = string(assess.TrustsSomethingElse) + ":"
				case "untrusted-root":
					why = strings.Split(in.Words("check")["void"], " %s")[0] + " good"
				case "plain-http":
					why = string(assess.InTheClear) + ":"
				}
				assert.Contains(t, row, why, columns)
			}
			assert.Contains(t, all, string(failure.NotTLS))
		}
	}
}
