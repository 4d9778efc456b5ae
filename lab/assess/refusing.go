package assess

import (
	"reflect"
	"slices"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// refusing lists the finders for clients that refuse good servers.
var refusing = []finder{
	{code: NoClientCertificate, find: each(Row.presentsNothing)},
	{code: ChecksAnotherName, find: refusedAs(failure.HostnameMismatch)},
	{code: LimitsVersions, find: refusedAs(versions...)},
	{code: NoTimeout, find: each(func(r Row) bool { return r.RefusedGood() && Overran(r.Cell) })},
	{code: GivesUpTooSoon, find: refusedAs(failure.Timeout)},
	{code: TrustsSomethingElse, find: trustsSomethingElse},
	{code: PinsOneCertificate, find: pinsOne},
	{code: RejectsEverything, find: rejectsEverything},
	{code: RejectsGood, find: each(kindIs(verdict.Broken))},
}

// versions lists the classes of a client that has no version, suite or group in common with the server.
var versions = []failure.Class{
	failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.NoSharedGroup,
}

// untrusting lists the classes of a client that does not trust the issuer.
var untrusting = []failure.Class{failure.Untrusted, failure.SelfSigned, failure.BadSignature}

// RefusedGood reports whether the client refused what it must accept.
func (r Row) RefusedGood() bool {
	return r.Expect.Verdict == scenarios.Accept && r.Outcome == clients.Rejected
}

// refused returns the rows that the client must accept but refused.
func refused(rows []Row) []Row { return only(rows, Row.RefusedGood) }

// refusedAs returns the finder for good servers that were refused with one of the classes.
func refusedAs(classes ...failure.Class) func(*sheet, []Row) []Row {
	return each(func(r Row) bool { return r.RefusedGood() && slices.Contains(classes, r.Class) })
}

// presentsNothing reports whether the client presented no certificate to a good server that requires one. In TLS 1.2,
// servers answer that with the alert handshake_failure, which gives no cause.
func (r Row) presentsNothing() bool {
	presented := func(o serve.Observation) bool { return o.ClientCertificate != "" }
	unnamed := r.Class == failure.HandshakeFailure && r.presents() && !slices.ContainsFunc(r.Observed, presented)
	return r.RefusedGood() && (r.Class == failure.ClientCertificateRequired || unnamed)
}

// good returns the rows that every client must accept and that this client accepted or refused.
func (s *sheet) good() []Row {
	return only(s.rows, func(r Row) bool {
		return r.Expect.Verdict == scenarios.Accept && r.Expect.Level != scenarios.Should &&
			(r.Kind == verdict.OK || r.Kind == verdict.Broken)
	})
}

// trustsSomethingElse is about a client that trusts no good server.
func trustsSomethingElse(s *sheet, open []Row) []Row {
	if !all(s.good(), func(r Row) bool { return r.RefusedGood() && slices.Contains(untrusting, r.Class) }) {
		return nil
	}
	return refusedAs(untrusting...)(s, open)
}

// pinsOne is about a client that trusts good servers with one leaf, but none with another leaf, not even for the same
// host.
func pinsOne(s *sheet, open []Row) []Row {
	var pinned *scenarios.Scenario
	var others []Row
	for _, r := range s.good() {
		d := r.declared()
		switch {
		case r.Outcome != clients.Accepted:
			others = append(others, r)
		case pinned == nil:
			pinned = d
		case !sameLeaf(d, pinned):
			return nil
		}
	}
	if pinned == nil {
		return nil
	}
	others = only(others, func(r Row) bool { return !sameLeaf(r.declared(), pinned) })
	untrusted := func(r Row) bool { return r.Class == "" || slices.Contains(untrusting, r.Class) }
	alike := func(r Row) bool { return r.declared().Host == pinned.Host }
	if !all(others, untrusted) || !slices.ContainsFunc(others, alike) {
		return nil
	}
	return only(open, func(r Row) bool { return r.among(others) })
}

// sameLeaf reports whether two servers present the same leaf, whatever the rest of the chain.
func sameLeaf(a, b *scenarios.Scenario) bool {
	return a.Recipe.Key == b.Recipe.Key && reflect.DeepEqual(a.Recipe.Leaf, b.Recipe.Leaf) &&
		reflect.DeepEqual(a.Recipe.Intermediates, b.Recipe.Intermediates)
}

// rejectsEverything is about a client that accepts nothing. A single good server is not enough evidence.
func rejectsEverything(s *sheet, open []Row) []Row {
	rows := refused(open)
	accepted := func(r Row) bool { return r.Outcome == clients.Accepted && r.Kind != verdict.Error }
	if len(rows) < 2 || slices.ContainsFunc(s.rows, accepted) {
		return nil
	}
	return rows
}
