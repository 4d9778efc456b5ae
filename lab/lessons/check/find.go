package check

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// Finding is what is the matter with a client, told from what it did.
type Finding struct {
	// Name is one of [Names], in kebab-case.
	Name string `json:"name"`
	// Scenarios are those that it is drawn from.
	Scenarios []string `json:"scenarios"`
	// Switches are what may cause it in the client's language, as far as that can be told.
	Switches []string `json:"switches,omitempty"`
}

// The names of findings.
const (
	DecidesByName       = "decides-by-name"
	DecidesByPort       = "decides-by-port"
	NeverConnects       = "never-connects"
	NotAsked            = "not-asked"
	ProgramFails        = "program-fails"
	TrustsSomethingElse = "trusts-something-else"
	PinsOneCertificate  = "pins-one-certificate"
	ChecksAnotherName   = "checks-another-name"
	NoClientCertificate = "no-client-certificate"
	LimitsVersions      = "limits-versions"
	GivesUpTooSoon      = "gives-up-too-soon"
	RejectsEverything   = "rejects-everything"
	RejectsGood         = "rejects-good"
	InTheClear          = "falls-back-to-plaintext"
	RetriesUnverified   = "retries-unverified"
	VerificationOff     = "verification-off"
	NamesUnchecked      = "names-unchecked"
	NamesHalfChecked    = "names-half-checked"
	ChainUnchecked      = "chain-unchecked"
	ChainHalfChecked    = "chain-half-checked"
	DatesUnchecked      = "dates-unchecked"
	UsageUnchecked      = "usage-unchecked"
	SecurityLevelLow    = "security-level-lowered"
	OldTLSAllowed       = "old-tls-allowed"
	RevocationUnchecked = "revocation-unchecked"
	StaleStatusTaken    = "stale-status-taken"
	AnswerNotRead       = "answer-not-read"
	GoesOnWithout       = "goes-on-without-certificate"
	SendsUnverified     = "sends-before-verifying"
	ReportsSuccess      = "reports-success"
	TruncationUnnoticed = "truncation-unnoticed"
	AcceptsOther        = "accepts-other"
	NoTimeout           = "no-timeout"
	ReasonHidden        = "reason-hidden"
	OneReason           = "one-reason"
	WrongReason         = "wrong-reason"
	NothingShown        = "nothing-shown"
)

// sheet is what findings are drawn from.
type sheet struct {
	rows    []Row
	again   truth
	command []string
}

// finder draws rows that have a name in common from what no finder before it has explained.
type finder struct {
	name string
	find func(s sheet, bad []Row) []Row
}

// finders are tried in this order: what makes others meaningless comes first.
var finders = slices.Concat([]finder{
	{DecidesByName, func(s sheet, bad []Row) []Row { return turned(bad, s.again.named) }},
	{DecidesByPort, func(s sheet, bad []Row) []Row { return turned(bad, s.again.known) }},
	{NotAsked, func(_ sheet, bad []Row) []Row { // one that only shakes hands was asked, and did not go on
		return only(bad, func(r Row) bool { return r.Kind == verdict.Unsupported && r.Outcome != clients.Accepted })
	}},
	{NeverConnects, neverConnects},
	{ProgramFails, func(_ sheet, bad []Row) []Row {
		return only(bad, func(r Row) bool { return r.Kind == verdict.Error && !r.neverConnected() && !r.Contradicted })
	}},
	{NoClientCertificate, refusedGood(failure.ClientCertificateRequired)},
	{ChecksAnotherName, refusedGood(failure.HostnameMismatch)},
	{LimitsVersions, refusedGood(failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.NoSharedGroup)},
	{GivesUpTooSoon, refusedGood(failure.Timeout)},
	{TrustsSomethingElse, allGood(failure.Untrusted, failure.SelfSigned, failure.BadSignature)},
	{PinsOneCertificate, someGood("", failure.Untrusted, failure.SelfSigned, failure.BadSignature)},
	{RejectsEverything, rejectsEverything},
	{RejectsGood, kind(verdict.Broken)},
	{InTheClear, func(_ sheet, bad []Row) []Row { return only(bad, func(r Row) bool { return inTheClear(r.Cell) }) }},
	{RetriesUnverified, retries},
	{ReportsSuccess, reportsSuccess},
	{VerificationOff, verificationOff},
}, byClass, []finder{
	{SendsUnverified, func(_ sheet, bad []Row) []Row {
		return only(bad, func(r Row) bool { return served(r.Cell, r.Reasons) })
	}},
	{AcceptsOther, func(_ sheet, bad []Row) []Row { return only(bad, Row.taken) }},
	{NoTimeout, func(_ sheet, bad []Row) []Row { return only(bad, func(r Row) bool { return overran(r.Cell) }) }},
	{GoesOnWithout, func(_ sheet, bad []Row) []Row { return only(only(bad, kindIs(verdict.WrongReason)), aboutOwnFiles) }},
	{OneReason, oneReason},
	{WrongReason, kind(verdict.WrongReason)},
	{ReasonHidden, func(_ sheet, bad []Row) []Row {
		return only(bad, func(r Row) bool { return r.Outcome == clients.Rejected && r.Kind != verdict.Void })
	}},
	{NothingShown, func(_ sheet, bad []Row) []Row { return bad }},
})

// byClass are the finders of what is accepted for one kind of fault.
var byClass = []finder{
	{NamesUnchecked, accepts(whole, failure.HostnameMismatch)},
	{NamesHalfChecked, accepts(partly, failure.HostnameMismatch)},
	{ChainUnchecked, accepts(whole, failure.Untrusted, failure.SelfSigned)},
	{ChainHalfChecked, accepts(partly, failure.Untrusted, failure.SelfSigned, failure.BadSignature, failure.InvalidCA)},
	{DatesUnchecked, accepts(unrefuted, failure.Expired, failure.NotYetValid)},
	{UsageUnchecked, accepts(unrefuted, failure.WrongUsage)},
	{OldTLSAllowed, accepts(anyOf, failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure)},
	{SecurityLevelLow, accepts(anyOf, failure.WeakKey, failure.WeakSignature, failure.WeakDH)},
	{RevocationUnchecked, accepts(anyOf, failure.Revoked, failure.StapleMissing)},
	{StaleStatusTaken, accepts(anyOf, failure.RevocationUnknown)},
	{AnswerNotRead, accepts(anyOf, presented...)},
	{GoesOnWithout, accepts(anyOf, ownFiles...)},
	{TruncationUnnoticed, accepts(anyOf, failure.UnexpectedEOF)}, // the handshake was completed, or it reports success
	{ReportsSuccess, accepts(anyOf, failure.NotTLS, failure.CorruptRecord, failure.ConnectionReset, failure.ConnectionRefused, failure.Timeout, failure.NameResolution)},
}

// ownFiles are the classes of what is wrong with a client's own files.
var ownFiles = []failure.Class{failure.BadPEM, failure.BadPassphrase, failure.MissingFile, failure.ClientMisconfigured}

// Names returns the names of all findings there are.
func Names() []string {
	var names []string
	for _, f := range finders {
		if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

// find names what is the matter, and in each row that is not right what explains it.
func find(s sheet) []Finding {
	list := []Finding{}
	bad := only(s.rows, func(r Row) bool { return !r.OK })
	for _, f := range finders {
		rows := f.find(s, bad)
		if len(rows) == 0 {
			continue
		}
		i := slices.IndexFunc(list, func(found Finding) bool { return found.Name == f.name })
		if i < 0 {
			i = len(list)
			list = append(list, Finding{Name: f.name, Switches: switchesOf(f.name, s)})
		}
		for _, r := range rows {
			list[i].Scenarios = append(list[i].Scenarios, r.ID)
		}
		provesNothing := func(r Row) bool { return r.Kind == verdict.Void && r.Expect == scenarios.Reject }
		explains := func(r Row) bool { return slices.Contains(list[i].Scenarios, r.ID) || r.follows(rows) }
		for k, r := range s.rows {
			if !r.OK && r.Finding == "" && !provesNothing(r) && explains(r) {
				s.rows[k].Finding = f.name
			}
		}
		bad = only(bad, func(r Row) bool { return !explains(r) && !provesNothing(r) })
	}
	return list
}

// follows reports whether the client refused for what it refuses good servers for as well: that is
// explained with them.
func (r Row) follows(found []Row) bool {
	return r.Outcome == clients.Rejected && slices.ContainsFunc(refused(found), func(good Row) bool {
		return good.Class == r.Class && (r.Class != "" || ownWords(good.Message) == ownWords(r.Message))
	})
}

// turned returns all that was bad, if it is right under the true names.
func turned(bad []Row, right bool) []Row {
	if !right {
		return nil
	}
	return bad
}

// neverConnects is about a client that made no connection where one was to be made.
func neverConnects(s sheet, bad []Row) []Row {
	if slices.ContainsFunc(s.rows, func(r Row) bool { return len(r.Observed) > 0 }) {
		return only(bad, func(r Row) bool { return r.neverConnected() && r.canonical() != failure.ConnectionRefused })
	}
	return bad
}

// refused are the rows that a client must accept and did not.
func refused(rows []Row) []Row {
	return only(rows, func(r Row) bool { return r.Expect == scenarios.Accept && r.Outcome == clients.Rejected })
}

// refusedGood returns the finder of what must be accepted and was refused for one of the classes.
func refusedGood(classes ...failure.Class) func(sheet, []Row) []Row {
	return func(_ sheet, bad []Row) []Row {
		return only(refused(bad), func(r Row) bool { return slices.Contains(classes, r.Class) })
	}
}

// allGood is refusedGood where nothing that must be accepted was.
func allGood(classes ...failure.Class) func(sheet, []Row) []Row {
	return func(s sheet, bad []Row) []Row {
		rows := refusedGood(classes...)(s, bad)
		if len(rows) < len(only(s.rows, func(r Row) bool { return r.Expect == scenarios.Accept })) {
			return nil
		}
		return rows
	}
}

// someGood is refusedGood where something that must be accepted was.
func someGood(classes ...failure.Class) func(sheet, []Row) []Row {
	return func(s sheet, bad []Row) []Row {
		if len(refused(s.rows)) == len(only(s.rows, func(r Row) bool { return r.Expect == scenarios.Accept })) {
			return nil
		}
		return refusedGood(classes...)(s, bad)
	}
}

func rejectsEverything(s sheet, bad []Row) []Row {
	rows := refused(bad)
	if len(rows) < 2 || slices.ContainsFunc(s.rows, func(r Row) bool { return r.Outcome == clients.Accepted }) {
		return nil
	}
	return rows
}

// status are the classes of revocation: who goes on there may verify all else.
var status = []failure.Class{failure.Revoked, failure.RevocationUnknown, failure.StapleMissing}

// retries is about a client that is refused, or refuses, and then connects all the same.
func retries(_ sheet, bad []Row) []Row {
	return only(bad, func(r Row) bool {
		if !r.taken() || len(r.Observed) < 2 || slices.Contains(status, r.canonical()) {
			return false
		}
		first, last := r.Observed[0], r.Observed[len(r.Observed)-1]
		return !completed(first) && completed(last)
	})
}

func completed(o serve.Observation) bool { return o.HandshakeComplete && o.AlertReceived == nil }

// verificationOff needs two faults that have nothing to do with each other: somebody else's
// certificate, and one that nobody vouches for.
func verificationOff(s sheet, bad []Row) []Row {
	names := of(s.rows, failure.HostnameMismatch)
	chain := of(s.rows, failure.Untrusted, failure.SelfSigned)
	refuted := func(r Row) bool { return r.isVerified() && r.refusedIt() && !slices.Contains(status, r.canonical()) }
	if !all(names, Row.accepted) || !all(chain, Row.accepted) || slices.ContainsFunc(s.rows, refuted) {
		return nil
	}
	return only(bad, func(r Row) bool { return r.taken() && r.isVerified() })
}

// reportsSuccess is about a client that says that all is well where no handshake was completed: it
// refused, or was refused, and does not say so.
func reportsSuccess(_ sheet, bad []Row) []Row {
	return only(bad, func(r Row) bool {
		unfounded := r.Contradicted || !slices.ContainsFunc(r.Observed, completed)
		return (r.taken() || r.neverConnected()) && !slices.Contains(presented, r.canonical()) && !aboutOwnFiles(r) && unfounded
	})
}

// presented are the classes of what is wrong with a client's certificate, as the server sees it.
var presented = []failure.Class{failure.ClientCertificateRequired, failure.ClientCertificateRejected}

// extent is the evidence that a finding about accepted rows of some classes needs.
type extent int

const (
	anyOf     extent = iota // it is said of the row that was accepted, and of no other
	whole                   // all rows of the classes were accepted: the check is missing
	unrefuted               // none of them was refused, though not all were decided
	partly                  // some were refused: the check is there, and takes too much
)

// accepts returns the finder of rows of some classes that were accepted, if the evidence is there.
func accepts(e extent, classes ...failure.Class) func(sheet, []Row) []Row {
	return func(s sheet, bad []Row) []Row {
		rows := of(s.rows, classes...)
		refuted := slices.ContainsFunc(rows, Row.refusedIt)
		switch {
		case e == whole && !all(rows, Row.accepted), e == unrefuted && refuted, e == partly && !refuted:
			return nil
		}
		return only(of(bad, classes...), Row.taken)
	}
}

// oneReason is about a client that says the same of whatever is wrong.
func oneReason(_ sheet, bad []Row) []Row {
	rows := only(bad, kindIs(verdict.WrongReason))
	if len(rows) < 2 || !all(rows, func(r Row) bool { return r.Message == rows[0].Message }) {
		return nil
	}
	return rows
}

// canonical is the class that the scenario is about.
func (r Row) canonical() failure.Class {
	if len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[0]
}

// taken reports whether the client says that it accepted what it is to refuse.
func (r Row) taken() bool {
	return r.Expect != scenarios.Accept && r.Outcome == clients.Accepted && (r.Kind != verdict.Error || r.Contradicted)
}

// accepted reports whether the client accepted what it is to refuse, by the server's record too.
func (r Row) accepted() bool { return r.taken() && !r.Contradicted }

// refusedIt reports whether the client refused what it is to refuse, for whatever reason, and would have
// accepted the control.
func (r Row) refusedIt() bool {
	return r.Expect != scenarios.Accept && r.Outcome == clients.Rejected && slices.Contains([]verdict.Kind{verdict.OK, verdict.WrongReason, verdict.Unrecognised}, r.Kind)
}

// neverConnected reports whether the client says that it accepted and made no connection.
func (r Row) neverConnected() bool { return strings.HasSuffix(r.Why, verdict.NeverConnected) }

// isVerified reports whether it is for the server's certificate that a client is to refuse.
func (r Row) isVerified() bool {
	i, _ := failure.Lookup(r.canonical())
	return i.Group == "certificate"
}

func aboutOwnFiles(r Row) bool { return slices.Contains(ownFiles, r.canonical()) }

func kindIs(k verdict.Kind) func(Row) bool { return func(r Row) bool { return r.Kind == k } }

func kind(k verdict.Kind) func(sheet, []Row) []Row {
	return func(_ sheet, bad []Row) []Row { return only(bad, kindIs(k)) }
}

// of returns the rows that are to be refused as one of the classes.
func of(rows []Row, classes ...failure.Class) []Row {
	return only(rows, func(r Row) bool { return r.Expect != scenarios.Accept && slices.Contains(classes, r.canonical()) })
}

// only returns what is so.
func only(rows []Row, so func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !so(r) })
}

// all reports whether all are so; of nothing, it is false.
func all[T any](list []T, so func(T) bool) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(v T) bool { return !so(v) })
}
