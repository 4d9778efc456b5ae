package assess

import (
	"slices"

	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// accepting lists the finders for clients that accept what they must refuse, the broader findings first.
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

// Classes of failures below TLS, and of revocation. A client that checks only these does not verify certificates.
var (
	wireClasses = []failure.Class{
		failure.NotTLS, failure.CorruptRecord, failure.ConnectionReset, failure.ConnectionRefused, failure.Timeout,
		failure.NameResolution,
	}
	statusClasses = []failure.Class{failure.Revoked, failure.RevocationUnknown, failure.StapleMissing}
)

// check is a check of the server's certificate that a client may leave out, in whole or in part.
type check struct {
	// classes lists the classes with which a client that makes the check refuses.
	classes []failure.Class
	// plain lists the scenarios, without the prefix of their service, that break the rule in the plainest way. A client
	// that makes the check may accept subtler ones, so one of these must be among those that it accepted.
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

// isFor reports whether a client that makes the check refuses the row's scenario because of it.
func (c check) isFor(r Row) bool { return r.isVerified() && slices.Contains(c.classes, r.Canonical()) }

// missing reports whether the client accepted everything that the check is for, including a plain scenario.
func (c check) missing(s *sheet) bool {
	rows := only(s.rows, func(r Row) bool { return c.isFor(r) && r.decided() })
	isPlain := func(r Row) bool { return slices.Contains(c.plain, r.base()) }
	return all(rows, Row.accepted) && slices.ContainsFunc(rows, isPlain)
}

// unchecked finds what was accepted because the check is missing.
func (c check) unchecked(s *sheet, open []Row) []Row {
	if !c.missing(s) {
		return nil
	}
	return c.taken(open)
}

// halfChecked finds what was accepted although the client makes the check, because it refused something else by it.
func (c check) halfChecked(s *sheet, open []Row) []Row {
	if !slices.ContainsFunc(s.rows, func(r Row) bool { return c.isFor(r) && r.refusedIt() }) {
		return nil
	}
	return c.taken(open)
}

// taken returns the accepted rows that the check is for.
func (c check) taken(open []Row) []Row {
	return only(open, func(r Row) bool { return c.isFor(r) && r.Taken() })
}

// verificationOff is about a client that accepts certificates with two unrelated faults, another host's name and an
// untrusted issuer, and refuses no certificate that every client must refuse. Such a client needs no trust anchors
// either.
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

// chainUnchecked is about a client that accepts chains of untrusted issuers. If it refused nothing else that can be
// wrong with a chain, such as dates or usages, the finding explains that too.
func chainUnchecked(s *sheet, open []Row) []Row {
	if !ofTrust.missing(s) {
		return nil
	}
	chain := func(r Row) bool { return r.isVerified() && !ofNames.isFor(r) && r.Expect.Level != scenarios.Should }
	refuted := slices.ContainsFunc(s.rows, func(r Row) bool { return chain(r) && r.refusedIt() })
	return only(open, func(r Row) bool { return r.Taken() && (ofTrust.isFor(r) || !refuted && chain(r)) })
}

// takes returns the finder for accepted scenarios of some classes. It needs no evidence from other rows.
func takes(classes ...failure.Class) func(*sheet, []Row) []Row {
	return each(func(r Row) bool { return r.Taken() && slices.Contains(classes, r.Canonical()) })
}

// speaksOldTLS reports whether the client accepted a version or suite that is no longer safe.
func (r Row) speaksOldTLS() bool {
	classes := []failure.Class{failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure}
	return r.Taken() && r.Family == scenarios.Protocol && slices.Contains(classes, r.Canonical())
}

// retried reports whether the first connection failed, and the client then connected anyway. Revocation is left out,
// because a client that connects anyway there may verify everything else.
func (r Row) retried() bool {
	if !r.Taken() || len(r.Observed) < 2 || slices.Contains(statusClasses, r.Canonical()) {
		return false
	}
	first, last := r.Observed[0], r.Observed[len(r.Observed)-1]
	return !completed(first) && completed(last)
}

// reportsSuccess is about a client that reports success although it did not connect: it refused, or was refused, and
// does not say so. Then its report is the only evidence that it took a truncated response for a complete one, and of
// what it did with its own certificate. So these rows are explained too.
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
