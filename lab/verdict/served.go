package verdict

import (
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/lang"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// byRecord decides by the server's record what a client did: [clients.Info.ByRecord]. The client accepted if
// application data came from it, whatever the bytes were. A completed handshake shows nothing, since a client may judge
// the certificate afterwards. Otherwise the client rejected, and its output is the message.
//
// If no client can accept, or if the fault only comes after the request, the record is the same for every client. A
// program that prints nothing is then not judged at all.
func byRecord(s *scenarios.Scenario, c clients.Info, r clients.Result, observed []serve.Observation) clients.Result {
	if r.Outcome != clients.Rejected {
		return r // it crashed, or could not be started
	}
	unsupported := func(why lang.Reason) clients.Result {
		return r.With(clients.Unsupported, why)
	}
	_, class := Cell{Scenario: s, Client: c}.words(r.Message)
	switch {
	case s.Server.Fault == scenarios.FaultTruncatedResponse && slices.ContainsFunc(observed, sentData):
		if !slices.Contains(s.Expect.Failures, class) { // its output may be about the answer as well
			return unsupported(lang.Because(whyCutOff))
		}
	case slices.ContainsFunc(observed, sentData):
		r.Outcome, r.Message, r.Code = clients.Accepted, "", ""
	case slices.ContainsFunc(observed, func(o serve.Observation) bool { return o.End == serve.EndRelayed }):
		return unsupported(lang.Because(whyRelayed))
	case class == "" && precluded(s, observed):
		return unsupported(lang.Because(whyPrecluded))
	}
	return r
}

// sentData reports whether the server received application data that it could decrypt. Relayed data cannot be decrypted
// here, and may have been an alert.
func sentData(o serve.Observation) bool {
	return o.End != serve.EndRelayed && (o.ApplicationData || o.End == serve.EndServed)
}

// precluded reports whether no client could have sent data: the connection is broken below TLS, or the server refused
// the client's certificate or broke the connection off.
func precluded(s *scenarios.Scenario, observed []serve.Observation) bool {
	if neverTLS(s) || slices.Contains(s.Expect.Failures, failure.InternalError) {
		return true
	}
	last, ok := serve.Telling(observed)
	return ok && (last.End == serve.EndBrokenOff || last.AlertSent != nil && s.Family == scenarios.ClientCertificates)
}
