package verdict

import (
	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// lastWords decides what became of a client under test that failed and so gave no verdict as its contract asks. If it
// was not really asked, it has not failed. If its last words name a failure of TLS, it has refused: a stub that does
// not catch its library's error ends with a traceback.
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
