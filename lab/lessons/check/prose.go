package check

import (
	"example.com/tlslab/lab/internal/locale"
)

// Prose is what is said of a finding.
type Prose struct {
	Says string // what the client does
	Next string // what to look at next; not how it is fixed
}

// Prose returns what is said of a finding in a language.
func (f Finding) Prose(in locale.Locale) Prose {
	if p, ok := findings[in][f.Name]; ok {
		return p
	}
	return findings[locale.English][f.Name]
}

// findings are what is said of each finding.
var findings = map[locale.Locale]map[string]Prose{
	locale.English: english,
	locale.Chinese: chinese,
}

var english = map[string]Prose{
	DecidesByName: {"It decides by what it is told, and not by what it is shown: with the true TLSLAB_SCENARIO and file names it is right, and under another name it is wrong.",
		"In the world a server has no scenario. Look for where TLSLAB_SCENARIO or the path of a file is read."},
	DecidesByPort: {"It decides by the port or the URL: at the ports of tlslab up it is right, and at others it is wrong.",
		"A broken server can be at any port. Look for numbers in the client."},
	NotAsked: {"It could not be asked: it was not told what it needs, or says that it cannot do this.",
		"Compare the command with the one that the lesson gives: which of {connect}, {cert}, {key}, {combined} does it lack?"},
	NeverConnects: {"It makes no connection.",
		"Run the command by hand with a URL of tlslab up, and read what it says before it connects."},
	ProgramFails: {"The program fails: a signal ended it, or it could not be run.",
		"Run the command by hand."},
	NoClientCertificate: {"It presents no certificate to a server that demands one.",
		"Which file holds the certificate, and which the key? Where does the client read them?"},
	ChecksAnotherName: {"It refuses a good server, because it compares the certificate with another name than the one that was asked for.",
		"Which name was asked for, and which does the message quote?"},
	LimitsVersions: {"It refuses a good server, because it does not offer what that server speaks.",
		"Which versions and suites does the ClientHello offer? The server's side shows them."},
	GivesUpTooSoon: {"It refuses a good server that is merely slow.",
		"How long does it wait, and for what?"},
	TrustsSomethingElse: {"It refuses even the good server: it does not trust the CA file that it is given, but something else.",
		"Which certificates does it trust, and where does it have them from? A file that was kept from an earlier run, or the system's own, does not hold this CA."},
	PinsOneCertificate: {"It accepts one good server and refuses another one of the same kind: it knows a certificate, and not the CA.",
		"A leaf is replaced every few weeks. What stays the same when it is?"},
	RejectsEverything: {"It refuses everything, the good servers too, so that its refusals prove nothing.",
		"What does it say of the first row, which is good?"},
	RejectsGood: {"It refuses a server that is good.",
		"What does it say of that row? tlslab show tells what is served there."},
	InTheClear: {"When TLS fails it goes on without TLS: the request went over the wire in the clear.",
		"Whoever can break the handshake can have it do this. Where does the client change the scheme or the socket?"},
	RetriesUnverified: {"It verifies, and when that fails it connects again without: an attacker needs only the second connection.",
		"What happens in the client after the first error?"},
	ReportsSuccess: {"It refuses, or is refused, and reports success all the same.",
		"What is its exit status after an error? A caller sees nothing else."},
	TruncationUnnoticed: {"It takes an answer that was cut for a whole one: the connection ended in the middle of it, without close_notify.",
		"Whoever can cut the connection shortens answers so (RFC 8446, section 6.1). What tells that an answer is not whole (RFC 9112, section 8), and who looks at it?"},
	VerificationOff: {"Verification is off: it accepts a certificate that nobody vouches for, and one of another host.",
		"Encryption to an unknown peer protects from nobody who can stand in between. What switches verification off here?"},
	NamesUnchecked: {"The host name check is off: any certificate of the CA will do, whoever it is for.",
		"Whoever holds any certificate of this CA can be this server. Who compares the names, and with what?"},
	NamesHalfChecked: {"It compares names by rules of its own, which take too much.",
		"Of how many labels may an asterisk stand for, and where (RFC 9525, section 6.3)? Which part of the library knows these rules?"},
	ChainUnchecked: {"It looks at the name and not at who signed: it trusts what the server itself sends.",
		"Anybody can write any name into a certificate. Whose signature has to be under it, and where is that one kept?"},
	ChainHalfChecked: {"It accepts a chain that does not lead to the CA, though it refuses others.",
		"Follow the signatures of that chain with tlslab show: which one does the client not verify?"},
	DatesUnchecked: {"It does not look at the dates.",
		"Who compares notBefore and notAfter with the clock?"},
	UsageUnchecked: {"It does not look at what the certificate is for.",
		"Extended key usage says whether it is a server's. Who looks at it?"},
	SecurityLevelLow: {"It accepts signatures or keys that are no longer safe: the library's security level has been lowered.",
		"What is set at the security level that cipher strings and configuration files carry?"},
	OldTLSAllowed: {"It speaks versions or suites of TLS that are no longer safe.",
		"TLS 1.0 and 1.1 are deprecated (RFC 8996). What does the ClientHello offer, and who has it offer that?"},
	RevocationUnchecked: {"It accepts a certificate that is revoked.",
		"It has the list. Has anybody told the library to look at it?"},
	StaleStatusTaken: {"It accepts where the revocation status is stale or cannot be trusted.",
		"A list that has run out says nothing about yesterday. What happens in the client when the list is bad?"},
	AnswerNotRead: {"It says that it is connected before the server has said whether it takes the client's certificate.",
		"Under TLS 1.3 that comes after the handshake (RFC 8446, section 4.4.2.4). When does the client first read?"},
	GoesOnWithout: {"Its own certificate or key is wrong, and it goes on without them.",
		"Who sees the error that the library gives when it loads them?"},
	SendsUnverified: {"It refuses, but only after it has sent its request and had the answer.",
		"What was in the request has gone to whoever answered. When is the certificate looked at?"},
	AcceptsOther: {"It accepts what it must refuse.",
		"tlslab show tells what is wrong there."},
	NoTimeout: {"It waits for ever: the lab had to end it.",
		"Which of connecting, the handshake and reading has a time limit?"},
	OneReason: {"It gives the same reason for whatever is wrong.",
		"What does the library itself say? Who reads the client's message looks in the wrong place."},
	WrongReason: {"It refuses, and names another reason than the true one.",
		"Compare its message with what the server saw."},
	ReasonHidden: {"It refuses, and what it says does not tell why.",
		"The library knows. Where does its message go?"},
	NothingShown: {"It could not be told what this client does.",
		"Run the command by hand with a URL of tlslab up."},
}
