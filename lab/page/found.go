package page

import (
	"example.com/tlslab/lab/assess"
	"example.com/tlslab/lab/assess/prose"
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/result"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
)

// finding is what a connection shows about a client, in the same words as tlslab test and tlslab check.
type finding struct {
	Code assess.Code
	prose.Sentences
}

// found returns what one connection shows about a client that accepted what it must refuse, or nil if it shows no more
// than that. Other connections of the same client might show more, but the page cannot tell which these are.
func found(l lang.Tag, s *scenarios.Scenario, seen serve.Observation) *finding {
	list := assess.Find([]assess.Row{{
		Scenario: &result.Scenario{
			ID: s.ID, Family: s.Family, Control: s.Control, Expect: result.NewExpectation(s.Expect),
		},
		Cell: result.Cell{
			Judgement: verdict.Judgement{Kind: verdict.Insecure}, Outcome: clients.Accepted,
			Observed: []serve.Observation{seen},
		},
		Wrong: true, Declared: s,
	}}, assess.Told{})
	if code := list[0].Code; code.Scope() != assess.Rows {
		return &finding{code, prose.Of(l, code)}
	}
	return nil
}
