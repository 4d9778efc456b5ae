package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// upgrade is a run in which Python 3.11 does something else than 3.8 in every way there is.
func upgrade() *result.Run {
	return run(append(python("default", "3.8", "3.9", "3.11"), python("strict", "3.8", "3.11")...), many,
		func(id string, c clients.Info) result.Cell {
			later := c.Version == "3.11"
			switch {
			case id == "good-ip" && later:
				cell := rejected(failure.HandshakeFailure, "handshake failure")
				cell.Kind, cell.Documented = verdict.Broken, false
				return cell
			case id == "expired" && later:
				return accepted(verdict.Insecure, false)
			case id == "wrong-host" && later:
				return rejected(failure.HostnameMismatch, "certificate has expired (_ssl.c:7)")
			case id == "self-signed" && later:
				return rejected(failure.Expired, "it has expired")
			case id == "plain-http" && c.Variant == "strict" && later:
				return result.Cell{Outcome: clients.Unsupported, Message: "cannot",
					Judgement: verdict.Judgement{Kind: verdict.Unsupported, Documented: true}}
			}
			return good(id, c)
		})
}

func TestUpgrade(t *testing.T) {
	r := upgrade()
	d, err := result.Upgrade(r, r, "python-3.8:python-3.11")
	require.NoError(t, err)
	assert.Equal(t, []result.Pair{{From: "python-3.8/default", To: "python-3.11/default"},
		{From: "python-3.8/strict", To: "python-3.11/strict"}}, d.Pairs)
	effects := map[result.Effect][]string{}
	for _, c := range d.Changes {
		if c.From.Client == "python-3.8/default" {
			effects[c.Effect] = append(effects[c.Effect], c.Scenario)
		}
	}
	assert.Equal(t, map[result.Effect][]string{
		result.NowRejects: {"good-ip"}, result.NowAccepts: {"expired"},
		result.OtherCause: {"wrong-host"}, result.Wording: {"self-signed"},
	}, effects)
	last := d.Changes[len(d.Changes)-3]
	assert.Equal(t, result.Ability, last.Effect)
	assert.Equal(t, "plain-http", last.Scenario)

	assert.Equal(t, len(many), d.Scenarios)

	// A name without the end of its version is the newest that fits.
	d, err = result.Upgrade(r, r, "python-3/default:python-3.8/default")
	require.NoError(t, err)
	assert.Equal(t, []result.Pair{{From: "python-3.11/default", To: "python-3.8/default"}}, d.Pairs)
	// Two clients of different variants can be compared where they are named.
	d, err = result.Upgrade(r, r, "python-3.8/default:python-3.8/strict")
	require.NoError(t, err)
	assert.Empty(t, d.Changes)
}

func TestUpgradeRefuses(t *testing.T) {
	r := upgrade()
	for names, want := range map[string]string{
		"python-3.8":  "with a colon between",
		":python-3.8": "with a colon between",
		"python-2.7:python-3.8": `no client of the run matches "python-2.7" (did you mean python?): it has ` +
			`python-3.8 python-3.9 python-3.11`,
		"python-3.9:python-3.8/strict": "",
	} {
		_, err := result.Upgrade(r, r, names)
		if want == "" {
			require.NoError(t, err, names)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
}

func TestSince(t *testing.T) {
	ids := many[:3]
	before := run(append(python("default", "3.8", "3.9"), clients.Info{Stack: "wget", Version: "1",
		Variant: "default"}), many[:2], good)
	after := run(append(python("default", "3.7", "3.9", "3.12"), python("new", "3.9")...), ids[1:], good)
	d := result.Since(before, after)
	assert.Equal(t, []result.Pair{{From: "python-3.8/default", To: "python-3.7/default"},
		{From: "python-3.9/default", To: "python-3.9/default"},
		{From: "python-3.9/default", To: "python-3.12/default"}}, d.Pairs)
	assert.Equal(t, 1, d.Scenarios)
	assert.Empty(t, d.Changes)
	assert.Equal(t, []string{"good", "wget-1/default"}, d.OnlyFrom)
	assert.Equal(t, []string{"expired", "python-3.9/new"}, d.OnlyTo)
	var out strings.Builder
	report.Terminal{W: &out}.Diff(result.Since(before, before), false)
	assert.Contains(t, out.String(), "since the earlier run\n2 scenarios × 3 pairs of clients: nothing has changed")
}

// TestSteadyInDiff checks that different ports, times, directories and source lines are not changes.
func TestSteadyInDiff(t *testing.T) {
	say := func(message string) *result.Run {
		return run(python("default", "3.8"), many, func(string,
			clients.Info) result.Cell {
			return rejected(failure.Expired, message)
		})
	}
	before := say("https://localhost:4711: (_ssl.c:1129) open /tmp/tlslab-123/expired/root.pem at " +
		"2026-11-22T05:05:04Z, on port 77 ")
	after := say("https://localhost:50123: (_ssl.c:997) open C:\\Temp\\tlslab-9\\expired/root.pem at " +
		"2027-01-02T05:05:05Z, on port 9 ")
	assert.Empty(t, result.Since(before, after).Changes)
	assert.Len(t, result.Since(before, say("https://localhost:4711: something else")).Changes, len(many))
}

// TestScenariosCompared counts the scenarios that both clients of a pair were asked, and no others.
func TestScenariosCompared(t *testing.T) {
	r := run(python("default", "3.8", "3.11"), many, func(id string, c clients.Info) result.Cell {
		if id == "expired" && c.Version == "3.11" {
			return result.Cell{} // not asked
		}
		return good(id, c)
	})
	d, err := result.Upgrade(r, r, "python-3.8:python-3.11")
	require.NoError(t, err)
	assert.Equal(t, len(many)-1, d.Scenarios)
}

func TestDiffMarkdown(t *testing.T) {
	r := upgrade()
	d, err := result.Upgrade(r, r, "python-3.8:python-3.11")
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, report.WriteDiffMarkdown(&out, d, false))
	assert.Contains(t, out.String(), "### python-3.8 → python-3.11\n")
	assert.Contains(t, out.String(), "| `good-ip` | accepted, ok | rejected, broken! (handshake-failure) | all "+
		"variants | `handshake failure` |\n")
	assert.Contains(t, out.String(), "| `plain-http` | rejected, ok (expired) | unsupported* | strict | `cannot` |\n")

	evil := run(python("default", "3.9"), many, func(string,
		clients.Info) result.Cell {
		return rejected(failure.Expired, hostile)
	})
	out.Reset()
	require.NoError(t, report.WriteDiffMarkdown(&out, result.Since(run(python("default", "3.8"), many, func(string,
		clients.Info) result.Cell {
		return accepted(verdict.OK, true)
	}), evil), false))
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "| `expired`") {
			assert.Contains(t, line, "``") // the fence is longer than the message's own
			assert.Equal(t, 5, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), "four columns: %s", line)
		}
	}
	assert.NotContains(t, out.String(), "\x1b")
}

func TestReadRun(t *testing.T) {
	r := upgrade()
	var out bytes.Buffer
	require.NoError(t, result.WriteJSON(&out, r))
	again, err := result.Read(&out)
	require.NoError(t, err)
	a, err := json.Marshal(r)
	require.NoError(t, err)
	b, err := json.Marshal(again)
	require.NoError(t, err)
	assert.JSONEq(t, string(a), string(b))
	for text, want := range map[string]string{"": "EOF", "[]": "want the output of tlslab", "{}": "its schema is 0",
		`{"schema": 99}`: "its schema is 99"} {
		_, err := result.Read(strings.NewReader(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// TestDiffHTML checks that a page of a comparison shows each effect, and that messages stay text.
func TestDiffHTML(t *testing.T) {
	r := upgrade()
	d, err := result.Upgrade(r, r, "python-3.8:python-3.11")
	require.NoError(t, err)
	d.Changes[0].To.Message = "<script>alert(1)</script>"
	var out strings.Builder
	require.NoError(t, report.WriteDiffHTML(&out, d, false))
	assert.Contains(t, out.String(), "<title>python-3.8 → python-3.11</title>")
	assert.Contains(t, out.String(), "<h2>accepted before, rejected now</h2>")
	assert.Contains(t, out.String(), "&lt;script&gt;alert(1)&lt;/script&gt;")
	assert.NotContains(t, out.String(), "<script")
	assert.NotContains(t, out.String(), "<h2>the same in other words</h2>")
	out.Reset()
	require.NoError(t, report.WriteDiffHTML(&out, d, true))
	assert.Contains(t, out.String(), "<h2>the same in other words</h2>")
	out.Reset()
	require.NoError(t, report.WriteDiffMarkdown(&out, d, true))
	assert.Contains(t, out.String(), "the same in other words:")
}
