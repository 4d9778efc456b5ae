package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var denoSource = Source{
	Name:    "deno",
	Verbose: "deno --log-level=debug",
	Marks: []string{
		"ext:deno_", "InvalidData: invalid peer certificate", "InvalidData: No certificates found",
		"InvalidData: No keys found", "fetch failed <- Error: error sending request", "(SSL routines:ssl3_get_record:",
	},
	Rules:  denoRules,
	Alerts: denoAlerts,
	Over:   nodeTLS,
	Switches: Switches{
		All: []string{"--unsafely-ignore-certificate-errors", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		Host: []string{
			"unsafelyDisableHostnameVerification: true", "checkServerIdentity: () => undefined",
			"--unsafely-ignore-certificate-errors=HOST",
		},
		Weak: []string{"--unsafely-ignore-certificate-errors"},
	},
	Commands: lazyregexp.New(`^deno$`),
	Causes: map[string][]string{
		"verification-off": {"--unsafely-ignore-certificate-errors"},
		"names-unchecked":  {"unsafelyDisableHostnameVerification: true"},
	},
	TrustStore: `env | grep -e DENO_CERT -e DENO_TLS_CA_STORE`,
}

// denoRules are the texts of Deno: of its fetch and connectTls, over rustls, and of its node:https, which has rustls'
// alerts and Node's words.
var denoRules = slices.Concat([]Rule{
	{Contains: "No certificates found in certificate data", Class: failure.BadPEM},
	{Contains: "No keys found in key data", Class: failure.BadPEM},
	{
		Contains: "error reading a body from connection", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`TypeError: error reading a body from connection`),
	},
	{Contains: "UnexpectedEof: ", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`^UnexpectedEof: `)},
	{Contains: "ConnectionReset: ", Class: failure.ConnectionReset, Only: lazyregexp.New(`^ConnectionReset: `)},
	{Contains: "tlslab ended the client", Class: failure.Timeout}, // connectTls has no time limit

	{Contains: "unable to verify the first certificate", Class: Untold}, // whatever rustls finds wrong
	{Contains: "certificate has expired", Class: failure.Expired, Only: verifying},
	{Contains: "unable to get local issuer certificate", Class: failure.Untrusted},
	{Contains: "self-signed certificate", Class: failure.SelfSigned},
	{Contains: "does not match certificate's altnames", Class: failure.HostnameMismatch},
	{Contains: "SSL routines::key too small", Class: failure.WeakKey},
	{Contains: "unsupported protocol", Class: failure.ProtocolVersion},
	{Contains: "aborted due to timeout", Class: failure.Timeout},
	{Contains: "Client network socket disconnected", Class: failure.UnexpectedEOF},
	{Contains: "Error: aborted", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`^Error: aborted$`)},
	{Contains: "ECONNREFUSED", Class: failure.ConnectionRefused},
	{Contains: "ENOTFOUND", Class: failure.NameResolution},
}, rustlsRules, reqwestOwn)

// denoAlerts is what Deno sends, as measured with 2.9.6: its rustls sends certificate_unknown for reasons that have no
// specific alert.
var denoAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertBadCertificate:         {failure.HostnameMismatch, failure.Malformed},
	wire.AlertUnsupportedCertificate: {failure.WrongUsage, failure.InvalidCA},
	wire.AlertCertificateExpired:     {failure.Expired, failure.NotYetValid},
	wire.AlertCertificateUnknown: {
		failure.NameConstraint, failure.InvalidCA, failure.CriticalExtension, failure.Malformed,
	},
	wire.AlertUnknownCA:    {failure.Untrusted, failure.SelfSigned},
	wire.AlertDecryptError: {failure.BadSignature, failure.KeyMismatch, failure.WeakSignature, failure.WeakKey},
}
