package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/report"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// did is what a client did on one scenario.
type did struct {
	id      string
	control clients.Outcome
	outcome clients.Outcome
	message string
	seen    bool
}

// judged judges what a client did as lab.Run does.
func judged(t *testing.T, list *assess.Deviations, all []did) *report.Assessment {
	t.Helper()
	run := &result.Run{}
	for _, d := range all {
		s, ok := scenarios.Lookup(d.id)
		require.True(t, ok, d.id)
		var observed []serve.Observation
		switch {
		case d.seen && d.outcome == yes:
			observed = []serve.Observation{{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}}
		case d.seen:
			observed = []serve.Observation{{End: serve.EndEOF}}
		}
		info := clients.Info{Stack: "under-test", UnderTest: true}
		good := []serve.Observation{{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}}
		c := verdict.Cell{Scenario: s, Client: info, Control: clients.Result{Outcome: d.control, Message: d.message}, Observed: observed, ControlObserved: good,
			Result: verdict.CrossCheck(s, info, clients.Result{Outcome: d.outcome, Message: d.message}, observed)}
		run.Scenarios = append(run.Scenarios, result.Scenario{
			ID: s.ID, Family: s.Family, Title: s.Title, Story: result.Story(s.Story), Expect: result.NewExpectation(s.Expect), Control: s.Control,
			Cells: []result.Cell{result.NewCell(c, verdict.Judge(c))},
		})
	}
	return report.Assess(run, list)
}

const (
	yes = clients.Accepted
	no  = clients.Rejected
)

// right is what a good client says of some scenarios.
var right = map[string]string{
	"expired": "x509: certificate has expired or is not yet valid: current time is after then", "self-signed": "x509: certificate signed by unknown authority",
	"wrong-host": "x509: certificate is valid for other.tlslab.test, not localhost", "wrong-ip": "x509: certificate is valid for 127.0.0.2, not 127.0.0.1",
	"wrong-usage": "x509: certificate specifies an incompatible key usage",
}

func TestFindings(t *testing.T) {
	rejects := func(ids ...string) (list []did) {
		for _, id := range ids {
			list = append(list, did{id, yes, no, right[id], true})
		}
		return list
	}
	accepts := func(ids ...string) (list []did) {
		for _, id := range ids {
			list = append(list, did{id, yes, yes, "", true})
		}
		return list
	}
	lies := func(ids ...string) (list []did) { // it refused, and reports success
		for _, id := range ids {
			list = append(list, did{id, yes, yes, "", false})
		}
		return list
	}
	says := func(message string, ids ...string) (list []did) {
		for _, id := range ids {
			list = append(list, did{id, yes, no, message, true})
		}
		return list
	}
	for name, test := range map[string]struct {
		did   []did
		grade report.Grade
		names string // of findings, with spaces between
	}{
		"right":                       {append(accepts("good"), rejects("expired", "self-signed", "wrong-host")...), report.Pass, ""},
		"verifies nothing":            {accepts("good", "expired", "self-signed", "wrong-host", "ca-file-missing"), report.Fail, "does-not-verify"},
		"one row shows nothing":       {accepts("good", "expired", "just-expired"), report.Fail, ""},
		"checks no names":             {append(rejects("expired", "self-signed"), accepts("wrong-host", "wrong-ip")...), report.Fail, "does-not-check-names"},
		"one name shows nothing":      {append(rejects("expired", "self-signed"), accepts("wrong-host")...), report.Fail, ""},
		"checks some names":           {append(rejects("expired", "wrong-host"), accepts("wrong-ip")...), report.Fail, ""},
		"checks no chain":             {append(rejects("wrong-host"), accepts("expired", "self-signed", "wrong-usage")...), report.Fail, "does-not-check-the-chain"},
		"names were not asked":        {accepts("expired", "self-signed", "wrong-usage"), report.Fail, ""},
		"a trusted chain only":        {append(rejects("wrong-host"), accepts("expired", "tampered-leaf", "wrong-usage")...), report.Fail, ""},
		"wrong-host was not asked":    {append(rejects("expired"), accepts("ip-in-common-name", "trailing-dot-name")...), report.Fail, ""},
		"wrong-host failed":           {append(accepts("wrong-ip", "trailing-dot-name"), did{"wrong-host", yes, clients.Failed, "it died", true}), report.Fail, "failed"},
		"wrong-host, other reason":    {append(accepts("wrong-ip", "trailing-dot-name"), says(right["expired"], "wrong-host")...), report.Fail, ""},
		"wrong-host, unknown words":   {append(accepts("wrong-ip", "trailing-dot-name"), says("the moon", "wrong-host")...), report.Fail, ""},
		"no dates were asked":         {accepts("self-signed", "wrong-host"), report.Fail, ""},
		"one chain is refused":        {append(accepts("expired", "self-signed", "wrong-host"), rejects("wrong-usage")...), report.Fail, ""},
		"verifies nothing, MongoDB":   {accepts("mongo-good", "mongo-expired", "mongo-self-signed", "mongo-wrong-host"), report.Fail, "does-not-verify"},
		"its status tells nothing":    {append(accepts("good"), lies("expired", "self-signed", "wrong-host")...), report.Fail, "status-tells-nothing"},
		"it tells something else":     {append(says(right["self-signed"], "expired", "wrong-usage", "self-signed", "key-mismatch"), rejects("wrong-host")...), report.Fail, ""},
		"accepts what is bad":         {[]did{{"good", "", no, "no", true}, {"good-ip", "", no, "no", true}, {"expired", yes, yes, "", true}}, report.Fail, ""},
		"one good chain shows little": {[]did{{"good", "", no, "no", true}, {"expired", no, no, "no", true}}, report.Fail, "void"},
		"checks some of it":           {append(rejects("self-signed"), accepts("expired", "wrong-usage")...), report.Fail, ""},
		"accepts nothing":             {[]did{{"good", "", no, "no", true}, {"good-ip", "", no, "no", true}, {"expired", no, no, "no", true}}, report.Fail, "accepts-nothing"},
		"accepts something":           {[]did{{"good", "", yes, "", true}, {"good-ip", "", no, "no", true}, {"wrong-ip", no, no, "no", true}}, report.Fail, "void"},
		"never connected":             {[]did{{"good", "", yes, "", false}, {"expired", yes, yes, "", false}}, report.Fail, "never-connected"},
		"one reason":                  {says(right["self-signed"], "expired", "wrong-host", "wrong-usage", "self-signed"), report.Fail, "one-reason"},
		"two of them":                 {says(right["self-signed"], "expired", "wrong-host", "self-signed"), report.Fail, ""},
		"nobody understands it":       {says("the moon", "expired", "wrong-host", "wrong-usage", "self-signed"), report.Incomplete, "unrecognised"},
		"nobody understands little":   {append(rejects("expired"), says("the moon", "wrong-host")...), report.Incomplete, ""},
		"nothing was asked":           {[]did{{"expired", yes, clients.Unsupported, "no TLS here", false}}, report.Incomplete, ""},
		"nothing is demanded":         {accepts("good"), report.Pass, ""},
		"dies":                        {[]did{{"good", "", clients.Failed, "the client died", true}, {"expired", yes, clients.Failed, "the client died", true}}, report.Fail, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			a := judged(t, nil, test.did)
			var names []string
			for _, f := range a.Findings {
				names = append(names, f.Name)
				assert.NotEmpty(t, f.Scenarios)
				assert.NotEmpty(t, f.ToDo)
			}
			assert.Equal(t, test.names, strings.Join(names, " "))
			assert.Equal(t, test.grade, a.Grade)
		})
	}
}

func TestAssessKnown(t *testing.T) {
	list := &assess.Deviations{List: []assess.Deviation{
		{Scenario: "expired", Kind: verdict.Insecure, Reason: "no clock"}, {Scenario: "wrong-host", Kind: verdict.Insecure, Reason: "no names"}, {Scenario: "self-signed", Kind: verdict.Insecure, Reason: "not run"},
	}}
	a := judged(t, list, []did{{"good", "", yes, "", true}, {"expired", yes, yes, "", true}, {"wrong-host", yes, clients.Unsupported, "", false}})
	assert.Equal(t, report.Pass, a.Grade)
	assert.Equal(t, list.List[:1], a.Known)
	assert.Empty(t, a.Fixed)
	assert.Equal(t, list.List[:1], a.Deviations())

	a = judged(t, list, []did{{"expired", yes, no, right["expired"], true}, {"wrong-ip", yes, yes, "", true}})
	assert.Equal(t, report.Fail, a.Grade)
	assert.Equal(t, list.List[:1], a.Fixed)
	require.Len(t, a.Deviations(), 1)
	assert.Equal(t, "wrong-ip", a.Deviations()[0].Scenario)
	assert.NotEmpty(t, a.Deviations()[0].Reason)
}

// TestInterrupted holds that what was ended before all was asked does not pass.
func TestInterrupted(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, no, right["expired"], true}})
	require.Equal(t, report.Pass, a.Grade)
	a.Run.Interrupted = true
	a = report.Assess(a.Run, nil)
	assert.Equal(t, report.Incomplete, a.Grade)
	var out bytes.Buffer
	report.Terminal{W: &out}.Assessment(a)
	assert.Contains(t, out.String(), "incomplete: 2 ok, interrupted; 2 scenarios in ")
}

// TestAssessmentFits holds the page to the width of the window, but for what cannot be broken.
func TestAssessmentFits(t *testing.T) {
	long := "/a/path/that/is/longer/than/the/window/and/has/no/space/in/it/at/all/so/that/it/cannot/be/broken.pem: x509: certificate signed by unknown authority"
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, no, long, true}, {"wrong-ip", yes, yes, "", true}, {"revoked-crl", yes, yes, "", true}, {"tls10-only", yes, clients.Unsupported, strings.Repeat("no such thing ", 30), false}})
	var b bytes.Buffer
	report.Terminal{W: &b, Width: 80}.Assessment(a)
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSuffix(line, "\n"); !strings.Contains(line, "/a/path") {
			assert.LessOrEqual(t, len(line), 80, line)
		}
	}
	assert.Regexp(t, regexp.MustCompile(`(?m)^fail: 1 ok, 1 insecure, 1 lenient, 1 wrong-reason, 1 unsupported;`), b.String())
}

// TestStopped holds the finding about a client that was stopped at the first control to say what to do,
// the likeliest first.
func TestStopped(t *testing.T) {
	for name, test := range map[string]struct {
		did     did
		stopped result.Stopped
		says    string
		toDo    string // what it begins with
	}{
		"no CA":           {did{"good", "", no, right["self-signed"], true}, result.Stopped{NoCA: true, Unasked: 3}, "It does not accept good, ", "give the command {ca}"},
		"mistyped":        {did{"good", "", no, "no", true}, result.Stopped{Meant: []result.Meant{{Word: "{CA}", Placeholder: "{ca}"}}}, "It does not accept good, ", "write {ca} in place of {CA}"},
		"both":            {did{"good", "", no, "no", true}, result.Stopped{NoCA: true, Meant: []result.Meant{{Word: "{CA}", Placeholder: "{ca}"}}}, "It does not accept good, ", "write {ca} in place of {CA}"},
		"nothing known":   {did{"good", "", no, "the moon", true}, result.Stopped{}, "It does not accept good, ", "run tlslab up good"},
		"never connected": {did{"good", "", no, "usage", false}, result.Stopped{}, "It never connected to good, ", "run tlslab up good"},
		"says accepted":   {did{"good", "", yes, "", false}, result.Stopped{}, "It says accepted, and never connected.", "the command must connect to {url}"},
		"died":            {did{"good", "", clients.Failed, "it died", true}, result.Stopped{}, "The program failed: it died", "run tlslab up good"},
	} {
		run := judged(t, nil, []did{test.did}).Run
		run.Stopped = &test.stopped
		a := report.Assess(run, nil)
		require.Len(t, a.Findings, 1, name)
		assert.True(t, strings.HasPrefix(a.Findings[0].Says, test.says), "%s: %s", name, a.Findings[0].Says)
		assert.True(t, strings.HasPrefix(a.Findings[0].ToDo, test.toDo), "%s: %s", name, a.Findings[0].ToDo)
		assert.Equal(t, report.Fail, a.Grade, name)
		var out bytes.Buffer
		report.Terminal{W: &out}.Assessment(a)
		assert.Equal(t, test.stopped.Unasked > 0, strings.Contains(out.String(), ", 3 not asked; 1 scenario in "), name)
	}
}

// TestStoppedServed tells who ends with another status though the server answered what the contract is
// for.
func TestStoppedServed(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", no, "fatal: is this a git repository?", true}})
	a.Run.Scenarios[0].Cells[0].Observed = []serve.Observation{{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}}
	a.Run.Stopped = &result.Stopped{}
	a = report.Assess(a.Run, nil)
	require.Len(t, a.Findings, 1)
	assert.True(t, strings.HasPrefix(a.Findings[0].ToDo, "add --contract served"), a.Findings[0].ToDo)
}

// TestKnownOfThatStackAlone holds what is known of a stack to be said of a client that is that stack, and of no other
// that writes in the words of the same library.
func TestKnownOfThatStackAlone(t *testing.T) {
	for message, want := range map[string]bool{
		"ERROR: The certificate of 'localhost' is not trusted.":                            true,
		"git-lfs: GnuTLS: the certificate is not trusted.":                                 false,
		"ERROR: The certificate of 'localhost' is not trusted, by a program like no other": true,
	} {
		a := judged(t, nil, []did{{"tampered-leaf", yes, no, message, true}})
		a.Clients = []clients.Info{{Stack: "under-test", Variant: "exit", UnderTest: true}}
		var out bytes.Buffer
		report.Terminal{W: &out, Width: 200}.Assessment(a)
		require.Contains(t, out.String(), "tampered-leaf", message)
		assert.Equal(t, want, strings.Contains(out.String(), "is known for it"), "%s\n%s", message, out.String())
	}
}
