// Package prose has the sentences about the findings of lab/assess. The texts are in findings.txt in lab/lang.
package prose

import (
	"cmp"
	"fmt"

	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
)

// in returns the texts of a language.
func in(l lang.Tag) lang.Words { return l.Words("findings") }

// Sentences is the sentences about a client with a finding.
type Sentences struct {
	Says string // what the client does
	Ask  string // what a learner should look at next, but not how to fix it
	Do   string // what the client's author should do
}

// Of returns the sentences about a client with a finding.
func Of(l lang.Tag, c assess.Code) Sentences {
	t := in(l)
	return Sentences{t[name(c, "says")], t[name(c, "ask")], t[name(c, "do")]}
}

// Shown returns what a client does, and what it said where this was first seen.
func Shown(l lang.Tag, f assess.Finding) string {
	t, e := in(l), f.Evidence
	says := t[name(f.Code, "says")]
	switch e.Outcome {
	case clients.Accepted:
		return cmp.Or(t[name(f.Code, "accepted")], says)
	case clients.Rejected, clients.Failed:
	default:
		return says
	}
	said := cmp.Or(e.Says, t["finding.silent"])
	if format, ok := t[name(f.Code, "shown")]; ok {
		return fmt.Sprintf(format, e.Scenario, said)
	}
	return fmt.Sprintf(t["finding.evidence"], says, e.Scenario, said)
}

// name returns the key of a text about a code.
func name(c assess.Code, what string) string { return "finding." + string(c) + "." + what }
