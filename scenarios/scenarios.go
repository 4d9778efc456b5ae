// Package scenarios is the catalogue: one declaration for each way in which TLS can fail, and for the good
// chains to compare with.
//
// [All] lists the scenarios; [Lookup] finds one by its ID. [Own] makes a [Catalogue] of scenarios of the user's own,
// which package file reads. The package runs nothing. pki mints a scenario's
// recipe, lab/serve serves it, lab/clients runs real clients against it, and lab/verdict judges what they
// did.
package scenarios

import (
	"time"

	"example.com/tlslab/pki"
	"example.com/tlslab/scenarios/failure"
)

// Scenario is one thing wrong with a server, or nothing wrong in the family baseline. Its yaml tags name the fields of a
// scenario file: see package file.
type Scenario struct {
	// ID is stable, unique and in kebab-case.
	ID string `yaml:"id"`
	// Family is the part of the catalogue that the scenario belongs to.
	Family Family `yaml:"family"`
	// Service is what the server speaks behind TLS.
	Service Service `yaml:"service"`
	// Port is the offset from the base port. It never changes once published.
	Port int `yaml:"-"`
	// Title says in a few words what is served.
	Title string `yaml:"title"`
	// Story tells what is wrong, where it happens, and how to see it.
	Story Story `yaml:"story"`
	// Fix is the proper fix in one sentence, never a way to bypass the check.
	Fix string `yaml:"fix"`
	// Host is the name or address that the client asks for and verifies. Empty means localhost. Names other
	// than localhost do not resolve: see serve.Endpoint.Connect.
	Host string `yaml:"host"`
	// Recipe says what is minted.
	Recipe pki.Recipe `yaml:"recipe"`
	// Server says how the server behaves.
	Server Server `yaml:"server"`
	// Mongod says how a mongod is started. It applies to the service [Mongod] only.
	Mongod MongodOptions `yaml:"mongod"`
	// Setup says which of the client's files differ from the right ones.
	Setup Setup `yaml:"setup"`
	// Instead is the ID of a scenario that shows a client the same thing where this one cannot be served.
	// Empty if there is none.
	Instead string `yaml:"instead"`
	// Patience limits the time that a client gets. It is for scenarios in which every client runs into a
	// timeout, so that a run does not wait longer than necessary. Zero means the run's own limit.
	Patience time.Duration `yaml:"patience"`
	// Control is the ID of a scenario that differs from this one only in the defect, and that a correct
	// client accepts. It is empty for scenarios that are controls themselves: the family baseline, and the
	// good rows of [MongoDBServer].
	Control string `yaml:"control"`
	// Defect lists all differences between this scenario and its control, in the notation of [pki.Difference]
	// ("leaf.notAfter") or as a field of Server ("server.MaxVersion"). A test checks that the list is
	// complete.
	Defect []string `yaml:"defect"`
	// Expect is what a correct client does.
	Expect Expectation `yaml:"expect"`
	// Known lists stacks that are known to behave differently, and why.
	Known []Known `yaml:"known"`
	// Sources tells where the scenario comes from: documents D0, D2 and D3, RFCs, issues, incidents.
	Sources []string `yaml:"sources"`

	control *Scenario // the control, if it is not in the built-in catalogue: see Own
}

// Waits reports whether a client spends most of the scenario's time waiting for the server. Meanwhile a run
// can use the processor for other clients.
func (s *Scenario) Waits() bool { return s.Patience > 0 || s.Server.Fault == FaultSlow }

// Story is a scenario in three lines.
type Story struct {
	What  string `yaml:"what"`  // what is wrong
	Where string `yaml:"where"` // where it happens
	See   string `yaml:"see"`   // how to see it
}

// Verdict is what a correct client does with a scenario.
type Verdict string

const (
	Accept Verdict = "accept"
	Reject Verdict = "reject"
	Either Verdict = "either" // implementations differ for good reasons; a rejection must be for a listed reason
)

// Level says how binding a verdict is.
type Level string

const (
	Must   Level = "must"   // applies to every client that verifies at all
	Should Level = "should" // applies to clients with the named feature
)

// Expectation is what a correct client does with a scenario.
type Expectation struct {
	// Verdict is whether a correct client accepts or rejects.
	Verdict Verdict `yaml:"verdict"`
	// Level says whether that applies to every client, or only to those with a feature.
	Level Level `yaml:"level"`
	// Feature is the feature that a client needs to behave like this, if Level is Should. A client that
	// declares the feature is held to the verdict.
	Feature string `yaml:"feature"`
	// Failures lists the classes that a rejection may have, the canonical one first.
	Failures []failure.Class `yaml:"failures"`
}

// Known is a known deviation: a stack or a TLS library behaves differently from what a scenario expects, or reports
// another class. It documents and explains a judgement, but never turns a wrong judgement into a right one.
type Known struct {
	// Stack is a stack's name ("python"). Variants and Versions narrow it; empty means all. Versions is a list of
	// constraints, separated by commas, on the stack's version or on that of a library: ">=3.10", "OpenSSL <3.2".
	Stack string `json:"stack,omitempty"`
	// Library is a TLS library ("rustls"), or a module that checks certificates itself ("node:tls"). The deviation
	// then applies to all stacks that verify with it. Empty means any.
	Library  string   `json:"library,omitempty"`
	Variants []string `json:"variants,omitempty"`
	Versions string   `json:"versions,omitempty"`
	// Verdict is what this stack does, if it differs from the scenario's verdict.
	Verdict Verdict `json:"verdict,omitempty"`
	// Failures are the classes of its rejection, if they differ from the scenario's. They count as ok only if
	// Right is set.
	Failures []failure.Class `json:"failures,omitempty"`
	// Right says that the stack's behaviour is justified: it narrows the expectation, and the judgement is
	// ok. Otherwise the judgement stands and is explained.
	Right bool `json:"right,omitempty"`
	// Why is the reason in one sentence, measured or with its source.
	Why string `json:"why"`
}
