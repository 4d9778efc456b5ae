// Package verdict says what a client's behaviour means.
//
// [Classify] maps a stack's own message to a failure class. [Judge] compares what a client did with what a scenario
// expects, and explains the difference: by what the variant leaves out, by what is known about the stack, and by what
// the server saw.
package verdict

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Kind is the result of a judgement.
type Kind string

// The kinds of judgement.
const (
	OK          Kind = "ok"           // the right verdict and, for a rejection, a reason that the scenario lists
	WrongReason Kind = "wrong-reason" // rejected, but for another reason
	// Unrecognised is only for clients under test: rejected, in words that the lab does not know, and the server's
	// record does not tell the reason either.
	Unrecognised Kind = "unrecognised"
	Insecure     Kind = "insecure"    // accepted what it must reject
	Lenient      Kind = "lenient"     // accepted what it should reject, without the feature to do so
	Broken       Kind = "broken"      // rejected what it must accept
	Void         Kind = "void"        // rejected the control, so that a rejection proves nothing
	Unsupported  Kind = "unsupported" // cannot do what the scenario or the variant requires
	Error        Kind = "error"       // the lab or the client failed
)

// Kinds returns every kind of judgement: first the good one, then the others, the worst first.
func Kinds() []Kind {
	return []Kind{OK, Insecure, Lenient, WrongReason, Unrecognised, Broken, Void, Unsupported, Error}
}

// Cell is what happened with one client and one scenario, to be judged.
type Cell struct {
	Scenario *scenarios.Scenario
	Client   clients.Info
	Result   clients.Result
	Observed []serve.Observation
	// Control is what the client did with the scenario's control in the same run. For a scenario of the family
	// baseline it is the Result itself.
	Control clients.Result
	// ControlObserved is what the server saw of the client on the control, and GoodObserved on [scenarios.Good]. They
	// show whether a client under test sends requests at all. GoodObserved is only needed if the client says that it
	// accepted although no request came.
	ControlObserved, GoodObserved []serve.Observation
	// Class is the failure class of the client's message, if it is known in another way than by its stack's rules.
	Class failure.Class
}

// Judgement is the judgement of a cell.
type Judgement struct {
	Kind Kind `json:"kind"`
	// Class is the failure class of the client's message; empty if it accepted, or if no rule knows the message.
	Class failure.Class `json:"class,omitempty"`
	// FromAlert says that the message names no cause, and that Class is what the client's alert can mean.
	FromAlert bool `json:"class_from_alert,omitempty"`
	// FromRecord says that no rule knows the message of a client under test, and that Class is the only reason that
	// fits the server's record.
	FromRecord bool `json:"class_from_record,omitempty"`
	// Words names the stack in whose words the message of a client under test is written, if it was recognised.
	Words string `json:"words,omitempty"`
	// Documented says that this was expected: it is ok, or the variant is declared to leave that check out, or the
	// scenario has it as a known deviation of this stack. A run in which everything is documented has reproduced the
	// failure.
	Documented bool `json:"documented"`
	// Why explains a judgement other than ok.
	Why lang.Reason `json:"why,omitzero"`
	// Contradicted says that a client under test reported that it accepted, but the server's record shows that it did
	// not, so that its reports mean nothing. The kind is then error.
	Contradicted bool `json:"contradicted,omitempty"`
	// Disagreement says in what the client's account and the server's record differ; zero if they agree.
	Disagreement lang.Reason `json:"disagreement,omitzero"`
}

// Judge judges a cell.
func Judge(c Cell) Judgement {
	class, fromAlert := c.class()
	fromRecord := false
	words := ""
	if c.Client.UnderTest && c.Result.Outcome == clients.Rejected {
		words, _ = c.words(c.Result.Message)
		if class == "" {
			class = c.evidence()
			fromRecord = class != ""
		}
	}
	j := c.judge(class)
	j.Words, j.Class, j.FromAlert, j.FromRecord = words, class, fromAlert, fromRecord
	if j.Kind == OK || j.Kind == Unsupported {
		j.Documented = true
	}
	if !j.Contradicted {
		j.Disagreement = c.disagreement(class)
	}
	return j
}

// class returns the failure class of a rejection, and whether it is from the alert in the server's record. The alert
// counts only if the message names no cause at all.
func (c Cell) class() (class failure.Class, fromAlert bool) {
	if c.Result.Outcome != clients.Rejected {
		return "", false
	}
	stack, class := c.words(c.Result.Message)
	class = cmp.Or(c.Class, class)
	if class != messages.Untold {
		return class, false
	}
	last, ok := c.last()
	switch {
	case !ok:
		return "", false
	case last.AlertSent != nil: // the message says that there was an alert, but not which
		code := last.AlertSent.Code
		class = cmp.Or(messages.SentAboutClients(code), c.likeliest(messages.SentByServers(code)))
	case last.AlertReceived != nil:
		class = c.likeliest(messages.Of(stack).Alerts[last.AlertReceived.Code])
	default:
		class = ""
	}
	return class, class != ""
}

// likeliest returns the class that the scenario expects, of those that an alert can mean, or else the first of them;
// empty if there are none.
func (c Cell) likeliest(can []failure.Class) failure.Class {
	for _, want := range c.Scenario.Expect.Failures {
		if slices.Contains(can, want) {
			return want
		}
	}
	if len(can) == 0 {
		return ""
	}
	return can[0]
}

func (c Cell) judge(class failure.Class) Judgement {
	switch c.Result.Outcome {
	case clients.Failed:
		return Judgement{Kind: Error, Why: c.Result.Reason()}
	case clients.Unsupported:
		return Judgement{Kind: Unsupported, Why: c.Result.Reason()}
	}
	if c.Scenario.Control != "" {
		if j, bad := c.judgeControl(); bad {
			return j
		}
	}
	if c.beyondHandshake() {
		return Judgement{Kind: Unsupported, Why: lang.Because(whyHandshakeOnly)}
	}
	if why := c.contradiction(); !why.IsZero() {
		return Judgement{Kind: Error, Contradicted: true, Why: why}
	}
	expect, known := c.expectation()
	if c.Result.Outcome == clients.Accepted {
		return c.judgeAccepted(expect, known)
	}
	return c.judgeRejected(class, expect, known)
}

// judgeControl returns the judgement that follows if the control was not accepted, so that the scenario proves nothing.
// It reports whether that is so. A stack that is known to refuse the control cannot be judged by the scenario at all.
func (c Cell) judgeControl() (Judgement, bool) {
	about := func(why lang.Reason) lang.Reason { return why.About(OnControl, c.Scenario.Control) }
	switch c.Control.Outcome {
	case clients.Accepted:
		control := Cell{
			Scenario: scenarios.ControlOf(c.Scenario), Client: c.Client, Result: c.Control, Observed: c.ControlObserved,
			GoodObserved: c.GoodObserved,
		}
		if why := control.contradiction(); !why.IsZero() {
			return Judgement{Kind: Error, Contradicted: true, Why: about(why)}, true
		}
		return Judgement{}, false
	case clients.Failed:
		return Judgement{Kind: Error, Why: about(c.Control.Reason())}, true
	case clients.Unsupported:
		return Judgement{Kind: Unsupported, Why: about(c.Control.Reason())}, true
	}
	for _, k := range scenarios.ControlOf(c.Scenario).Known {
		if k.Verdict == scenarios.Reject && Matches(k, c.Client) &&
			slices.Contains(k.Failures, Classify(c.Client.Stack, c.Control.Message)) {
			return Judgement{Kind: Unsupported, Why: about(lang.Plain(k.Why))}, true
		}
	}
	return Judgement{Kind: Void, Why: lang.Plain(c.Control.Message).About(whyVoid, c.Scenario.Control)}, true
}

// expectation returns what is expected of this client: the scenario's expectation, adapted to what is known about the
// stack if the stack is right in its own way. It also returns the known deviation, if there is one.
func (c Cell) expectation() (scenarios.Expectation, *scenarios.Known) {
	e := c.Scenario.Expect
	if c.Client.UnderTest {
		e = c.widened(e)
	}
	for _, k := range c.Scenario.Known {
		if !Matches(k, c.Client) {
			continue
		}
		if k.Right {
			if k.Verdict != "" {
				e.Verdict = k.Verdict
			}
			e.Failures = slices.Concat(e.Failures, k.Failures)
		}
		return e, &k
	}
	return e, nil
}

func (c Cell) judgeAccepted(e scenarios.Expectation, known *scenarios.Known) Judgement {
	if e.Verdict != scenarios.Reject {
		return Judgement{Kind: OK}
	}
	if check, left := c.leavesOut(e); left {
		return Judgement{Kind: Insecure, Documented: true, Why: lang.Because(whySkips, c.Client.Variant, string(check))}
	}
	if e.Level == scenarios.Should && !slices.Contains(c.Client.Features, e.Feature) {
		return Judgement{Kind: Lenient, Documented: true, Why: lang.Because(whyFeature, e.Feature)}
	}
	if known != nil && known.Verdict == scenarios.Accept {
		return Judgement{Kind: Insecure, Documented: true, Why: lang.Plain(known.Why)}
	}
	return Judgement{Kind: Insecure, Why: lang.Because(whyMustReject, string(e.Failures[0]))}
}

func (c Cell) judgeRejected(class failure.Class, e scenarios.Expectation, known *scenarios.Known) Judgement {
	switch {
	case e.Verdict != scenarios.Accept && (c.Client.VerdictOnly || slices.Contains(e.Failures, class)):
		return Judgement{Kind: OK}
	case e.Verdict == scenarios.Accept && e.Level == scenarios.Should &&
		!slices.Contains(c.Client.Features, e.Feature) && slices.Contains(e.Failures, class):
		return Judgement{Kind: Broken, Documented: true, Why: lang.Because(whyFeature, e.Feature)}
	}
	j := Judgement{Kind: WrongReason, Why: lang.Because(whyExpected, fmt.Sprint(e.Failures))}
	switch {
	case e.Verdict == scenarios.Accept:
		j = Judgement{Kind: Broken, Why: lang.Because(whyMustAccept)}
	// a client need not use words that the lab knows for what it need not refuse
	case class == "" && c.Client.UnderTest:
		demanded := e.Level == scenarios.Must || slices.Contains(c.Client.Features, e.Feature)
		j = Judgement{Kind: Unrecognised, Documented: !demanded, Why: lang.Because(whyExpected, fmt.Sprint(e.Failures))}
	}
	if class == "" {
		j.Why = j.Why.About(whyNoRule)
	}
	if known != nil && slices.Contains(known.Failures, class) {
		j.Documented, j.Why = true, lang.Plain(known.Why)
	}
	return j
}

// leavesOut reports whether the variant is declared to leave out the check that the rejection depends on.
func (c Cell) leavesOut(e scenarios.Expectation) (clients.Check, bool) {
	if c.Scenario.Family == scenarios.ClientCertificates {
		return "", false // it is not the server's certificate that is wrong
	}
	i, ok := failure.Lookup(e.Failures[0])
	if !ok || i.Group != "certificate" || i.Class == failure.KeyMismatch {
		return "", false
	}
	check := clients.CheckChain
	if i.Class == failure.HostnameMismatch {
		check = clients.CheckHost
	}
	return check, slices.Contains(c.Client.Skips, check)
}
