package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var aria2Source = Source{
	Name:    "aria2",
	Program: true,
	Marks: []string{
		"SSL/TLS handshake failure: ", "[AbstractCommand.cc:", "[SocketCore.cc:",
		"Failed to load trusted CA certificates from ",
	},
	Rules: aria2Rules,
}

// aria2Rules are its own words, and those of the library that it passes on.
var aria2Rules = slices.Concat([]Rule{
	{Contains: "`expired'", Class: failure.Expired},
	{Contains: "`not activated yet'", Class: failure.NotYetValid},
	{Contains: "handshake failure: hostname does not match", Class: failure.HostnameMismatch},
	{Contains: "`insecure algorithm'", Class: failure.WeakSignature},
	// it goes on without, and refuses what it does not know
	{Contains: "Error while reading file", Class: failure.MissingFile},
	{Contains: "`issuer is not known'", Class: failure.Untrusted},
	{Contains: "`not signed by known authorities or invalid'", Class: Untold},
	{Contains: "errorCode=2 Timeout", Class: failure.Timeout},
}, gnuTLSTexts, []Rule{
	{Contains: "A TLS fatal alert has been received", Class: Untold},
})
