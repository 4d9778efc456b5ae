package assess

import "slices"

// Code is the name of a fault of a client, in kebab-case. Codes are stable: they are used in JSON, in the hints of
// lessons and in the files that count learners' attempts.
type Code string

// Codes of clients that were not really tested.
const (
	// DecidesByName is a client that decides by what it is told, such as TLSLAB_SCENARIO or the path of a file: it is
	// right only if that is true. Only a caller that misleads the client can find this: see [Told].
	DecidesByName Code = "decides-by-name"
	// DecidesByPort is a client that decides by the port or the URL. Only a caller that misleads the client can find
	// this.
	DecidesByPort Code = "decides-by-port"
	// NotAsked is a client that was not given what it needs, or says that it cannot do what a scenario requires.
	NotAsked Code = "not-asked"
	// ProgramFails is a client whose program failed for a reason unrelated to TLS, such as a signal.
	ProgramFails Code = "program-fails"
	// NeverConnects is a client that made no connection at all.
	NeverConnects Code = "never-connects"
)

// Codes of clients that refuse good servers.
const (
	// NoClientCertificate is a client that presents no certificate to a server that demands one.
	NoClientCertificate Code = "no-client-certificate"
	// ChecksAnotherName is a client that compares a good certificate with a name other than the one that was requested.
	ChecksAnotherName Code = "checks-another-name"
	// LimitsVersions is a client that does not offer the version, suite or group of a good server.
	LimitsVersions Code = "limits-versions"
	// NoTimeout is a client that never gives up: the lab had to end it.
	NoTimeout Code = "no-timeout"
	// GivesUpTooSoon is a client whose time limit is too short for a good server.
	GivesUpTooSoon Code = "gives-up-too-soon"
	// TrustsSomethingElse is a client that trusts no good server: it trusts something other than the CA that it is
	// given.
	TrustsSomethingElse Code = "trusts-something-else"
	// PinsOneCertificate is a client that trusts only good servers with one particular leaf.
	PinsOneCertificate Code = "pins-one-certificate"
	// RejectsEverything is a client that accepts nothing, not even several good servers.
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
	// VerificationOff is a client that accepts certificates of untrusted issuers and of other hosts, and refuses no
	// certificate.
	VerificationOff Code = "verification-off"
	// NamesUnchecked is a client that accepts every certificate for another name.
	NamesUnchecked Code = "names-unchecked"
	// NamesHalfChecked is a client that accepts certificates for some other names, but refuses them for others.
	NamesHalfChecked Code = "names-half-checked"
	// ChainUnchecked is a client that accepts certificates of untrusted issuers.
	ChainUnchecked Code = "chain-unchecked"
	// ChainHalfChecked is a client that accepts some chains that do not lead to the CA, but refuses others.
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
	// AnswerNotRead is a client that reports success before the server has accepted its certificate.
	AnswerNotRead Code = "answer-not-read"
	// GoesOnWithout is a client that continues without one of its own files that is unusable: certificate, key or
	// anchors.
	GoesOnWithout Code = "goes-on-without-certificate"
	// TruncationUnnoticed is a client that takes a truncated response for a complete one.
	TruncationUnnoticed Code = "truncation-unnoticed"
	// SendsUnverified is a client that refuses a certificate only after it has sent its request and has the response.
	SendsUnverified Code = "sends-before-verifying"
	// AcceptsOther is a client that accepts what it must refuse, in a way that no code above names.
	AcceptsOther Code = "accepts-other"
)

// Codes of clients that refuse what they must, but do not say why.
const (
	// OneReason is a client that gives the same reason whatever is wrong.
	OneReason Code = "one-reason"
	// WrongReason is a client that gives a wrong reason.
	WrongReason Code = "wrong-reason"
	// ReasonUnrecognised is a client that distinguishes failures in words that the lab does not know.
	ReasonUnrecognised Code = "reason-unrecognised"
	// ReasonHidden is a client whose message does not say why: it is empty, or the same for other failures.
	ReasonHidden Code = "reason-hidden"
	// NothingShown is a client about which nothing can be said.
	NothingShown Code = "nothing-shown"
)

// Codes returns every code, in the order in which findings are drawn. Codes that make others meaningless come first.
func Codes() []Code {
	var codes []Code
	for _, f := range finders {
		if !slices.Contains(codes, f.code) {
			codes = append(codes, f.code)
		}
	}
	return codes
}

// Scope is what a code is about.
type Scope int

const (
	// Whole is about the client as a whole. The scenarios are evidence.
	Whole Scope = iota
	// Check is about one check that the client makes or omits. Each scenario adds to it.
	Check
	// Rows is only about each of its scenarios. The code says no more than their judgements.
	Rows
)

// Scope returns the scope of the code.
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
