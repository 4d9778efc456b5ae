package report_test

import (
	"time"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// hostile is what a server or a client could have a message say: the end of a script, of a
// comment, of CDATA and of a table's cell, a terminal's commands, writing from right to left, NUL
// and bytes that are not UTF-8.
const hostile = "</script><img src=x onerror=alert(1)><!-- ]]> \"quoted\" 'single' `code` a|b \x00\x1b[31mred\x07 " +
	"\u202etxet\u202c \u2028 \xff\xfe & end"

// python makes clients of one stack.
func python(variant string, versions ...string) []clients.Info {
	var list []clients.Info
	for _, v := range versions {
		list = append(list, clients.Info{Stack: "python", Service: "https", Version: v, Variant: variant,
			Library: "OpenSSL 3.0.19"})
	}
	return list
}

// accepted and rejected are cells, to be placed.
func accepted(kind verdict.Kind, documented bool) result.Cell {
	return result.Cell{Outcome: clients.Accepted, Judgement: verdict.Judgement{Kind: kind, Documented: documented},
		Observed: []serve.Observation{{Version: "TLS 1.3", End: serve.EndServed}}}
}

func rejected(class failure.Class, message string) result.Cell {
	return result.Cell{Outcome: clients.Rejected, Message: message,
		Judgement: verdict.Judgement{Kind: verdict.OK, Class: class, Documented: true},
		Observed: []serve.Observation{{Version: "TLS 1.3", End: serve.EndAlertReceived,
			AlertReceived: &wire.Alert{Code: 45, Name: "certificate_expired"}}}}
}

// run returns a run of catalogue scenarios with the cells that a function returns.
func run(infos []clients.Info, ids []string, does func(id string, c clients.Info) result.Cell) *result.Run {
	r := &result.Run{Schema: result.Schema, Seed: "it's a seed", At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Started: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC), Duration: 1500 * time.Millisecond, Clients: infos}
	for _, id := range ids {
		s, ok := scenarios.Lookup(id)
		if !ok {
			panic("no scenario " + id)
		}
		out := result.Scenario{ID: s.ID, Family: s.Family, Title: s.Title, Control: s.Control,
			Expect: result.NewExpectation(s.Expect), Story: result.Story(s.Story), Fix: s.Fix}
		for _, c := range infos {
			cell := does(id, c)
			if cell.Outcome == "" {
				continue // they do not speak the same
			}
			cell.Client = c.ID()
			out.Cells = append(out.Cells, cell)
		}
		r.Scenarios = append(r.Scenarios, out)
	}
	return r
}

// many are more scenarios than a matrix has columns for.
var many = []string{"good", "good-ip", "expired", "not-yet-valid", "wrong-host", "untrusted-root", "self-signed",
	"plain-http"}
