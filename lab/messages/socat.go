package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var socatSource = Source{
	Name:    "socat",
	Verbose: "socat -d -d -d",
	Program: true,
	Marks:   []string{" socat["},
	Rules:   socatRules,
	Alerts:  openSSLAlerts,
}

// socatRules are socat's own texts, and those of its TLS library, which it passes on.
var socatRules = slices.Concat([]Rule{
	{Contains: "commonName does not match hostname", Class: failure.HostnameMismatch},
	{Contains: "asn1 encoding routines::EVP lib", Class: failure.BadSignature},
	{Contains: "certificate verify failed", Class: Untold},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
