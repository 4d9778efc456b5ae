package messages

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/messages/codes"
	"example.com/tlslab/lab/messages/phrases"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// weak are the spaces whose codes many programs print for many reasons. They tell nothing by themselves.
var weak = []codes.Space{codes.System, codes.Curl}

// Reading is what a code or a phrase tells about a message, whoever wrote it.
type Reading struct {
	// Classes are the failure classes that the message can stand for, the likelier first; [Untold] is one of them.
	Classes []failure.Class
	// Cause is the cause that it points to; empty if it points to none.
	Cause string
	// Words are the words that decided.
	Words string
	// Tells is how much it tells.
	Tells Tells
	// Code is nil for a phrase.
	Code *codes.Code
	// Writer is who wrote the message, and Refuser who refused whom; empty if that is not told.
	Writer  phrases.Writer
	Refuser phrases.Refuser
	// Source is the source that writes so; empty if several do.
	Source string
}

// Tells is how much a message tells.
type Tells int

// How much a reading tells. Words that say only that something failed tell less than words that say why.
const (
	TellsLittle  Tells = iota // that something failed, as curl's exit status does
	TellsEnd                  // that the connection ended
	TellsRefused              // that a certificate or the handshake was refused
	TellsSome                 // that it is one of several classes
	TellsClass                // the class
	TellsCause                // the class and its cause
)

// mostSome is up to how many classes a message narrows a failure down. More are those of any refused certificate.
const mostSome = 4

// vague are the classes that do not say why.
var vague = map[failure.Class]Tells{
	failure.UnexpectedEOF: TellsEnd, failure.ConnectionReset: TellsEnd, failure.ConnectionRefused: TellsEnd,
	failure.Timeout: TellsEnd, failure.NameResolution: TellsEnd,
	failure.HandshakeFailure: TellsRefused, Untold: TellsRefused,
}

// TellsOf returns how much classes and a cause tell.
func TellsOf(classes []failure.Class, cause string) Tells {
	if len(classes) == 0 {
		return TellsLittle
	}
	if tells, ok := vague[classes[0]]; ok {
		return tells
	}
	switch {
	case cause != "":
		return TellsCause
	case len(classes) > mostSome:
		return TellsRefused
	case len(classes) == 1:
		return TellsClass
	}
	return TellsSome
}

// Readings returns what the codes and phrases of a message tell. server says that a server wrote it, about a client;
// sure says that it is known to be about TLS.
func Readings(text string, server, sure bool) (list []Reading) {
	for _, h := range phrases.Find(text) {
		list = append(list, Reading{
			Classes: h.Classes, Cause: h.Cause, Words: h.Words, Tells: TellsOf(h.Classes, h.Cause),
			Writer: h.Writer, Refuser: h.Refuser, Source: h.Source,
		})
	}
	sure = sure || len(list) > 0
	for _, h := range codes.Find(text) {
		if !sure && slices.Contains(weak, h.Space) {
			continue
		}
		r := Reading{Classes: h.Classes, Cause: h.Cause, Words: h.Words, Code: &h.Code, Source: ofSpace[h.Space]}
		if alert, isAlert := h.Alert(); isAlert {
			r.Classes = ofAlert(alert, h.Direction, server)
		}
		switch h.Direction {
		case codes.Received:
			r.Refuser = phrases.ByPeer
		case codes.Sent:
			r.Refuser = phrases.ByWriter
		}
		if len(r.Classes) == 0 {
			continue
		}
		if strings.Contains(h.Name, "FATAL_ALERT") { // MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, GNUTLS_E_FATAL_ALERT_RECEIVED
			r.Refuser = phrases.ByPeer
		}
		if h.Space == codes.Bytes {
			r.Writer = phrases.Client
			if h.FromServer() {
				r.Writer = phrases.Server
			}
		}
		if r.Tells = TellsOf(r.Classes, r.Cause); h.Space == codes.Curl && r.Tells < TellsSome {
			r.Tells = TellsLittle
		}
		list = append(list, r)
	}
	return list
}

// Strongest returns the reading that tells most. Of those that tell as much the first counts.
func Strongest(list []Reading) (best Reading, ok bool) {
	for _, r := range list {
		if !ok || r.Tells > best.Tells {
			best, ok = r, true
		}
	}
	return best, ok
}

// ofSpace are the sources whose words a message with a code is taken for. Spaces that are not listed are those of many
// programs.
var ofSpace = map[codes.Space]string{
	codes.Windows: "schannel", codes.Schannel: "schannel", codes.WinHTTP: "schannel", codes.DotNet: "dotnet",
	codes.NSS: "nss", codes.Chromium: "chromium", codes.Apple: "apple", codes.GnuTLS: "gnutls-cli",
	codes.MbedTLS: "mbedtls", codes.WolfSSL: "wolfssl", codes.Curl: "curl", codes.Java: "java",
	codes.Rustls: "reqwest-rustls", codes.Erlang: "erlang", codes.BoringSSL: "boringssl",
	codes.Apache: "apache",
}

// ofAlert returns what an alert stands for in a message of a server's or a client's.
func ofAlert(alert wire.AlertCode, d codes.Direction, server bool) []failure.Class {
	switch {
	case server == (d == codes.Received): // it is about the server's certificate, or what the client offers
		if alert == wire.AlertBadCertificate || alert == wire.AlertCertificateUnknown {
			return []failure.Class{Untold}
		}
		if classes := SentByClients(alert); len(classes) > 0 {
			return classes
		}
	default:
		if classes := SentToClients(alert); len(classes) > 0 {
			return classes
		}
		if aboutCertificate(alert) {
			return []failure.Class{failure.ClientCertificateRejected}
		}
	}
	return sentByEither[alert]
}
