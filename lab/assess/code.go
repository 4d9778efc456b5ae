package assess

import "slices"

// Code names what is the matter with a client, in kebab-case. Codes are stable: they stand in JSON, in the hints of
// lessons and in the files in which learners' tries are counted.
type Code string

// Codes of clients that were not asked what they were to be asked.
const (
	// DecidesByName is a client that decides by what it is told, such as TLSLAB_SCENARIO or the path of a file: told
	// the truth, it is right. Only a caller that misleads the client can tell: see [Told].
	DecidesByName Code = "decides-by-name"
	// DecidesByPort is a client that decides by the port or the URL. Only a caller that misleads the client can tell.
	DecidesByPort Code = "decides-by-port"
	// NotAsked is a client that was not told what it needs, or says that it cannot do what a scenario asks.
	NotAsked Code = "not-asked"
	// ProgramFails is a client whose program failed in a way that is not about TLS: a signal ended it, say.
	ProgramFails Code = "program-fails"
	// NeverConnects is a client that made no connection at all.
	NeverConnects Code = "never-connects"
)

// Codes of clients that refuse good servers.
const (
	// NoClientCertificate is a client that presents no certificate to a server that demands one.
	NoClientCertificate Code = "no-client-certificate"
	// ChecksAnotherName is a client that compares a good certificate with another name than the one it was to look for.
	ChecksAnotherName Code = "checks-another-name"
	// LimitsVersions is a client that does not offer the version, suite or group of a good server.
	LimitsVersions Code = "limits-versions"
	// NoTimeout is a client that never gives up: the lab had to end it.
	NoTimeout Code = "no-timeout"
	// GivesUpTooSoon is a client whose time limit is too short for a good server.
	GivesUpTooSoon Code = "gives-up-too-soon"
	// TrustsSomethingElse is a client that trusts no good server: not the CA that it is given, but something else.
	TrustsSomethingElse Code = "trusts-something-else"
	// PinsOneCertificate is a client that trusts good servers with one leaf alone.
	PinsOneCertificate Code = "pins-one-certificate"
	// RejectsEverything is a client that accepts nothing, and several good servers among it.
	RejectsEverything Code = "rejects-everything"
	// RejectsGood is a client that refuses a good server, for a reason that no code above names.
	RejectsGood Code = "rejects-good"
)

// Codes of clients that accept what they must refuse.
const (
	// InTheClear is a client that sends something without TLS.
	InTheClear Code = "falls-back-to-plaintext"
	// RetriesUnverified is a client that refuses, or is refused, and connects again without the check that failed.
	RetriesUnverified Code = "retries-unverified"
	// ReportsSuccess is a client that reports success where the server's record shows that it did not get through.
	ReportsSuccess Code = "reports-success"
	// VerificationOff is a client that accepts both what nobody vouches for and another host's certificate, and refuses
	// no certificate.
	VerificationOff Code = "verification-off"
	// NamesUnchecked is a client that accepts every certificate for another name.
	NamesUnchecked Code = "names-unchecked"
	// NamesHalfChecked is a client that accepts certificates for some other names, and refuses those for others.
	NamesHalfChecked Code = "names-half-checked"
	// ChainUnchecked is a client that accepts whatever nobody vouches for.
	ChainUnchecked Code = "chain-unchecked"
	// ChainHalfChecked is a client that accepts some chains that do not lead to the CA, and refuses others.
	ChainHalfChecked Code = "chain-half-checked"
	// DatesUnchecked is a client that accepts certificates whatever their dates.
	DatesUnchecked Code = "dates-unchecked"
	// UsageUnchecked is a client that accepts certificates whatever they are for.
	UsageUnchecked Code = "usage-unchecked"
	// OldTLSAllowed is a client that speaks versions or suites of TLS that are no longer safe.
	OldTLSAllowed Code = "old-tls-allowed"
	// SecurityLevelLow is a client that accepts keys or signatures that are no longer safe.
	SecurityLevelLow Code = "security-level-lowered"
	// RevocationUnchecked is a client that accepts revoked certificates.
	RevocationUnchecked Code = "revocation-unchecked"
	// StaleStatusTaken is a client that accepts where the revocation status is stale or cannot be trusted.
	StaleStatusTaken Code = "stale-status-taken"
	// AnswerNotRead is a client that takes the connection to be made before the server has accepted its certificate.
	AnswerNotRead Code = "answer-not-read"
	// GoesOnWithout is a client that goes on without a file of its own that cannot be used: certificate, key or anchors.
	GoesOnWithout Code = "goes-on-without-certificate"
	// TruncationUnnoticed is a client that takes an answer that was cut for a whole one.
	TruncationUnnoticed Code = "truncation-unnoticed"
	// SendsUnverified is a client that refuses a certificate when it has sent its request, and has the answer.
	SendsUnverified Code = "sends-before-verifying"
	// AcceptsOther is a client that accepts what it must refuse, in a way that no code above names.
	AcceptsOther Code = "accepts-other"
)

// Codes of clients that refuse what they must, and do not say why.
const (
	// OneReason is a client that gives the same reason whatever is wrong.
	OneReason Code = "one-reason"
	// WrongReason is a client that names another reason than the true one.
	WrongReason Code = "wrong-reason"
	// ReasonUnrecognised is a client that tells failures apart in words that the lab does not know.
	ReasonUnrecognised Code = "reason-unrecognised"
	// ReasonHidden is a client whose words do not tell why: it says nothing, or the same of other failures.
	ReasonHidden Code = "reason-hidden"
	// NothingShown is a client of which nothing can be told.
	NothingShown Code = "nothing-shown"
)

// Codes returns every code, in the order in which findings are drawn: the first are those that make others meaningless.
func Codes() []Code {
	var codes []Code
	for _, f := range finders {
		if !slices.Contains(codes, f.code) {
			codes = append(codes, f.code)
		}
	}
	return codes
}

// Scope is how much of a client a code is about.
type Scope int

const (
	// Whole is about the client as a whole: the scenarios are what shows it.
	Whole Scope = iota
	// Check is about one check that the client makes or leaves out: each scenario adds to it.
	Check
	// Rows is about no more than each of its scenarios: the code says no more than their judgements do.
	Rows
)

// Scope returns how much of a client the code is about.
func (c Code) Scope() Scope {
	switch c {
	case RejectsGood, AcceptsOther, WrongReason, NothingShown:
		return Rows
	case NamesHalfChecked, ChainHalfChecked, DatesUnchecked, UsageUnchecked, OldTLSAllowed, SecurityLevelLow,
		RevocationUnchecked, StaleStatusTaken, AnswerNotRead, GoesOnWithout, TruncationUnnoticed:
		return Check
	}
	return Whole
}
