package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var pyopensslSource = Source{
	Name:   "pyopenssl",
	Marks:  []string{"OpenSSL.SSL.", "service_identity"},
	Rules:  pyopensslRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{"OpenSSL.SSL.", "service_identity"},
	}},
	Switches: Switches{
		All:  []string{"set_verify(SSL.VERIFY_NONE)", "a callback that returns True"},
		Weak: pythonSwitches.Weak,
	},
	Identities: []string{"OpenSSL.SSL."},
}

// serviceIdentity are the texts of service_identity, which checks names for users of PyOpenSSL.
var serviceIdentity = []Rule{
	{Contains: "mismatched_id", Class: failure.HostnameMismatch},
	{Contains: "does not contain any `subjectAltName`s", Class: failure.HostnameMismatch},
	{Contains: "Invalid DNS pattern", Class: failure.Malformed},
	{Contains: "too few host components for wildcard usage", Class: failure.Malformed},
}

var pyopensslRules = slices.Concat(serviceIdentity, []Rule{
	{Contains: "ocsp callback: the certificate is revoked", Class: failure.Revoked},
	{Contains: "ocsp callback: no OCSP response, and the certificate demands one", Class: failure.StapleMissing},
	{Contains: "ocsp callback: ", Class: failure.RevocationUnknown},
	{Contains: "bad certificate status response", Class: failure.RevocationUnknown},
	{Contains: "'no such file'", Class: failure.MissingFile, Only: lazyregexp.New(`OpenSSL`)},
	{Contains: "'DECODER routines', '', 'unsupported'", Class: failure.BadPEM},
	{Contains: "data length too long", Class: failure.CorruptRecord}, // OpenSSL 4
	{Contains: "Unexpected EOF", Class: failure.UnexpectedEOF, Only: pyOpenSSL},
	{Contains: "ECONNRESET", Class: failure.ConnectionReset, Only: nodeReset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
