// Package scenarios is the catalogue: one declaration for each way in which TLS
// can fail, and for the good chains that prove a failure to be one.
//
// [All] lists them; [Lookup] finds one by its ID. The package declares and runs
// nothing: pki mints what a scenario's recipe says, lab/serve gives it an address,
// lab/clients points real clients at it, and lab/verdict judges what they did.
package scenarios

import (
	"time"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// Scenario is one thing wrong, served; or, in the family baseline, nothing wrong.
type Scenario struct {
	// ID is stable, unique and in kebab-case.
	ID string
	// Family is the part of the catalogue that it belongs to.
	Family Family
	// Service is what the server speaks behind TLS.
	Service Service
	// Port is its offset from the base port; it never changes once published.
	Port int
	// Title says in a few words what is served.
	Title string
	// Story tells what is wrong, where people meet it, and how to see it.
	Story Story
	// Fix is the proper fix, one sentence; never a way round the check.
	Fix string
	// Host is the name or address that the client asks for and verifies; empty
	// means localhost. Names other than localhost do not resolve: see
	// serve.Endpoint.Connect.
	Host string
	// Recipe says what is minted.
	Recipe pki.Recipe
	// Server says how the server behaves.
	Server Server
	// Mongod says how a mongod is started, for the service of that name.
	Mongod MongodOptions
	// Setup says which files the client is given, if not the right ones.
	Setup Setup
	// Instead is the ID of a scenario that shows a client the same where this one cannot be
	// served; empty if none does.
	Instead string
	// Patience is how long a client is given, if a run need not wait as long as it
	// otherwise would: for scenarios in which the client has to run out of time. Zero means
	// the run's own limit.
	Patience time.Duration
	// Control is the ID of the scenario that differs from this one in nothing but
	// the defect and that a correct client accepts; empty for those that are controls
	// themselves: the family baseline, and the good rows of MongoDBServer.
	Control string
	// Defect lists in what this scenario differs from its control, as
	// pki.Compare names it ("leaf.notAfter"); for behaviour of the server, the
	// field of Server ("server.MaxVersion"). Tests hold it to be complete.
	Defect []string
	// Expect is what a correct client does.
	Expect Expectation
	// Known lists the stacks that are known to do otherwise, and why.
	Known []Known
	// Sources names where the scenario comes from: documents D0, D2 and D3,
	// RFCs, issues, incidents.
	Sources []string
}

// Waits reports whether most of a client's time with the scenario passes in waiting, by what the
// server does: who runs many need not keep others from working meanwhile.
func (s *Scenario) Waits() bool { return s.Patience > 0 || s.Server.Fault == FaultSlow }

// Story is a scenario in three lines.
type Story struct {
	What  string // what is wrong
	Where string // where people meet it
	See   string // how to see it
}

// Verdict is what a correct client does with a scenario.
type Verdict string

// The verdicts.
const (
	Accept Verdict = "accept"
	Reject Verdict = "reject"
	Either Verdict = "either" // implementations differ with good reason; a rejection must be for a listed reason
)

// Level says how binding a verdict is.
type Level string

// The levels.
const (
	Must   Level = "must"   // every client that verifies at all
	Should Level = "should" // clients that have the feature named
)

// Expectation is what a correct client does with a scenario.
type Expectation struct {
	Verdict Verdict
	Level   Level
	// Feature is what a client needs in order to behave so, if Level is Should.
	// A client that claims it is held to the verdict.
	Feature string
	// Failures lists the classes that a rejection may carry, canonical first.
	Failures []failure.Class
}

// Known is a stack, or a TLS library, that is known to do something else than a scenario expects,
// or to say it in other words. It explains a judgement and makes it one that was
// documented; it never turns a wrong judgement into a right one.
type Known struct {
	// Stack is a stack's name ("python"); Variants and Versions narrow it. Empty
	// means all. Versions is a constraint on the stack's version, or on its TLS
	// library's if it names one: ">=3.10", "OpenSSL <3.2"; several have commas between.
	Stack string `json:"stack,omitempty"`
	// Library is a TLS library ("rustls"), or a module that checks certificates itself ("node:tls"): it is
	// known of all stacks that verify with it. Empty means that it does not matter.
	Library  string   `json:"library,omitempty"`
	Variants []string `json:"variants,omitempty"`
	Versions string   `json:"versions,omitempty"`
	// Verdict is what this stack does, if not what the scenario expects.
	Verdict Verdict `json:"verdict,omitempty"`
	// Failures are the classes that its rejection carries, if not the scenario's.
	// They widen what counts as ok only where Right is set.
	Failures []failure.Class `json:"failures,omitempty"`
	// Right says that this stack is right in its way: the expectation is narrowed
	// and the judgement is ok. Otherwise the judgement stands and is explained.
	Right bool `json:"right,omitempty"`
	// Why is the reason, one sentence, measured or with its source.
	Why string `json:"why"`
}
