package explain

import (
	"cmp"
	"slices"
	"strings"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/scenarios/failure"
)

// read completes a finding by the codes and phrases of a message, or makes one. What tells most counts: a code that
// names a class outranks words that say only that something failed.
func (in *reader) read(f Finding, ok bool, text, all string) (Finding, bool) {
	who, marked := says(text)
	if !marked {
		who, marked = says(all)
	}
	by := writtenBy(all)
	r, found := messages.Strongest(messages.Readings(text, who.server || by == phrases.Server, tls.In(text)))
	switch {
	case !found && !ok:
		return f, false
	case !found:
		return in.sided(f, messages.Reading{}, by, text, all), true
	case !ok:
		f = Finding{Stacks: who.stacks, Server: who.server, Setup: who.own, Objector: Writer}
		if !marked {
			f.Stacks, f.Library = voiceOf(r)
		}
		return in.sided(told(f, r), r, cmp.Or(by, r.Writer), text, all), true
	case agrees(f, r):
		f.Cause = r.Cause
		if f.Class == "" && len(r.Classes) == 1 {
			f.Class, f.Possible = r.Classes[0], nil
		}
		if f.Class == "" && r.Tells == messages.TellsSome && noReason(f.Words) {
			f.Possible = r.Classes
		}
		if r.Code != nil {
			f.Codes = append(f.Codes, *r.Code)
		}
		return in.sided(f, r, by, text, all), true
	case outranks(r, f):
		f.Scenarios, f.Seen, f.Aspects = nil, false, nil
		return in.sided(told(f, r), r, cmp.Or(by, r.Writer), text, all), true
	}
	return in.sided(f, messages.Reading{}, by, text, all), true
}

// outranks reports whether a reading tells more than the words that a finding is by. At the same rank words that
// contain those, and codes and words of a connection that ended, are the more specific ones.
func outranks(r messages.Reading, f Finding) bool {
	rank := messages.TellsOf(f.classes(), "")
	if rank == messages.TellsClass && f.Class == "" {
		rank = messages.TellsSome
	}
	switch {
	case r.Tells != rank:
		return r.Tells > rank
	case len(r.Words) > len(f.Words) && strings.Contains(r.Words, f.Words):
		return true
	}
	return rank == messages.TellsEnd && r.Code == nil
}

// agrees reports whether a reading says the same as a finding, or less.
func agrees(f Finding, r messages.Reading) bool {
	if f.Class != "" {
		return slices.Contains(r.Classes, f.Class)
	}
	return overlap(f.Possible, r.Classes) && messages.TellsOf(r.Classes, "") <= messages.TellsSome
}

// sided returns a finding with its side, and everything that depends on it.
func (in *reader) sided(f Finding, r messages.Reading, by phrases.Writer, text, all string) Finding {
	switch by {
	case phrases.Server, phrases.Cluster:
		f.Server, f.Setup = true, false
	case phrases.Upstream:
		f.Server, f.Setup = false, false
	case phrases.Own:
		f.Server, f.Setup = false, true
	case "":
		by = phrases.Client
		if f.Setup {
			by = phrases.Own
		} else if f.Server {
			by = phrases.Server
		}
	}
	f.WrittenBy = by
	switch {
	case f.Class == failure.NotTLS:
		f.Cause = whoIsPlain(f, r, text)
	case by == phrases.Server && f.Cause == "" && slices.Contains(ended, f.Class) && inHandshake.MatchString(all):
		f.Cause = noise
	}
	f.Harmless = f.Cause == noise
	f = in.finish(f, text, all)
	if side := objectorOf(r); side == Peer || side == Writer {
		f.Objector = side
	}
	if by == phrases.Server && f.Objector == Writer && f.Cause == "" && slices.Contains(ofClientCertificates, f.Class) {
		f.Class, f.Scenarios, f.Seen = failure.ClientCertificateRejected, nil, false
		f = in.finish(f, text, all)
	}
	return f
}

// ofClientCertificates are what a server finds in the certificate of its client, which it rejects.
var ofClientCertificates = []failure.Class{
	failure.Untrusted, failure.SelfSigned, failure.Expired, failure.NotYetValid, failure.Revoked, failure.WrongUsage,
}

// objectorOf returns who found the fault, as far as a reading tells; empty if it does not.
func objectorOf(r messages.Reading) Side {
	switch {
	case r.Refuser == phrases.ByPeer:
		return Peer
	case r.Refuser != "":
		return Writer
	case len(r.Classes) > 0 && r.Code == nil:
		return Either
	}
	return ""
}

// noise is the cause of what health checks, scanners and browsers that go away leave in a server's log.
const noise = "noise"

// ended are the classes of connections that the other side ended, and inHandshake matches the words of servers for those
// that ended before the handshake was complete.
var (
	ended       = []failure.Class{failure.UnexpectedEOF, failure.ConnectionReset}
	inHandshake = lazyregexp.New(`(?i)TLS handshake error from|(?:in|during|while) (?:the )?(?:SSL|TLS) handshak|` +
		`SSL_accept|Failed to authenticate HTTPS|handshake interrupted`)
)

// The causes of class not-tls that depend on who wrote the message and on the port.
const (
	plainClient = "plain-client"
	plainPort   = "plain-port"
	starttls    = "starttls"
)

// startTLSPorts matches the ports of protocols that begin in plain text: SMTP, FTP, POP3, IMAP, LDAP, submission, XMPP.
var startTLSPorts = lazyregexp.New(`(?:\bport |:)(?:21|25|110|143|389|587|4190|5222|5269)\b(?:[^:.\d]|$)`)

// whoIsPlain returns the cause of a finding of class not-tls: the same words are about the client in a server's
// message, and about STARTTLS at the ports of protocols that have it.
func whoIsPlain(f Finding, r messages.Reading, text string) string {
	wire := slices.ContainsFunc(f.Codes, func(c codes.Code) bool { return c.Space == codes.Bytes })
	switch {
	case wire || r.Writer == phrases.Server || f.Cause != "" && f.Cause != plainPort:
		return f.Cause
	case f.Server:
		return plainClient
	case startTLSPorts.MatchString(text):
		return starttls
	}
	return f.Cause
}

// told returns a finding of what a reading tells.
func told(f Finding, r messages.Reading) Finding {
	f.Class, f.Possible, f.Cause, f.Words = "", nil, r.Cause, r.Words
	if r.Code != nil {
		f.Codes = []codes.Code{*r.Code}
	}
	known := slices.DeleteFunc(slices.Clone(r.Classes), func(c failure.Class) bool { return c == messages.Untold })
	switch {
	case len(known) == 0:
		f.Possible = anyCertificate
	case len(known) == 1 && len(r.Classes) == 1, r.Cause != "":
		f.Class = known[0]
	default:
		f.Possible = known
	}
	f.Objector = cmp.Or(objectorOf(r), f.Objector)
	return f
}

// voiceOf returns whose message one with a reading is, and the library whose words it has.
func voiceOf(r messages.Reading) (stacks []string, library string) {
	switch {
	case r.Source != "":
		return []string{r.Source}, ""
	case r.Code != nil && slices.Contains(ofOpenSSLs, r.Code.Space):
		return onOpenSSL(), OpenSSL
	}
	return nil, ""
}

// ofOpenSSLs are the spaces of OpenSSL, which many programs use.
var ofOpenSSLs = []codes.Space{codes.OpenSSL, codes.OpenSSLOther, codes.OpenSSLVerify}

func overlap(a, b []failure.Class) bool {
	return slices.ContainsFunc(a, func(c failure.Class) bool { return slices.Contains(b, c) })
}
