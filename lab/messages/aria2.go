package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var aria2Source = Source{
	Name:    "aria2",
	Verbose: "aria2c --log=- --log-level=debug",
	Program: true,
	Marks: []string{
		"SSL/TLS handshake failure: ", "[AbstractCommand.cc:", "[SocketCore.cc:",
		"Failed to load trusted CA certificates from ",
	},
	Rules: aria2Rules,
}

// aria2Rules are aria2's own texts, and those of its TLS library, which it passes on.
var aria2Rules = slices.Concat([]Rule{
	{Contains: "`expired'", Class: failure.Expired},
	{Contains: "`not activated yet'", Class: failure.NotYetValid},
	{Contains: "handshake failure: hostname does not match", Class: failure.HostnameMismatch},
	{Contains: "`insecure algorithm'", Class: failure.WeakSignature},
	// it continues without the file, and refuses what it does not trust
	{Contains: "Error while reading file", Class: failure.MissingFile},
	{Contains: "`issuer is not known'", Class: failure.Untrusted},
	{Contains: "`not signed by known authorities or invalid'", Class: Untold},
	{Contains: "errorCode=2 Timeout", Class: failure.Timeout},
}, gnuTLSTexts, []Rule{
	{Contains: "A TLS fatal alert has been received", Class: Untold},
})
