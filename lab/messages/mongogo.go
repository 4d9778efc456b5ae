package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var mongoGoSource = Source{
	Name:    "mongo-go",
	Service: "mongodb",
	Marks:   []string{"current topology: {"},
	Rules:   slices.Concat(mongoGoOwn, goOwn, goRules),
	Voices: []Voice{{
		Marks: []string{"server selection error: "},
	}},
	Switches:   mongoSwitches,
	TrustStore: goTrustStore,
	Identities: []string{"current topology: {"},
}

// mongoGoOwn are the texts of the driver for Go. Its messages begin by saying that no server was found in time,
// whatever the reason, and name the reason last. Rules for reasons therefore come first.
var mongoGoOwn = []Rule{
	{Contains: "certificate is revoked", Class: failure.Revoked, Only: verifying},
	{Contains: "did not provide a stapled OCSP response", Class: failure.StapleMissing},
	{Contains: "error parsing stapled response", Class: failure.RevocationUnknown},
	{Contains: "error validating stapled response", Class: failure.RevocationUnknown},
	{Contains: "dial tcp: lookup ", Class: failure.NameResolution},
	{Contains: "EOF", Class: failure.UnexpectedEOF, Only: goRequest},
	{Contains: "incorrect password", Class: failure.BadPassphrase, Only: lazyregexp.New(`pkcs8|PKCS8|x509`)},
	{Contains: "failed to find CERTIFICATE", Class: failure.BadPEM},
	{Contains: "failed to find PRIVATE KEY", Class: failure.BadPEM},
	{Contains: "does not contain any valid certificates", Class: failure.BadPEM},
}
