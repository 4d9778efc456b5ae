package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/internal/visible"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// good is what a client does that does everything right.
func good(id string, _ clients.Info) result.Cell {
	if strings.HasPrefix(id, "good") {
		return accepted(verdict.OK, true)
	}
	return rejected(failure.Expired, "certificate has expired (_ssl.c:1129)")
}

func TestGroups(t *testing.T) {
	infos := append(python("default", "3.6", "3.8", "3.9", "3.10", "3.11"), python("insecure", "3.6", "3.8")...)
	infos = append(infos, clients.Info{Stack: "curl", Version: "8", Variant: "default"})
	r := run(infos, many, func(id string, c clients.Info) result.Cell {
		if id == "expired" && c.Variant == "default" && c.Version == "3.10" {
			return accepted(verdict.Insecure, false)
		}
		return good(id, c)
	})
	var names []string
	for _, g := range r.Groups() {
		names = append(names, g.Name())
	}
	assert.Equal(t, []string{"python default 3.6–3.9, 3.11", "python default 3.10", "python insecure 3.6–3.8",
		"curl default 8"}, names)
}

// TestMatrixUnfoldsFailures checks that what is not as documented is shown in full, and that the counts of the rest add
// up.
func TestMatrixUnfoldsFailures(t *testing.T) {
	r := run(python("default", "3.8", "3.9"), many, func(id string, c clients.Info) result.Cell {
		switch {
		case id == "expired" && c.Version == "3.9":
			cell := accepted(verdict.Insecure, false)
			cell.Why = lang.Plain("it must reject this as expired")
			return cell
		case id == "wrong-host":
			return accepted(verdict.Insecure, true)
		}
		return good(id, c)
	})
	var out strings.Builder
	report.Terminal{W: &out, Width: 100}.Matrix(r)
	assert.Regexp(t, `(?m)^client +baseline +validity +names +chain +wire`, out.String())
	assert.Regexp(t, `(?m)^python default 3\.8 +2 +2 +1X\* +2 +1 *$`, out.String())
	assert.Regexp(t, `(?m)^python default 3\.9 +2 +1 1X! +1X\* +2 +1 *$`, out.String())
	assert.Contains(t, out.String(), "expired × python-3.9/default\n  insecure! \n  it must reject this as expired\n "+
		" the server saw: TLS 1.3 a request, which it answered")
	assert.Contains(t, out.String(), "8 scenarios × 2 clients, 16 cells in 1.5s: 1 not as documented")
	assert.Contains(t, out.String(), `the same again: --seed 'it'\''s a seed' --at 2026-11-22T00:00:00Z`)
	assert.Contains(t, out.String(), "X insecure      accepted what it must reject")
	assert.NotContains(t, out.String(), "broken", "the legend has what is there alone")
	assert.NotContains(t, out.String(), "wrong-host ×", "what is to be expected is not unfolded")
}

// TestMatrixFitsWindow checks that no line is wider than the window.
func TestMatrixFitsWindow(t *testing.T) {
	r := run(append(python("server-purpose", "3.8.18", "3.9.18"), python("default", "2.7.18", "3.13.0")...), many,
		func(id string, c clients.Info) result.Cell {
			cell := accepted(verdict.Insecure, c.Version == "3.8.18")
			cell.Why = lang.Plain(strings.Repeat("because of a reason ", 20))
			return cell
		})
	// Two runs with several hundred changes, the messages long and without a blank.
	other := run(r.Clients, many, func(string, clients.Info) result.Cell {
		return rejected(failure.ClientCertificateRejected, strings.Repeat("x", 300))
	})
	for _, width := range []int{80, 81, 100, 140, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			var out strings.Builder
			terminal := report.Terminal{W: &out, Width: width, Color: true}
			terminal.Matrix(r)
			terminal.Diff(result.Since(r, other), true)
			for line := range strings.Lines(out.String()) {
				assert.LessOrEqual(t, text.StringWidthWithoutEscSequences(strings.TrimRight(line, " \n")), width, line)
			}
		})
	}
}

// TestMatrixOfFewScenarios has a column a scenario, with the words of run.
func TestMatrixOfFewScenarios(t *testing.T) {
	r := run(python("default", "3.8"), []string{"good", "expired"}, func(id string, c clients.Info) result.Cell {
		if id == "expired" {
			return accepted(verdict.Insecure, false)
		}
		return good(id, c)
	})
	var out strings.Builder
	report.Terminal{W: &out, Width: 100}.Matrix(r)
	assert.Regexp(t, `(?m)^client +good +expired`, out.String())
	assert.Regexp(t, `(?m)^python default 3\.8 +ok +insecure!`, out.String())
}

// TestMatrixOfServices has clients that speak something else than some scenarios: their cells are
// not there, and must not be taken for a neighbour's.
func TestMatrixOfServices(t *testing.T) {
	infos := append(python("default", "3.8"), clients.Info{Stack: "driver", Service: "mongodb", Version: "1",
		Variant: "default"})
	r := run(infos, []string{"expired", "mongo-expired"}, func(id string, c clients.Info) result.Cell {
		switch {
		case strings.HasPrefix(id, "mongo-") != (c.Service == "mongodb"):
			return result.Cell{}
		case c.Service == "mongodb":
			return accepted(verdict.Insecure, false)
		}
		return good(id, c)
	})
	var out strings.Builder
	report.Terminal{W: &out, Width: 120}.Matrix(r)
	assert.Regexp(t, `(?m)^python default 3\.8 +ok *$`, out.String())
	assert.Regexp(t, `(?m)^driver default 1 +insecure! *$`, out.String())
	out.Reset()
	report.Terminal{W: &out, Width: 120}.Run(r)
	assert.Regexp(t, `driver default *│ +│ accepted +│ insecure!`, out.String())
}

func TestHostileMessageInTerminal(t *testing.T) {
	r := run(python("default", "3.8"), many, func(id string, c clients.Info) result.Cell {
		cell := rejected("", hostile)
		cell.Judgement = verdict.Judgement{Kind: verdict.Error, Why: lang.Plain(hostile),
			Disagreement: lang.Plain(hostile)}
		return cell
	})
	var out strings.Builder
	report.Terminal{W: &out}.Matrix(r)
	report.Terminal{W: &out}.Run(r)
	report.Terminal{W: &out}.Diff(result.Compare(run(r.Clients, many, good), r,
		[]result.Pair{{From: r.Clients[0].ID(), To: r.Clients[0].ID()}}), true)
	require.Contains(t, out.String(), `\x1b[31mred`)
	for _, c := range []string{"\x00", "\x1b", "\x07", "\u202e", "\u2028", "\xff"} {
		assert.NotContains(t, out.String(), c)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"plain, ünïcode ✓\n\ttabbed": "plain, ünïcode ✓\n\ttabbed",
		"\x00\x1b\u0085":             `\x00\x1b\x85`,
		"\u202e\ufeff\u2029\uffff":   `\u202e\ufeff\u2029\uffff`,
		"\U000e0001":                 `\U000e0001`,
		"a\xffb\ufffdc":              `a\xffb` + "\ufffdc",
	} {
		assert.Equal(t, want, visible.Text(in), "%q", in)
	}
}

func TestCommand(t *testing.T) {
	r := run(python("default", "3.8"), many, good)
	assert.Equal(t, `tlslab run expired --client python-3.8/default --seed 'it'\''s a seed' --at 2026-11-22T00:00:00Z`,
		r.Command("expired", "python-3.8/default"))
	r.Seed = ""
	assert.Equal(t, `tlslab run expired --client python-3.8/default`, r.Command("expired", "python-3.8/default"))

	var err error
	accepts := scenarios.Expectation{Verdict: scenarios.Accept}
	r.Catalogue, err = scenarios.Own([]*scenarios.Scenario{{ID: "ours", Expect: accepts}})
	require.NoError(t, err)
	r.Catalogue.Paths = []string{"our files/a.yaml", "b"}
	assert.Equal(t, `tlslab run ours --client go --scenarios 'our files/a.yaml' --scenarios b`, r.Command("ours", "go"))
	assert.Equal(t, `tlslab run expired --client go`, r.Command("expired", "go"))
}
