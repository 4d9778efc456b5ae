package assess

import (
	"slices"

	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// accepting are the finders of clients that accept what they must refuse, the wider findings first.
var accepting = []finder{
	{code: VerificationOff, find: verificationOff},
	{code: NamesUnchecked, find: ofNames.unchecked},
	{code: NamesHalfChecked, find: ofNames.halfChecked},
	{code: ChainUnchecked, find: chainUnchecked},
	{code: ChainHalfChecked, find: ofChain.halfChecked},
	{code: DatesUnchecked, find: ofDates.unchecked},
	{code: UsageUnchecked, find: ofUsage.unchecked},
	{code: OldTLSAllowed, find: each(Row.speaksOldTLS)},
	{code: SecurityLevelLow, find: takes(failure.WeakKey, failure.WeakSignature, failure.WeakDH)},
	{code: RevocationUnchecked, find: takes(failure.Revoked, failure.StapleMissing)},
	{code: StaleStatusTaken, find: takes(failure.RevocationUnknown)},
	{code: AnswerNotRead, find: each(func(r Row) bool { return (r.Taken() || r.Contradicted) && r.presents() })},
	{code: GoesOnWithout, find: each(func(r Row) bool { return r.Taken() && r.aboutOwnFiles() })},
	{code: TruncationUnnoticed, find: takes(failure.UnexpectedEOF)}, // with the handshake completed: see ReportsSuccess
	{code: ReportsSuccess, find: takes(wireClasses...)},
}

// Classes of what is wrong below TLS, and of revocation: a client that does no more than look at that verifies nothing.
var (
	wireClasses = []failure.Class{
		failure.NotTLS, failure.CorruptRecord, failure.ConnectionReset, failure.ConnectionRefused, failure.Timeout,
		failure.NameResolution,
	}
	statusClasses = []failure.Class{failure.Revoked, failure.RevocationUnknown, failure.StapleMissing}
)

// check is a check of the server's certificate that a client may leave out, in whole or in part.
type check struct {
	// classes are those for which a client that makes the check refuses.
	classes []failure.Class
	// plain are the scenarios, without the prefix of their service, that break the rule in the plainest way: a client
	// that makes the check may well accept subtler ones, so that one of these must be among what is accepted.
	plain []string
}

// The checks that a client may leave out.
var (
	ofNames = check{classes: []failure.Class{failure.HostnameMismatch}, plain: []string{"wrong-host"}}
	ofTrust = check{
		classes: []failure.Class{failure.Untrusted, failure.SelfSigned},
		plain:   []string{"self-signed", "untrusted-root"},
	}
	ofChain = check{classes: slices.Concat(ofTrust.classes, []failure.Class{failure.BadSignature, failure.InvalidCA})}
	ofDates = check{
		classes: []failure.Class{failure.Expired, failure.NotYetValid},
		plain:   []string{"expired", "not-yet-valid"},
	}
	ofUsage = check{classes: []failure.Class{failure.WrongUsage}, plain: []string{"wrong-usage"}}
)

// isFor reports whether it is by the check that a client refuses.
func (c check) isFor(r Row) bool { return r.isVerified() && slices.Contains(c.classes, r.Canonical()) }

// missing reports whether the client accepted all that the check is for, a plain one among it.
func (c check) missing(s *sheet) bool {
	rows := only(s.rows, func(r Row) bool { return c.isFor(r) && r.decided() })
	isPlain := func(r Row) bool { return slices.Contains(c.plain, r.base()) }
	return all(rows, Row.accepted) && slices.ContainsFunc(rows, isPlain)
}

// unchecked finds what was accepted as the check is missing.
func (c check) unchecked(s *sheet, open []Row) []Row {
	if !c.missing(s) {
		return nil
	}
	return c.taken(open)
}

// halfChecked finds what was accepted though the check is there, as the client refused something else by it.
func (c check) halfChecked(s *sheet, open []Row) []Row {
	if !slices.ContainsFunc(s.rows, func(r Row) bool { return c.isFor(r) && r.refusedIt() }) {
		return nil
	}
	return c.taken(open)
}

// taken returns the rows that the check is for and that were accepted.
func (c check) taken(open []Row) []Row {
	return only(open, func(r Row) bool { return c.isFor(r) && r.Taken() })
}

// verificationOff needs two faults that have nothing to do with each other, somebody else's certificate and one that
// nobody vouches for, and that the client refused no certificate that every client must refuse. It needs no trust
// anchors either.
func verificationOff(s *sheet, open []Row) []Row {
	refuted := func(r Row) bool {
		return r.isVerified() && r.refusedIt() && r.Expect.Level != scenarios.Should &&
			!slices.Contains(statusClasses, r.Canonical())
	}
	if !ofNames.missing(s) || !ofTrust.missing(s) || slices.ContainsFunc(s.rows, refuted) {
		return nil
	}
	return only(open, func(r Row) bool {
		i, _ := failure.Lookup(r.Canonical())
		return r.Taken() && (i.Group == "certificate" && r.Family != scenarios.ClientCertificates || r.aboutAnchors())
	})
}

// chainUnchecked is about a client that accepts what nobody vouches for. If it refused nothing else that can be wrong
// with a chain, such as its dates or its usage, then that is explained as well.
func chainUnchecked(s *sheet, open []Row) []Row {
	if !ofTrust.missing(s) {
		return nil
	}
	chain := func(r Row) bool { return r.isVerified() && !ofNames.isFor(r) && r.Expect.Level != scenarios.Should }
	refuted := slices.ContainsFunc(s.rows, func(r Row) bool { return chain(r) && r.refusedIt() })
	return only(open, func(r Row) bool { return r.Taken() && (ofTrust.isFor(r) || !refuted && chain(r)) })
}

// takes returns the finder of what was accepted for some classes. It needs no evidence from other rows.
func takes(classes ...failure.Class) func(*sheet, []Row) []Row {
	return each(func(r Row) bool { return r.Taken() && slices.Contains(classes, r.Canonical()) })
}

// speaksOldTLS reports whether the client accepted a version or suite that is no longer safe.
func (r Row) speaksOldTLS() bool {
	classes := []failure.Class{failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure}
	return r.Taken() && r.Family == scenarios.Protocol && slices.Contains(classes, r.Canonical())
}

// retried reports whether the client was refused, or refused, and then connected all the same. One that goes on about
// revocation may verify all else.
func (r Row) retried() bool {
	if !r.Taken() || len(r.Observed) < 2 || slices.Contains(statusClasses, r.Canonical()) {
		return false
	}
	first, last := r.Observed[0], r.Observed[len(r.Observed)-1]
	return !completed(first) && completed(last)
}

// reportsSuccess is about a client that says that all is well where it did not get through: it refused, or was refused,
// and does not say so. That it took an answer that was cut for a whole one is then known from its report alone, and so
// is what it made of its own certificate.
func reportsSuccess(_ *sheet, open []Row) []Row {
	lies := func(r Row) bool {
		unfounded := r.Contradicted || !slices.ContainsFunc(r.Observed, completed)
		return unfounded && (r.Taken() || r.neverConnected() || r.Contradicted)
	}
	plainly := func(r Row) bool { return lies(r) && (r.neverConnected() || !r.presents() && !r.aboutOwnFiles()) }
	if !slices.ContainsFunc(open, plainly) {
		return nil
	}
	return only(open, func(r Row) bool {
		return lies(r) || r.Kind == verdict.Insecure && r.Canonical() == failure.UnexpectedEOF
	})
}
