package verdict

import (
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// lastWords says what to make of a client under test that failed, and that by its contract gave no verdict.
// One that was not asked has not failed. One whose last words name a failure of TLS has refused: a stub that
// does not catch its library's error ends with a traceback.
func lastWords(s *scenarios.Scenario, c clients.Info, r clients.Result, observed []serve.Observation) clients.Result {
	if r.Outcome != clients.Failed || r.LastWords == nil {
		return r
	}
	if why := Unasked(s, c, observed); !why.IsZero() {
		return r.With(clients.Unsupported, why)
	}
	_, class := Cell{Scenario: s, Client: c}.words(*r.LastWords)
	if class == "" {
		return r
	}
	if i, _ := failure.Lookup(class); i.Group != "wire" && i.Group != "client" {
		r.Outcome, r.Message = clients.Rejected, *r.LastWords
	}
	return r
}
