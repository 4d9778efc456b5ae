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
func judged(t *testing.T, list *assess.Deviations, all []did) *assess.Assessment {
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
		c := verdict.Cell{Scenario: s, Client: info, Control: clients.Result{Outcome: d.control, Message: d.message},
			Observed: observed, ControlObserved: good,
			Result: verdict.CrossCheck(s, info, clients.Result{Outcome: d.outcome, Message: d.message}, observed)}
		run.Scenarios = append(run.Scenarios, result.Scenario{
			ID: s.ID, Family: s.Family, Title: s.Title, Story: result.Story(s.Story),
			Expect: result.NewExpectation(s.Expect), Control: s.Control,
			Cells: []result.Cell{result.NewCell(c, verdict.Judge(c))},
		})
	}
	return assess.Assess(run, list)
}

const (
	yes = clients.Accepted
	no  = clients.Rejected
)

// right is the messages of a good client about some scenarios.
var right = map[string]string{
	"expired":     "x509: certificate has expired or is not yet valid: current time is after then",
	"self-signed": "x509: certificate signed by unknown authority",
	"wrong-host":  "x509: certificate is valid for other.tlslab.test, not localhost",
	"wrong-ip":    "x509: certificate is valid for 127.0.0.2, not 127.0.0.1",
	"wrong-usage": "x509: certificate specifies an incompatible key usage",
}

// TestFindingsInWords checks that findings also have their names from before they had codes.
func TestFindingsInWords(t *testing.T) {
	for name, test := range map[string]struct {
		did   []did
		named string // code and name of each finding
	}{
		"right": {[]did{{"good", "", yes, "", true}, {"expired", yes, no, right["expired"], true}}, ""},
		"verifies nothing": {[]did{{"expired", yes, yes, "", true}, {"self-signed", yes, yes, "", true},
			{"wrong-host", yes, yes, "", true}}, "verification-off does-not-verify"},
		"never connected": {[]did{{"good", "", yes, "", false}}, "never-connects never-connected"},
		"hides its reason": {[]did{{"expired", yes, no, "no", true}, {"wrong-host", yes, no, "no", true}},
			"reason-hidden unrecognised"},
		"checks no dates": {[]did{{"expired", yes, yes, "", true}}, "dates-unchecked dates-unchecked"},
	} {
		list := report.InWords(judged(t, nil, test.did)).Findings
		var named []string
		for _, f := range list {
			named = append(named, string(f.Code), f.Name)
			assert.NotEmpty(t, f.Says, name)
			assert.NotEmpty(t, f.ToDo, name)
			assert.NotEmpty(t, f.Scenarios, name)
		}
		assert.NotNil(t, list, name)
		assert.Equal(t, test.named, strings.Join(named, " "), name)
	}
}

// TestFindingsShown checks that findings are shown by their scope: about the client as a whole, about a check that it
// omits, or row by row.
func TestFindingsShown(t *testing.T) {
	for name, test := range map[string]struct {
		did  []did
		want []string
	}{
		"whole": {[]did{{"self-signed", yes, yes, "", true}, {"wrong-host", yes, yes, "", true}}, []string{
			"This client does not verify: it accepts every certificate.", "  to do    look for",
			"  in       self-signed wrong-host",
		}},
		"check": {[]did{{"expired", yes, yes, "", true}}, []string{
			"insecure: It does not check the dates.", "  expired: the leaf expired yesterday",
			"    to do: Compare notAfter",
		}},
		"rows": {[]did{{"expired", yes, no, right["self-signed"], true}}, []string{
			"wrong-reason: rejected, but for another reason", "  expired: the leaf expired yesterday",
			"    expected expired, but it says untrusted:",
		}},
		"void": {[]did{{"good", "", yes, "", true}, {"good-ip", "", no, "no", true}, {"wrong-ip", no, no, "no", true}},
			[]string{
				"Nothing can be said about names: it also rejects `good-ip`, a valid server. Its message: no",
				"  in       wrong-ip", "broken: rejected what it must accept", "  good-ip: ",
			}},
		"another CA": {[]did{{"good", "", no, right["self-signed"], true},
			{"expired", no, no, right["self-signed"], true}}, []string{
			"It refuses even the good server: it trusts something other than the CA file that it is given. " +
				"About good it says: x509: ", "  in       good\n  unproven expired\n",
		}},
	} {
		var out bytes.Buffer
		report.Terminal{W: &out, Width: 400}.Assessment(judged(t, nil, test.did))
		for _, want := range test.want {
			assert.Contains(t, "\n"+out.String(), "\n"+want, name)
		}
	}
}

// TestInterrupted checks that an assessment says that its run was interrupted.
func TestInterrupted(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, no, right["expired"], true}})
	a.Run.Interrupted = true
	var out bytes.Buffer
	report.Terminal{W: &out}.Assessment(assess.Assess(a.Run, nil))
	assert.Contains(t, out.String(), "incomplete: 2 ok, interrupted; 2 scenarios in ")
}

// TestAssessmentFits checks that the report fits the width of the window, except for what cannot be broken.
func TestAssessmentFits(t *testing.T) {
	long := "/a/path/that/is/longer/than/the/window/and/has/no/space/in/it/at/all/so/that/it/cannot/be/broken.pem: " +
		"x509: certificate signed by unknown authority"
	a := judged(t, nil, []did{{"good", "", yes, "", true}, {"expired", yes, no, long, true},
		{"wrong-ip", yes, yes, "", true}, {"revoked-crl", yes, yes, "", true},
		{"tls10-only", yes, clients.Unsupported, strings.Repeat("no such thing ", 30), false}})
	var b bytes.Buffer
	report.Terminal{W: &b, Width: 80}.Assessment(a)
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSuffix(line, "\n"); !strings.Contains(line, "/a/path") {
			assert.LessOrEqual(t, len(line), 80, line)
		}
	}
	assert.Regexp(t, regexp.MustCompile(`(?m)^fail: 1 ok, 1 insecure, 1 lenient, 1 wrong-reason, 1 unsupported;`),
		b.String())
}

// TestStopped checks that the finding about a client that was stopped at the first control says what to do, the
// likeliest first.
func TestStopped(t *testing.T) {
	for name, test := range map[string]struct {
		did     did
		stopped result.Stopped
		says    string
		toDo    string // what it begins with
	}{
		"no CA": {did{"good", "", no, right["self-signed"], true}, result.Stopped{NoCA: true, Unasked: 3},
			"It does not accept good, ", "give the command {ca}"},
		"mistyped": {did{"good", "", no, "no", true},
			result.Stopped{Meant: []result.Meant{{Word: "{CA}", Placeholder: "{ca}"}}}, "It does not accept good, ",
			"write {ca} instead of {CA}"},
		"both": {did{"good", "", no, "no", true},
			result.Stopped{NoCA: true, Meant: []result.Meant{{Word: "{CA}", Placeholder: "{ca}"}}},
			"It does not accept good, ", "write {ca} instead of {CA}"},
		"nothing known": {did{"good", "", no, "the moon", true}, result.Stopped{}, "It does not accept good, ",
			"run tlslab up good"},
		"never connected": {did{"good", "", no, "usage", false}, result.Stopped{}, "It never connected to good, ",
			"run tlslab up good"},
		"says accepted": {did{"good", "", yes, "", false}, result.Stopped{}, "It reports acceptance, but never connected.",
			"the command must connect to {url}"},
		"died": {did{"good", "", clients.Failed, "it died", true}, result.Stopped{},
			"The program failed: it died", "run tlslab up good"},
	} {
		run := judged(t, nil, []did{test.did}).Run
		run.Stopped = &test.stopped
		a := assess.Assess(run, nil)
		list := report.InWords(a).Findings
		require.Len(t, list, 1, name)
		assert.True(t, strings.HasPrefix(list[0].Says, test.says), "%s: %s", name, list[0].Says)
		assert.True(t, strings.HasPrefix(list[0].ToDo, test.toDo), "%s: %s", name, list[0].ToDo)
		assert.Equal(t, assess.Fail, a.Grade, name)
		var out bytes.Buffer
		report.Terminal{W: &out}.Assessment(a)
		assert.Equal(t, test.stopped.Unasked > 0, strings.Contains(out.String(), ", 3 not asked; 1 scenario in "), name)
	}
}

// TestStoppedServed checks that clients whose exit status is not 0 although the server answered are told about the
// contract served.
func TestStoppedServed(t *testing.T) {
	a := judged(t, nil, []did{{"good", "", no, "fatal: is this a git repository?", true}})
	a.Run.Scenarios[0].Cells[0].Observed = []serve.Observation{{End: serve.EndServed, HandshakeComplete: true,
		ApplicationData: true}}
	a.Run.Stopped = &result.Stopped{}
	a = assess.Assess(a.Run, nil)
	list := report.InWords(a).Findings
	require.Len(t, list, 1)
	assert.True(t, strings.HasPrefix(list[0].ToDo, "add --contract served"), list[0].ToDo)
}

// TestKnownOfThatStackAlone checks that known behaviour of a stack is attributed only to clients that are certainly
// that stack, not to others with messages of the same library.
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
