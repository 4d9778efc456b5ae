package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var stunnelSource = Source{
	Name:    "stunnel",
	Verbose: "debug = 7",
	Program: true,
	Marks:   []string{" LOG3[", " LOG4["},
	Rules:   stunnelRules,
	Alerts:  openSSLAlerts,
}

// stunnelRules are stunnel's own texts, and those of its TLS library, which it passes on.
var stunnelRules = slices.Concat([]Rule{
	{Contains: "CERT: Subject checks failed", Class: failure.HostnameMismatch},
	{Contains: "certificate verify failed", Class: Untold},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
}, openSSLOwn, openSSLTexts)
