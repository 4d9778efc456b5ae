package explain

import (
	"cmp"
	"slices"
	"strings"

	"example.com/tlslab/lab/messages"
	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	alerts "example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// sources are the sources whose words a message with a code is taken for, if no mark tells who wrote it. Spaces that
// are not listed are those of OpenSSL, which many programs use.
var sources = map[codes.Space]string{
	codes.Windows: "schannel", codes.Schannel: "schannel", codes.DotNet: "dotnet", codes.NSS: "nss",
	codes.Chromium: "chromium", codes.Apple: "apple", codes.GnuTLS: "gnutls-cli", codes.MbedTLS: "mbedtls",
	codes.WolfSSL: "wolfssl", codes.Curl: "curl", codes.Java: "java", codes.Rustls: "reqwest-rustls", codes.Erlang: "erlang",
	codes.BoringSSL: "boringssl",
}

// weak are the spaces whose codes many programs print for many reasons. They tell nothing by themselves.
var weak = []codes.Space{codes.System, codes.Curl}

// reading is what a code or a phrase tells in a message.
type reading struct {
	classes  []failure.Class
	cause    string
	words    string
	rank     int
	code     *codes.Code // nil for a phrase
	writer   phrases.Writer
	objector Side // empty if it is not told
	stacks   []string
	library  string
}

// How much a reading tells. Codes that say only that something failed tell less than words that say why.
const (
	tellsNothing = iota // that something failed, as curl's exit status does
	tellsEnd            // that the connection ended
	tellsRefused        // that a certificate or the handshake was refused
	tellsSome           // that it is one of several classes
	tellsClass          // the class
	tellsCause          // the class and its cause
)

// mostSome is up to how many classes a message narrows a failure down. More are those of any refused certificate.
const mostSome = 4

// vague are the classes that do not say why.
var vague = map[failure.Class]int{
	failure.UnexpectedEOF: tellsEnd, failure.ConnectionReset: tellsEnd, failure.ConnectionRefused: tellsEnd,
	failure.Timeout: tellsEnd, failure.NameResolution: tellsEnd,
	failure.HandshakeFailure: tellsRefused, codes.Untold: tellsRefused,
}

// rankOf returns how much classes and a cause tell.
func rankOf(classes []failure.Class, cause string) int {
	if len(classes) == 0 {
		return -1
	}
	if rank, ok := vague[classes[0]]; ok {
		return rank
	}
	switch {
	case cause != "":
		return tellsCause
	case len(classes) > mostSome:
		return tellsRefused
	case len(classes) == 1:
		return tellsClass
	}
	return tellsSome
}

// readings returns what the codes and phrases of a message tell.
func readings(text string, server bool) (list []reading) {
	for _, h := range phrases.Find(text) {
		r := reading{classes: h.Classes, cause: h.Cause, words: h.Words, writer: h.Writer, objector: objectors[h.Refuser]}
		if h.Source != "" {
			r.stacks = []string{h.Source}
		}
		r.rank = rankOf(r.classes, r.cause)
		list = append(list, r)
	}
	known := len(list) > 0 || tls.In(text)
	for _, h := range codes.Find(text) {
		if !known && slices.Contains(weak, h.Space) {
			continue
		}
		r := reading{classes: h.Classes, cause: h.Cause, words: h.Words, code: &h.Code}
		if alert, isAlert := h.Alert(); isAlert {
			r.classes = ofAlert(alert, h.Direction, server)
		}
		switch h.Direction {
		case codes.Received:
			r.objector = Peer
		case codes.Sent:
			r.objector = Writer
		}
		if r.rank = rankOf(r.classes, r.cause); r.rank < 0 {
			continue
		}
		if h.Space == codes.Curl && r.rank < tellsSome {
			r.rank = tellsNothing
		}
		r.stacks, r.library = voiceOf(h.Space)
		list = append(list, r)
	}
	return list
}

// objectors are who found the fault, by who refused.
var objectors = map[phrases.Refuser]Side{phrases.ByWriter: Writer, phrases.ByPeer: Peer, phrases.ByNobody: Writer, "": Either}

// strongest returns the reading that tells most. Of those that tell as much the first counts.
func strongest(list []reading) (best reading, ok bool) {
	for _, r := range list {
		if !ok || r.rank > best.rank {
			best, ok = r, true
		}
	}
	return best, ok
}

// ofAlert returns what an alert stands for in a message of a server's or a client's.
func ofAlert(alert alerts.AlertCode, d codes.Direction, server bool) []failure.Class {
	switch {
	case server == (d == codes.Received): // it is about the server's certificate, or what the client offers
		if messages.TellsNothing(alert) && (alert != alerts.AlertHandshakeFailure && alert != alerts.AlertInternalError) {
			return []failure.Class{codes.Untold}
		}
		if classes := messages.SentByClients(alert); len(classes) > 0 {
			return classes
		}
	default:
		if classes := messages.SentToClients(alert); len(classes) > 0 {
			return classes
		}
		if messages.TellsNothing(alert) || messages.AboutCertificate(alert) {
			return []failure.Class{failure.ClientCertificateRejected}
		}
	}
	return messages.SentByEither(alert)
}

// read completes a finding by the codes and phrases of a message, or makes one. What tells most counts: a code that
// names a class outranks words that say only that something failed.
func (in *reader) read(f Finding, ok bool, text, all string) (Finding, bool) {
	who, marked := says(text)
	if !marked {
		who, marked = says(all)
	}
	by := phrases.WrittenBy(all)
	list := readings(text, who.server || by == phrases.Server)
	r, found := strongest(list)
	switch {
	case !found && !ok:
		return f, false
	case !found:
		return in.sided(f, reading{}, by, text, all), true
	case !ok:
		f = Finding{Stacks: who.stacks, Server: who.server, Setup: who.own, Objector: Writer}
		if !marked {
			f.Stacks, f.Library = r.stacks, r.library
		}
		return in.sided(told(f, r), r, cmp.Or(by, r.writer), text, all), true
	case agrees(f, r):
		f.Cause = r.cause
		if f.Class == "" && len(r.classes) == 1 {
			f.Class, f.Possible = r.classes[0], nil
		}
		if r.code != nil {
			f.Codes = append(f.Codes, *r.code)
		}
		return in.sided(f, r, by, text, all), true
	case outranks(r, f):
		f.Scenarios, f.Seen, f.Aspects = nil, false, nil
		return in.sided(told(f, r), r, cmp.Or(by, r.writer), text, all), true
	}
	return in.sided(f, reading{}, by, text, all), true
}

// outranks reports whether a reading tells more than the words that a finding is by. At the same rank words that
// contain those, and codes and words of a connection that ended, are the more specific ones.
func outranks(r reading, f Finding) bool {
	rank := rankOf(f.classes(), "")
	if rank == tellsClass && f.Class == "" {
		rank = tellsSome
	}
	switch {
	case r.rank != rank:
		return r.rank > rank
	case len(r.words) > len(f.Words) && strings.Contains(r.words, f.Words):
		return true
	}
	return rank == tellsEnd && r.code == nil
}

// agrees reports whether a reading says the same as a finding, or less.
func agrees(f Finding, r reading) bool {
	if f.Class != "" {
		return slices.Contains(r.classes, f.Class)
	}
	return overlap(f.Possible, r.classes) && rankOf(r.classes, "") <= tellsSome
}

// sided returns a finding with its side, and everything that depends on it.
func (in *reader) sided(f Finding, r reading, by phrases.Writer, text, all string) Finding {
	switch by {
	case phrases.Server, phrases.Cluster:
		f.Server, f.Setup = true, false
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
	if f.Class == failure.NotTLS && f.Cause == "" && f.Server {
		f.Cause = plainClient
	}
	f = in.finish(f, text, all)
	if r.objector == Peer || r.objector == Writer {
		f.Objector = r.objector
	}
	return f
}

// plainClient is the cause that a server names where a client sends it plain text.
const plainClient = "plain-client"

// told returns a finding of what a reading tells.
func told(f Finding, r reading) Finding {
	f.Class, f.Possible, f.Cause, f.Words = "", nil, r.cause, r.words
	if r.code != nil {
		f.Codes = []codes.Code{*r.code}
	}
	known := slices.DeleteFunc(slices.Clone(r.classes), func(c failure.Class) bool { return c == codes.Untold })
	switch {
	case len(known) == 0:
		f.Possible = anyCertificate
	case len(known) == 1 && len(r.classes) == 1, r.cause != "":
		f.Class = known[0]
	default:
		f.Possible = known
	}
	f.Objector = cmp.Or(r.objector, f.Objector)
	return f
}

// voiceOf returns whose message one with a code of a space is, and the library whose words it has.
func voiceOf(space codes.Space) (stacks []string, library string) {
	switch space {
	case codes.OpenSSL, codes.OpenSSLOther, codes.OpenSSLVerify:
		return onOpenSSL(), OpenSSL
	case codes.Alert, codes.System, codes.Bytes:
		return nil, ""
	}
	return []string{sources[space]}, ""
}

func overlap(a, b []failure.Class) bool {
	return slices.ContainsFunc(a, func(c failure.Class) bool { return slices.Contains(b, c) })
}
