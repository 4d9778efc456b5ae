package verdict_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Messages, as Go's net/http and Python write them.
const (
	goExpired   = "x509: certificate has expired or is not yet valid: current time T is after T"
	goUntrusted = "x509: certificate signed by unknown authority"

	pythonUntold = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:852)" // as Python 3.6 says it
)

func scenario(
	verdict scenarios.Verdict, level scenarios.Level, feature string, known ...scenarios.Known,
) *scenarios.Scenario {
	return &scenarios.Scenario{
		ID: "row", Control: "good", Known: known,
		Expect: scenarios.Expectation{
			Verdict: verdict, Level: level, Feature: feature, Failures: []failure.Class{failure.Expired},
		},
	}
}

// known returns a scenario that must be rejected, with a known deviation.
func known(k scenarios.Known) *scenarios.Scenario {
	return scenario(scenarios.Reject, scenarios.Must, "", k)
}

func accepted() clients.Result { return clients.Result{Outcome: clients.Accepted} }

func rejected(message string) clients.Result {
	return clients.Result{Outcome: clients.Rejected, Message: message}
}

// alert is an observation of a client that sent an alert.
func alert(code wire.AlertCode) []serve.Observation {
	return []serve.Observation{{End: serve.EndAlertReceived, AlertReceived: wire.NewAlert(code)}}
}

// The scenarios and the client of cells.
var (
	mustReject   = scenario(scenarios.Reject, scenarios.Must, "")
	shouldReject = scenario(scenarios.Reject, scenarios.Should, scenarios.FeatureStrict)
	mustAccept   = scenario(scenarios.Accept, scenarios.Must, "")
	mayAccept    = scenario(scenarios.Either, scenarios.Should, "")

	python36 = clients.Info{Stack: "python", Version: "3.6.15", Variant: "default", Library: "OpenSSL 3.0.19"}
)

// cells are cells with their judgement.
var cells = map[string]struct {
	cell       verdict.Cell
	kind       verdict.Kind
	class      failure.Class
	documented bool
}{
	"rejected for the reason": {
		verdict.Cell{Scenario: mustReject, Result: rejected(goExpired), Control: accepted()}, verdict.OK,
		failure.Expired,
		true,
	},
	"rejected for another reason": {
		verdict.Cell{Scenario: mustReject, Result: rejected(goUntrusted), Control: accepted()}, verdict.WrongReason,
		failure.Untrusted, false,
	},
	"rejected in unknown words": {
		verdict.Cell{Scenario: mustReject, Result: rejected("no"), Control: accepted()}, verdict.WrongReason, "", false,
	},
	"accepted what it must reject": {
		verdict.Cell{Scenario: mustReject, Result: accepted(), Control: accepted()}, verdict.Insecure, "", false,
	},
	"accepted by a variant that does not check": {verdict.Cell{
		Scenario: mustReject, Result: accepted(), Control: accepted(),
		Client: clients.Info{Stack: "go", Skips: []clients.Check{clients.CheckChain}},
	}, verdict.Insecure, "", true},
	"accepted by a variant that leaves out another check": {verdict.Cell{
		Scenario: mustReject, Result: accepted(), Control: accepted(),
		Client: clients.Info{Stack: "go", Skips: []clients.Check{clients.CheckHost}},
	}, verdict.Insecure, "", false},
	"accepted what it should reject": {
		verdict.Cell{Scenario: shouldReject, Result: accepted(), Control: accepted()}, verdict.Lenient, "", true,
	},
	"accepted what its feature forbids": {verdict.Cell{
		Scenario: shouldReject, Result: accepted(), Control: accepted(),
		Client: clients.Info{Stack: "go", Features: []string{scenarios.FeatureStrict}},
	}, verdict.Insecure, "", false},
	"rejected a good one": {
		verdict.Cell{Scenario: mustAccept, Result: rejected(goExpired), Control: accepted()}, verdict.Broken,
		failure.Expired, false,
	},
	"rejected the control too": {
		verdict.Cell{Scenario: mustReject, Result: rejected(goExpired), Control: rejected(goExpired)}, verdict.Void,
		failure.Expired, false,
	},
	"accepted, not the control": {
		verdict.Cell{Scenario: mustReject, Result: accepted(), Control: rejected(goExpired)}, verdict.Void, "", false,
	},
	"the harness failed": {
		verdict.Cell{Scenario: mustReject, Result: clients.Result{Outcome: clients.Failed}, Control: accepted()},
		verdict.Error, "", false,
	},
	"the harness failed before": {
		verdict.Cell{Scenario: mustReject, Result: accepted(), Control: clients.Result{Outcome: clients.Failed}},
		verdict.Error, "", false,
	},
	"unsupported": {
		verdict.Cell{Scenario: mustReject, Result: clients.Result{Outcome: clients.Unsupported}, Control: accepted()},
		verdict.Unsupported, "", true,
	},
	"either, accepted": {
		verdict.Cell{Scenario: mayAccept, Result: accepted(), Control: accepted()}, verdict.OK, "", true,
	},
	"either, rejected": {
		verdict.Cell{Scenario: mayAccept, Result: rejected(goExpired), Control: accepted()}, verdict.OK,
		failure.Expired, true,
	},
	"either, for another reason": {
		verdict.Cell{Scenario: mayAccept, Result: rejected(goUntrusted), Control: accepted()}, verdict.WrongReason,
		failure.Untrusted, false,
	},
	"no cause named, but the alert tells": {verdict.Cell{
		Scenario: mustReject, Client: python36, Control: accepted(), Result: rejected(pythonUntold),
		Observed: alert(wire.AlertCertificateExpired),
	}, verdict.OK, failure.Expired, true},
	"no cause named, and the alert is about another": {verdict.Cell{
		Scenario: mustReject, Client: python36, Control: accepted(), Result: rejected(pythonUntold),
		Observed: alert(wire.AlertUnknownCA),
	}, verdict.WrongReason, failure.Untrusted, false},
	"no cause named, and no alert": {verdict.Cell{
		Scenario: mustReject, Client: python36, Control: accepted(), Result: rejected(pythonUntold),
	}, verdict.WrongReason, "", false},
	"known to accept": {verdict.Cell{
		Scenario: known(scenarios.Known{Stack: "go", Verdict: scenarios.Accept, Why: "w"}),
		Result:   accepted(), Control: accepted(),
	}, verdict.Insecure, "", true},
	"known to accept, of another stack": {verdict.Cell{
		Scenario: known(scenarios.Known{Stack: "curl", Verdict: scenarios.Accept, Why: "w"}),
		Result:   accepted(), Control: accepted(),
	}, verdict.Insecure, "", false},
	"known to give another reason": {verdict.Cell{
		Scenario: known(scenarios.Known{Stack: "go", Failures: []failure.Class{failure.Untrusted}, Why: "w"}),
		Result:   rejected(goUntrusted), Control: accepted(),
	}, verdict.WrongReason, failure.Untrusted, true},
	"rightly of another reason": {verdict.Cell{
		Scenario: known(scenarios.Known{
			Stack: "go", Failures: []failure.Class{failure.Untrusted}, Right: true, Why: "w",
		}),
		Result: rejected(goUntrusted), Control: accepted(),
	}, verdict.OK, failure.Untrusted, true},
	"the class is told": {
		verdict.Cell{Scenario: mustReject, Result: rejected("no"), Control: accepted(), Class: failure.Expired},
		verdict.OK, failure.Expired, true,
	},
}

func TestJudge(t *testing.T) {
	for name, c := range cells {
		t.Run(name, func(t *testing.T) {
			if c.cell.Client.Stack == "" {
				c.cell.Client.Stack = "go"
			}
			j := verdict.Judge(c.cell)
			assert.Equal(t, c.kind, j.Kind, j.Why)
			assert.Equal(t, c.class, j.Class)
			assert.Equal(t, c.documented, j.Documented)
			if c.kind != verdict.OK && c.kind != verdict.Unsupported && c.kind != verdict.Error {
				assert.NotEmpty(t, j.Why)
			}
		})
	}
}

// TestKnownControl checks that a stack that is known to refuse a control is excused from the scenarios that depend on
// it.
func TestKnownControl(t *testing.T) {
	s, _ := scenarios.Lookup("wrong-ip")
	python2 := clients.Info{Stack: "python", Version: "2.7.18", Variant: "default"}
	message := "ssl.CertificateError: hostname '127.0.0.1' doesn't match u'localhost'"
	j := verdict.Judge(verdict.Cell{
		Scenario: s, Client: python2, Result: rejected(message), Control: rejected(message),
	})
	assert.Equal(t, verdict.Unsupported, j.Kind)
	assert.Contains(t, j.Why.Text, "good-ip")

	j = verdict.Judge(verdict.Cell{
		Scenario: s, Client: clients.Info{Stack: "python", Version: "3.11.7", Variant: "default"},
		Result: rejected(message), Control: rejected(message),
	})
	assert.Equal(t, verdict.Void, j.Kind)
}

func TestDisagreement(t *testing.T) {
	s := scenario(scenarios.Reject, scenarios.Must, "")
	served := []serve.Observation{{End: serve.EndServed}}
	curl := clients.Info{Stack: "curl"}
	for name, c := range map[string]struct {
		cell verdict.Cell
		want string
	}{
		"both say answered":  {verdict.Cell{Result: accepted(), Observed: served}, ""},
		"answered, not seen": {verdict.Cell{Result: accepted()}, "saw no connection"},
		"answered, seen to leave": {
			verdict.Cell{Result: accepted(), Observed: alert(wire.AlertCertificateExpired)}, "ends with alert-received",
		},
		"answered, and one broken off": {
			verdict.Cell{Result: accepted(), Observed: append(alert(wire.AlertCertificateExpired), served...)}, "",
		},
		"broken off after an answer": {
			verdict.Cell{
				Result: accepted(), Observed: append(slices.Clone(served), alert(wire.AlertCertificateExpired)...),
			},
			"",
		},
		"refused, seen to be answered": {
			verdict.Cell{Result: rejected("certificate has expired"), Observed: served}, "answered its request",
		},
		"refused, same alert": {
			verdict.Cell{Result: rejected("certificate has expired"), Observed: alert(wire.AlertCertificateExpired)},
			"",
		},
		"refused, another alert": {
			verdict.Cell{Result: rejected("certificate has expired"), Observed: alert(wire.AlertUnknownCA)},
			"told the server unknown_ca (48)",
		},
		"refused, any alert": {
			verdict.Cell{Result: rejected("certificate has expired"), Observed: alert(wire.AlertInternalError)}, "",
		},
		"never connected": {verdict.Cell{Result: rejected("certificate has expired")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.cell.Scenario, c.cell.Client, c.cell.Control = s, curl, accepted()
			got := verdict.Judge(c.cell).Disagreement.Text
			if c.want == "" {
				assert.Empty(t, got)
			} else {
				assert.Contains(t, got, c.want)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	info := clients.Info{Stack: "python", Version: "3.10.13", Variant: "default", Library: "OpenSSL 1.1.1w"}
	for constraint, want := range map[string]bool{
		"": true, ">=3.10": true, ">3.10.13": false, "<3.10": false, ">=3.7,<3.11": true, ">=3.7,<3.10": false,
		"<=3.10.13": true, "3.10.13": true, "=3.10": false, "<3.9": false, ">=3.9": true,
		"OpenSSL <3": true, "OpenSSL >=1.1.1": true, "OpenSSL >=3": false, "LibreSSL >=1": false,
		"OpenSSL <3,<3.10": false,
	} {
		assert.Equal(t, want, verdict.Matches(scenarios.Known{Stack: "python", Versions: constraint}, info), constraint)
	}
	assert.False(t, verdict.Matches(scenarios.Known{Stack: "curl"}, info))
	assert.False(t, verdict.Matches(scenarios.Known{Stack: "python", Variants: []string{"strict"}}, info))
	assert.True(t, verdict.Matches(scenarios.Known{Stack: "python", Variants: []string{"strict", "default"}}, info))
}
