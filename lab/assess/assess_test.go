package assess_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios"
)

// did is what a client did on one scenario.
type did struct {
	id       string
	control  clients.Outcome
	outcome  clients.Outcome
	message  string
	observed []serve.Observation
}

// What the server saw of connections.
var (
	served  = []serve.Observation{{End: serve.EndServed, HandshakeComplete: true, ApplicationData: true}}
	left    = []serve.Observation{{End: serve.EndEOF}}
	refused = []serve.Observation{{End: serve.EndAlertSent, HandshakeComplete: true, Version: "TLS 1.3",
		AlertSent: &wire.Alert{Code: 42, Name: "bad_certificate"}}}
	clear   = []serve.Observation{{End: serve.EndEOF}, {End: serve.EndNotTLS, BytesReceived: 18}}
	retried = []serve.Observation{{End: serve.EndEOF}, served[0]}
)

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

// features are the optional checks that the client has.
var features = []string{scenarios.FeatureCRL}

// runOf judges what a client did as lab.Run does.
func runOf(t *testing.T, all []did) *result.Run {
	t.Helper()
	info := clients.Info{Stack: "under-test", UnderTest: true, Features: features}
	run := &result.Run{Clients: []clients.Info{info}}
	for _, d := range all {
		s, ok := scenarios.Lookup(d.id)
		require.True(t, ok, d.id)
		c := verdict.Cell{
			Scenario: s, Client: info, Observed: d.observed, ControlObserved: served,
			Control: clients.Result{Outcome: d.control, Message: d.message},
			Result:  verdict.CrossCheck(s, info, clients.Result{Outcome: d.outcome, Message: d.message}, d.observed),
		}
		run.Scenarios = append(run.Scenarios, result.Scenario{
			ID: s.ID, Family: s.Family, Title: s.Title, Story: result.Story(s.Story),
			Expect: result.NewExpectation(s.Expect), Control: s.Control,
			Cells: []result.Cell{result.NewCell(c, verdict.Judge(c))},
		})
	}
	return run
}

func rejects(ids ...string) (list []did) {
	for _, id := range ids {
		list = append(list, did{id, yes, no, right[id], left})
	}
	return list
}

func accepts(ids ...string) (list []did) {
	for _, id := range ids {
		list = append(list, did{id, yes, yes, "", served})
	}
	return list
}

// lies refused, and reports success.
func lies(ids ...string) (list []did) {
	for _, id := range ids {
		list = append(list, did{id, yes, yes, "", nil})
	}
	return list
}

func says(message string, ids ...string) (list []did) {
	for _, id := range ids {
		list = append(list, did{id, yes, no, message, left})
	}
	return list
}

// examples are clients with the codes of their findings. Each code occurs at least once.
var examples = map[string]struct {
	did   []did
	grade assess.Grade
	codes string // with spaces between
}{
	"right": {append(accepts("good"), rejects("expired", "self-signed", "wrong-host")...),
		assess.Pass, ""},
	"nothing was asked": {[]did{{"expired", yes, clients.Unsupported, "no TLS here", nil}}, assess.Incomplete,
		""},
	"nothing is demanded": {accepts("good"), assess.Pass, ""},
	"dies": {[]did{{"good", "", clients.Failed, "it died", served},
		{"expired", yes, clients.Failed, "it died", served}}, assess.Fail, "program-fails"},
	"dies in two ways": {[]did{{"good", "", clients.Failed, "it died", served},
		{"expired", yes, clients.Failed, "no memory", served}}, assess.Fail, "program-fails program-fails"},
	"dies before it connects": {[]did{{"good", "", clients.Failed, "it died", nil}}, assess.Fail, "program-fails"},
	"never connects":          {lies("good", "expired"), assess.Fail, "never-connects"},
	"never connects, and says so": {[]did{{"good", "", no, "usage", nil}, {"expired", no, no, "usage", nil}},
		assess.Fail, "never-connects"},

	"no client certificate": {append(accepts("good"),
		says("remote error: tls: certificate required", "good-client-certificate")...), assess.Fail,
		"no-client-certificate"},
	"no client certificate, TLS 1.2": {append(accepts("good"),
		says("remote error: tls: handshake failure", "good-client-certificate-tls12")...), assess.Fail,
		"no-client-certificate"},
	"another name": {append(accepts("good"),
		says("x509: certificate is valid for 127.0.0.1, not localhost", "good-ip")...), assess.Fail,
		"checks-another-name"},
	"old": {append(accepts("good"),
		says("remote error: tls: protocol version not supported", "good-tls13")...), assess.Fail, "limits-versions"},
	"hangs": {append(accepts("good"),
		says(clients.OverrunPrefix+" after 2s: it did not give up by itself", "good-ip")...), assess.Fail,
		"no-timeout"},
	"hurries": {append(accepts("good"), says("dial tcp: i/o timeout", "slow")...), assess.Fail,
		"gives-up-too-soon"},
	"has another CA": {append(says(right["self-signed"], "good", "good-ip"),
		did{"expired", no, no, right["self-signed"], left}), assess.Fail, "trusts-something-else"},
	"has another CA, one row": {says(right["self-signed"], "good"), assess.Fail, "trusts-something-else"},
	"knows a certificate": {append(accepts("good", "good-tls13"),
		append(says("not the one", "wrong-host", "good-rsa2048"), says(right["self-signed"], "good-ip")...)...),
		assess.Fail, "pins-one-certificate"},
	"knows two kinds": {append(accepts("good", "good-ip"), says("not the one", "good-rsa2048")...),
		assess.Fail, "rejects-good"},
	"knows no addresses": {append(accepts("good"), says("no", "good-ip")...), assess.Fail, "rejects-good"},
	"accepts nothing": {[]did{{"good", "", no, "no", left}, {"good-ip", "", no, "no", left},
		{"expired", no, no, "no", left}}, assess.Fail, "rejects-everything"},
	"accepts what is bad": {append(says("no", "good", "good-ip"), accepts("expired")...), assess.Fail,
		"rejects-good dates-unchecked"},
	"one good chain shows little": {[]did{{"good", "", no, "no", left}, {"expired", no, no, "no", left}},
		assess.Fail, "rejects-good"},
	"the control is no row": {[]did{{"expired", no, no, "no", left}}, assess.Fail, "rejects-good"},
	"accepts something": {append(accepts("good"), did{"good-ip", "", no, "no", left},
		did{"wrong-ip", no, no, "no", left}), assess.Fail, "rejects-good"},

	"falls back to plaintext": {[]did{{"expired", yes, no, right["expired"], clear}}, assess.Pass,
		"falls-back-to-plaintext"},
	"tries again": {[]did{{"expired", yes, yes, "", retried}}, assess.Fail, "retries-unverified"},
	"its status tells nothing": {append(accepts("good"), lies("expired", "self-signed", "ca-file-missing")...),
		assess.Fail, "reports-success"},
	"verifies nothing": {accepts("good", "expired", "self-signed", "wrong-host", "ca-file-missing"),
		assess.Fail, "verification-off"},
	"verifies nothing, MongoDB": {accepts("mongo-good", "mongo-expired", "mongo-self-signed", "mongo-wrong-host"),
		assess.Fail, "verification-off"},
	"verifies nothing, no dates": {accepts("self-signed", "wrong-host"), assess.Fail, "verification-off"},
	"verifies nothing, has no key": {accepts("self-signed", "wrong-host", "client-key-wrong-passphrase"), assess.Fail,
		"verification-off goes-on-without-certificate"},
	"verifies nothing, has the CRL": {append(accepts("self-signed", "wrong-host"),
		says("x509: certificate has been revoked", "revoked-crl")...), assess.Fail, "verification-off"},
	"one chain is refused": {append(accepts("expired", "self-signed", "wrong-host"),
		rejects("wrong-usage")...), assess.Fail, "names-unchecked chain-unchecked dates-unchecked"},
	"checks no names": {append(rejects("expired", "self-signed"), accepts("wrong-host", "wrong-ip")...),
		assess.Fail, "names-unchecked"},
	"the plainest name": {append(rejects("expired", "self-signed"), accepts("wrong-host")...), assess.Fail,
		"names-unchecked"},
	"checks some names": {append(rejects("expired", "wrong-host"), accepts("wrong-ip")...), assess.Fail,
		"names-half-checked"},
	"wrong-host was not asked": {append(rejects("expired"), accepts("ip-in-common-name", "trailing-dot-name")...),
		assess.Fail, "accepts-other"},
	"wrong-host failed": {append(accepts("wrong-ip", "trailing-dot-name"),
		did{"wrong-host", yes, clients.Failed, "it died", served}), assess.Fail, "program-fails accepts-other"},
	"wrong-host, other reason": {append(accepts("wrong-ip", "trailing-dot-name"),
		says(right["expired"], "wrong-host")...), assess.Fail, "names-half-checked wrong-reason"},
	"wrong-host, unknown words": {append(accepts("wrong-ip"), says("the moon", "wrong-host")...), assess.Fail,
		"names-half-checked reason-unrecognised"},
	"checks no chain": {append(rejects("wrong-host"),
		accepts("expired", "self-signed", "wrong-usage")...), assess.Fail, "chain-unchecked"},
	"checks no chain, but dates": {append(rejects("wrong-host", "expired"),
		accepts("self-signed", "wrong-usage")...), assess.Fail, "chain-unchecked usage-unchecked"},
	"checks no chain, no names": {accepts("expired", "self-signed", "wrong-usage"), assess.Fail,
		"chain-unchecked"},
	"checks some chains": {append(rejects("self-signed"), accepts("tampered-leaf")...), assess.Fail,
		"chain-half-checked"},
	"a trusted chain only": {append(rejects("wrong-host"),
		accepts("expired", "tampered-leaf", "wrong-usage")...), assess.Fail,
		"dates-unchecked usage-unchecked accepts-other"},
	"checks some of it": {append(rejects("self-signed"), accepts("expired", "wrong-usage")...),
		assess.Fail, "dates-unchecked usage-unchecked"},
	"checks some dates": {append(rejects("expired"), accepts("just-expired")...), assess.Fail,
		"accepts-other"},
	"is not exact about dates": {accepts("just-expired"), assess.Fail, "accepts-other"},
	"old TLS":                  {accepts("tls10-only", "rc4-only"), assess.Fail, "old-tls-allowed"},
	"old signatures":           {accepts("sha1-leaf"), assess.Fail, "security-level-lowered"},
	"has the CRL":              {accepts("revoked-crl"), assess.Fail, "revocation-unchecked"},
	"has a stale CRL":          {accepts("crl-expired"), assess.Fail, "stale-status-taken"},
	"does not wait for the answer": {[]did{{"client-certificate-expired", yes, yes, "", refused},
		{"client-certificate-missing-tls12", yes, yes, "", served}, {"good-client-certificate", "", yes, "", refused}},
		assess.Fail, "answer-not-read"},
	"goes on without": {accepts("client-key-wrong-passphrase"), assess.Fail,
		"goes-on-without-certificate"},
	"goes on, and is refused": {says("remote error: tls: certificate required", "client-key-wrong-passphrase"),
		assess.Fail, "goes-on-without-certificate"},
	"a cut answer": {accepts("truncated-response"), assess.Fail, "truncation-unnoticed"},
	"sends first": {[]did{{"expired", yes, no, right["expired"], served}}, assess.Pass,
		"sends-before-verifying"},
	"one reason": {says(right["self-signed"], "expired", "wrong-host", "wrong-usage",
		"self-signed"), assess.Fail, "one-reason"},
	"one reason, and it was once so": {says(right["self-signed"], "expired", "wrong-host", "self-signed"), assess.Fail,
		"one-reason"},
	"one reason, of one": {says(right["self-signed"], "expired", "self-signed"), assess.Fail,
		"wrong-reason"},
	"it tells something else": {append(says(right["self-signed"], "expired", "wrong-usage", "self-signed",
		"key-mismatch"), rejects("wrong-host")...), assess.Fail, "wrong-reason"},
	"nobody understands it": {append(says("the moon", "expired"), says("the sun", "wrong-host")...),
		assess.Incomplete, "reason-unrecognised"},
	"nobody understands little": {append(rejects("expired"), says("the moon", "wrong-host")...), assess.Incomplete,
		"reason-unrecognised"},
	"says the same of everything": {says("the moon", "expired", "wrong-host", "wrong-usage", "self-signed"),
		assess.Incomplete, "reason-hidden"},
	"says nothing": {says("exit status 1"+clients.SilentSuffix, "expired"), assess.Incomplete,
		"reason-hidden"},
}

// codes are the codes of findings, with spaces between.
func codes(list []assess.Finding) string {
	var words []string
	for _, f := range list {
		words = append(words, string(f.Code))
	}
	return strings.Join(words, " ")
}

func TestFindings(t *testing.T) {
	for name, test := range examples {
		t.Run(name, func(t *testing.T) {
			a := assess.Assess(runOf(t, test.did), nil)
			assert.Equal(t, test.codes, codes(a.Findings))
			assert.Equal(t, test.grade, a.Grade)
			var explained []string
			for _, f := range a.Findings {
				assert.NotEmpty(t, f.Scenarios)
				assert.NotEmpty(t, f.Evidence.Scenario)
				explained = append(explained, f.Explains()...)
			}
			for _, r := range a.Rows() {
				assert.Equal(t, r.Wrong, slices.Contains(explained, r.ID), r.ID)
			}
		})
	}
}

// Findings that only some callers can draw: those that count more as wrong, or that mislead the client.
func TestFindingsOfCallers(t *testing.T) {
	overran := clients.OverrunPrefix + " after 6s: it did not give up by itself"
	for want, test := range map[assess.Code]struct {
		did  []did
		told assess.Told
	}{
		assess.DecidesByName: {accepts("good", "expired"), assess.Told{Names: true}},
		assess.DecidesByPort: {accepts("good", "expired"), assess.Told{Ports: true}},
		assess.NotAsked:      {[]did{{"expired", yes, clients.Unsupported, "no TLS here", nil}}, assess.Told{}},
		assess.NoTimeout:     {says(overran, "silent"), assess.Told{}},
		assess.NothingShown:  {accepts("good"), assess.Told{}},
	} {
		rows := assess.RowsOf(runOf(t, test.did))
		for i := range rows {
			rows[i].Wrong = true
		}
		list := assess.Find(rows, test.told)
		require.Len(t, list, 1, want)
		assert.Equal(t, want, list[0].Code)
		assert.Len(t, list[0].Scenarios, len(rows))
	}
}

// TestEveryCode checks that each code has an example.
func TestEveryCode(t *testing.T) {
	// by TestFindingsOfCallers
	shown := []string{"decides-by-name", "decides-by-port", "not-asked", "no-timeout", "nothing-shown"}
	for _, test := range examples {
		shown = append(shown, strings.Fields(test.codes)...)
	}
	for _, code := range assess.Codes() {
		assert.Contains(t, shown, string(code))
	}
}

// TestUnproven checks that scenarios whose control was refused are added to the finding that explains the control.
func TestUnproven(t *testing.T) {
	a := assess.Assess(runOf(t, examples["has another CA"].did), nil)
	assert.Equal(t, []string{"good", "good-ip"}, a.Findings[0].Scenarios)
	assert.Equal(t, []string{"expired"}, a.Findings[0].Unproven)
	assert.Equal(t, assess.Evidence{Scenario: "good", Outcome: no, Says: right["self-signed"]}, a.Findings[0].Evidence)

	a = assess.Assess(runOf(t, examples["the control is no row"].did), nil)
	assert.Equal(t, assess.Finding{
		Code: assess.RejectsGood, Scenarios: []string{"good"}, Unproven: []string{"expired"},
		Evidence: assess.Evidence{Scenario: "good", Outcome: no, Says: "no"},
	}, a.Findings[0])
}

// TestUnprovenControls checks that a scenario whose control has a refused control itself is added to the finding of the
// latter.
func TestUnprovenControls(t *testing.T) {
	says := right["self-signed"]
	a := assess.Assess(runOf(t, []did{
		{"good", "", no, says, left}, {"revoked-intermediate-ocsp", no, no, says, left}, {"good-ocsp-intermediate", no,
			no, says, left},
		{"good-ocsp", "", no, says, left},
	}), nil)
	require.Len(t, a.Findings, 1)
	assert.Equal(t, []string{"revoked-intermediate-ocsp", "good-ocsp-intermediate"}, a.Findings[0].Unproven)
}

// TestFollows checks that a refusal for the same reason as that of good servers is explained together with these.
func TestFollows(t *testing.T) {
	a := assess.Assess(runOf(t, examples["knows a certificate"].did), nil)
	assert.Equal(t, []string{"wrong-host", "good-rsa2048", "good-ip"}, a.Findings[0].Scenarios)
	assert.Equal(t, "good-rsa2048", a.Findings[0].Evidence.Scenario, "what follows shows less")
}

func TestAssessKnown(t *testing.T) {
	list := &assess.Deviations{List: []assess.Deviation{
		{Scenario: "expired", Kind: verdict.Insecure, Reason: "no clock"},
		{Scenario: "wrong-host", Kind: verdict.Insecure, Reason: "no names"},
		{Scenario: "self-signed", Kind: verdict.Insecure, Reason: "not run"},
	}}
	a := assess.Assess(runOf(t, append(accepts("good", "expired"),
		did{"wrong-host", yes, clients.Unsupported, "", nil})), list)
	assert.Equal(t, assess.Pass, a.Grade)
	assert.Equal(t, list.List[:1], a.Known)
	assert.Empty(t, a.Fixed)
	assert.Equal(t, list.List[:1], a.Deviations())
	assert.Empty(t, a.Findings)

	a = assess.Assess(runOf(t, append(rejects("expired"), accepts("wrong-ip")...)), list)
	assert.Equal(t, assess.Fail, a.Grade)
	assert.Equal(t, list.List[:1], a.Fixed)
	require.Len(t, a.Deviations(), 1)
	assert.Equal(t, "wrong-ip", a.Deviations()[0].Scenario)
	assert.NotEmpty(t, a.Deviations()[0].Reason)
}

// TestInterrupted checks that an interrupted run does not pass.
func TestInterrupted(t *testing.T) {
	run := runOf(t, append(accepts("good"), rejects("expired")...))
	require.Equal(t, assess.Pass, assess.Assess(run, nil).Grade)
	run.Interrupted = true
	assert.Equal(t, assess.Incomplete, assess.Assess(run, nil).Grade)
}
