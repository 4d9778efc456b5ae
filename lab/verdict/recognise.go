package verdict

import (
	"cmp"
	"net"
	"regexp"
	"slices"
	"strings"

	"example.com/tlslab/lab/clients"
	"example.com/tlslab/lab/serve"
	"example.com/tlslab/scenarios"
	"example.com/tlslab/scenarios/failure"
)

// marks are what only one stack says: where it stands, the rest is in that stack's words too.
var marks = []struct{ contains, stack string }{
	{"pymongo.", "pymongo"},
	{"pymongo.", "pymongo-ocsp"},
	{"current topology: {", "mongo-go"},
	{"curl: (", "curl"},
	{"verify error:num=", "openssl"},
	{"Traceback (most recent call last)", "python"},
	{"_ssl.c:", "python"},
	{"urllib.error.", "python"},
	{"http.client.", "python"},
	{"OpenSSL.SSL.", "pyopenssl"},
	{"service_identity", "pyopenssl"},
	{"java.", "java"},
	{"java.", "okhttp"},
	{"javax.", "java"},
	{"sun.security.", "java"},
	{"node:", "node"},
	{"altnames", "node"},
	{"INVALID_PURPOSE", "node"}, // its codes, which programs print beside the message
	{"CERT_HAS_EXPIRED", "node"},
	{"CERT_NOT_YET_VALID", "node"},
	{"CERT_SIGNATURE_FAILURE", "node"},
	{"UNABLE_TO_GET_ISSUER_CERT", "node"},
	{"UNABLE_TO_VERIFY_LEAF_SIGNATURE", "node"},
	{"DEPTH_ZERO_SELF_SIGNED_CERT", "node"},
	{"SELF_SIGNED_CERT_IN_CHAIN", "node"},
	{"ERR_TLS_CERT_ALTNAME_INVALID", "node"},
	{"before secure TLS connection was established", "node"},
	{"GnuTLS", "wget"},
	{"X509 - ", "mbedtls"},
	{"net::ERR_", "chromium"},
	{"x509: ", "go"},
	{"tls: ", "go"},
	{"dial tcp", "go"},
}

// strangers is the order in which stacks' rules are tried on a message that bears no mark: those
// whose texts are long and their own first, Go's short ones ("EOF") last, and then all others, which
// have the texts of these and more.
var strangers = []string{"curl", "python", "pyopenssl", "openssl", "node", "java", "gnutls-cli", "wget", "go"}

// Recognise tells in which stack's words a message is written, and its failure class by that
// stack's rules: clients wrap libraries, and pass on what those say. Of several it is the one whose rule tells most, or
// else the first of them; of words that name no fault none outranks those that do. Both are empty if no rule
// of any stack fits.
func Recognise(message string) (stack string, class failure.Class) {
	message = withoutSource(message)
	var order []string
	for _, p := range programs {
		if p.marked(message) {
			order = append(order, p.name)
		}
	}
	for _, m := range marks {
		if strings.Contains(message, m.contains) {
			order = append(order, m.stack)
		}
	}
	var best Rule
	for i, name := range slices.Concat(order, strangers, Stacks()) {
		r, ok := telling(withLookups(name), message, nil)
		switch {
		case !ok, stack != "" && r.rank() <= best.rank():
			continue
		case stack != "" && i >= len(order) && !aboutPeer(r.Class): // another program may have said so of anything
			continue
		}
		if stack, best = name, r; best.rank() == named {
			break
		}
		message = strings.ReplaceAll(message, r.Contains, "") // to another stack its words would mean something else
	}
	return stack, best.Class
}

// aboutPeer reports whether a class is of what the other side sent, and not of the client's own files and settings.
func aboutPeer(class failure.Class) bool {
	i, ok := failure.Lookup(class)
	return ok && i.Group != "client"
}

// Marked reports whether a message bears a mark of a stack or a program, so that it is that stack's for sure and
// not only in words that it has too.
func Marked(message, stack string) bool {
	if p, ok := programOf(stack); ok {
		return p.marked(message)
	}
	return slices.ContainsFunc(marks, func(m struct{ contains, stack string }) bool {
		return m.stack == stack && strings.Contains(message, m.contains)
	})
}

// withoutSource returns a message without the lines of source that Python's tracebacks quote: they are
// the program's own text, and timeout=3 in it is no timeout.
func withoutSource(message string) string {
	if !strings.Contains(message, "Traceback (most recent call last)") && !strings.Contains(message, "\n  File \"") {
		return message
	}
	lines := strings.Split(message, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  ") }), "\n")
}

// words tells whose words a client's message is in, and its class.
func (c Cell) words(message string) (words string, class failure.Class) {
	name := cmp.Or(c.Client.Speaks, c.Client.Stack)
	if c.Client.UnderTest && strings.HasPrefix(message, clients.OverrunPrefix) { // our words, whatever it speaks
		return name, failure.Timeout
	}
	if rulesOf(name) != nil || !c.Client.UnderTest {
		return name, Classify(name, message)
	}
	return Recognise(message)
}

// widened returns an expectation with what the scenario grants the stack whose words a client under
// test speaks: its library names the same fault in another way, whatever the client makes of it.
func (c Cell) widened(e scenarios.Expectation) scenarios.Expectation {
	speaks, _ := c.words(c.Result.Message)
	for _, k := range c.Scenario.Known {
		if k.Right && k.Verdict == "" && k.Stack == speaks {
			e.Failures = slices.Concat(e.Failures, k.Failures)
		}
	}
	return e
}

// saidByAll is what alerts stand for whoever sends them, as far as RFC 8446, section 6.2, gives
// them one meaning. Others (bad_certificate, certificate_unknown) stand for anything.
var saidByAll = map[uint8][]failure.Class{
	22:  {failure.CorruptRecord},
	43:  {failure.WrongUsage, failure.WeakKey, failure.CriticalExtension},
	44:  {failure.Revoked},
	45:  {failure.Expired, failure.NotYetValid},
	48:  {failure.Untrusted, failure.SelfSigned, failure.InvalidCA, failure.PathLength},
	50:  {failure.CorruptRecord, failure.Malformed, failure.NotTLS},
	51:  {failure.BadSignature, failure.KeyMismatch},
	70:  {failure.ProtocolVersion},
	71:  {failure.WeakDH, failure.NoSharedCipher, failure.WeakKey},
	113: {failure.RevocationUnknown, failure.Revoked, failure.StapleMissing},
}

// sentByServers is what the alerts stand for by which a server refuses what a client offers.
var sentByServers = map[uint8][]failure.Class{
	40:  {failure.HandshakeFailure, failure.NoSharedCipher, failure.NoSharedGroup},
	70:  {failure.ProtocolVersion},
	71:  {failure.NoSharedCipher},
	80:  {failure.InternalError},
	112: {failure.UnrecognizedName},
	120: {failure.NoApplicationProtocol},
}

// evidence returns the class that the server's record leaves no other for, of those that the
// scenario lists; empty if the record does not tell. It is for messages that nobody here knows.
func (c Cell) evidence() failure.Class {
	can := func(of ...failure.Class) failure.Class {
		for _, want := range c.Scenario.Expect.Failures {
			if slices.Contains(of, want) {
				return want
			}
		}
		return ""
	}
	last, ok := c.last()
	switch {
	case !ok: // where no connection can come, or none should
		return can(beforeTLS...)
	case last.AlertReceived != nil:
		return can(saidByAll[last.AlertReceived.Code]...)
	case last.AlertSent != nil && c.Scenario.Family == scenarios.ClientCertificates:
		return can(refusals[last.AlertSent.Code])
	case last.AlertSent != nil:
		return can(sentByServers[last.AlertSent.Code]...)
	case last.End == serve.EndBrokenOff: // by the server, before the client could have refused it
		return can(c.Scenario.Expect.Failures...)
	}
	return ""
}

// beforeTLS are the classes of what ends before the first byte.
var beforeTLS = []failure.Class{
	failure.ConnectionRefused, failure.NameResolution, failure.Timeout,
	failure.MissingFile, failure.BadPEM, failure.BadPassphrase, failure.ClientMisconfigured,
}

// NeverConnected is the message of a client that says that it accepted and made no connection.
const NeverConnected = "it says accepted, and never connected"

// Believe holds what a client says that it did against what the server saw, before it is judged.
// A client under test that has not been asked (see [Unasked]) does not support the scenario. One whose
// outcome is what the server saw gets it here. A client cannot have accepted without a connection: that
// is a failure of the program.
func Believe(s *scenarios.Scenario, c clients.Info, r clients.Result, observed []serve.Observation) clients.Result {
	if failed := slices.IndexFunc(observed, func(o serve.Observation) bool { return o.End == serve.EndInternal }); failed >= 0 {
		r.Outcome, r.Message = clients.Failed, observed[failed].Error
		return r
	}
	r = lastWords(s, c, r, observed)
	if r.Outcome != clients.Accepted && r.Outcome != clients.Rejected {
		return r
	}
	if why := Unasked(s, c, observed); why != "" {
		r.Outcome, r.Message = clients.Unsupported, why
		return r
	}
	switch {
	case c.ByRecord:
		return byRecord(s, c, r, observed)
	case r.Outcome == clients.Accepted && len(observed) == 0:
		r.Outcome, r.Message = clients.Failed, NeverConnected
	}
	return r
}

// Unasked says why a client under test has not been asked at all: it was told something that the
// scenario needs by its environment alone, and made nothing of it. One that only shakes hands
// accepts under TLS 1.3 before the server misses its certificate.
// Empty means that it has been asked.
func Unasked(s *scenarios.Scenario, c clients.Info, observed []serve.Observation) string {
	missing := func(p clients.Part) bool { return c.UnderTest && slices.Contains(c.NotTold, p) }
	switch {
	case missing(clients.PartConnect) && elsewhere(s) && len(observed) == 0:
		return whyNoAddress
	case missing(clients.PartPassword) && s.Setup.Passphrase != "":
		return whyNoPassphrase
	case missing(clients.PartCAFile) && s.Setup.CA != "":
		return whyNoCAFile
	case missing(clients.PartCertificate) && s.Recipe.Client != nil && !presented(observed):
		return whyNoCertificate
	}
	return ""
}

// elsewhere reports whether a scenario's host is a name that only leads to the server if the client
// dials another address.
func elsewhere(s *scenarios.Scenario) bool {
	return s.Host != "localhost" && net.ParseIP(s.Host) == nil && s.Server.Fault != scenarios.FaultUnresolved
}

// presented reports whether a client certificate came.
func presented(observed []serve.Observation) bool {
	return slices.ContainsFunc(observed, func(o serve.Observation) bool { return o.ClientCertificate != "" })
}

// Telling returns the line of a message that tells the reason: the one that the rule of the stack's is about that
// tells most. Where no rule fits it is the last that speaks of TLS and of failing, or else the last. Programs write a
// lot before they say why, and after.
func Telling(stack, message string) string {
	message = withoutSource(message)
	lines := strings.Split(strings.TrimSpace(message), "\n")
	if r, ok := telling(withLookups(stack), message, nil); ok {
		if i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, r.Contains) }); i >= 0 {
			return strings.TrimSpace(lines[i])
		}
	}
	for _, line := range slices.Backward(lines) {
		if aboutTLS.MatchString(line) && aboutFailing.MatchString(line) {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// What lines say that tell why TLS failed, in words that no rule knows.
var (
	aboutTLS     = regexp.MustCompile(`(?i)\b(ssl|tls|x509|certificates?|cert|handshake|verify|verification)\b`)
	aboutFailing = regexp.MustCompile(`(?i)\b(error|fail(ed|s|ure|ing)?|invalid|mismatch|unable|cannot|could not|not|refused|rejected|bad|alert|expired|unknown|problem)\b`)
)
