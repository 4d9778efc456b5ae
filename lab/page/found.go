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

// finding is what a connection shows of a client, as tlslab test and tlslab check say it.
type finding struct {
	Code assess.Code
	prose.Sentences
}

// found returns what one connection shows of a client that accepted what it must refuse; nil if that is no more than
// that it did. What the same client does with other scenarios may show more: nobody tells the page which client it is.
func found(l lang.Tag, s *scenarios.Scenario, seen serve.Observation) *finding {
	list := assess.Find([]assess.Row{{
		Scenario: &result.Scenario{ID: s.ID, Family: s.Family, Control: s.Control, Expect: result.NewExpectation(s.Expect)},
		Cell: result.Cell{
			Judgement: verdict.Judgement{Kind: verdict.Insecure}, Outcome: clients.Accepted, Observed: []serve.Observation{seen},
		},
		Wrong: true,
	}}, assess.Told{})
	if code := list[0].Code; code.Scope() != assess.Rows {
		return &finding{code, prose.Of(l, code)}
	}
	return nil
}
