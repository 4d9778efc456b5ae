package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var bunSource = Source{
	Name: "bun",
	Marks: []string{
		"Does the server speak TLS on this port?", "pass `verbose: true` in the second argument to fetch()",
		"FailedToOpenSocket", "ERR_TLS_CERT_ALTNAME_INVALID fetching",
	},
	Rules:  bunRules,
	Alerts: bunAlerts,
	Over:   nodeTLS,
	Switches: Switches{
		All:  nodeSwitches.All,
		Host: nodeSwitches.Host,
		Weak: []string{"NODE_TLS_REJECT_UNAUTHORIZED=0"},
	},
	Commands: lazyregexp.New(`^bunx?$`),
	Causes: map[string][]string{
		"verification-off": {"rejectUnauthorized: false", "NODE_TLS_REJECT_UNAUTHORIZED=0"},
		"names-unchecked":  {"checkServerIdentity: () => undefined"},
	},
	TrustStore: `env | grep -e NODE_EXTRA_CA_CERTS`,
}

// bunRules are the texts of Bun: those of its fetch, BoringSSL's errors by their names in its source, and Node's texts
// about certificates.
var bunRules = slices.Concat([]Rule{
	// What fetch says about any alert, and about anything that BoringSSL finds wrong in a handshake.
	{Contains: "EPROTO: The TLS handshake failed", Class: Untold},
	{Contains: "FailedToOpenSocket", Class: failure.ClientMisconfigured}, // about the client's own files
	{Contains: "ERR_TLS_CERT_ALTNAME_INVALID", Class: failure.HostnameMismatch},
	// also if it ended normally
	{Contains: "The socket connection was closed unexpectedly", Class: failure.ConnectionReset},
	{
		Contains: "The operation timed out", Class: failure.Timeout,
		Only: lazyregexp.New(`TimeoutError: The operation timed out`),
	},
	{Contains: "Issuer has name constraints but leaf has no SANs", Class: failure.NameConstraint},
	{Contains: "Socket is closed", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`^Error: Socket is closed$`)},
	{Contains: "Error: Invalid CA", Class: failure.BadPEM, Only: lazyregexp.New(`^Error: Invalid CA$`)},

	{Contains: "OPENSSL_internal:KEY_USAGE_BIT_INCORRECT", Class: failure.WrongUsage},
	{Contains: "OPENSSL_internal:BAD_SIGNATURE", Class: failure.KeyMismatch},
	{Contains: "OPENSSL_internal:UNSUPPORTED_ALGORITHM", Class: failure.WeakKey}, // a curve that it does not support
	{Contains: "OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED", Class: failure.ClientCertificateRequired},
	{Contains: "OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED", Class: failure.ClientCertificateRejected},
	{Contains: "OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA", Class: failure.ClientCertificateRejected},
	{Contains: "OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE", Class: failure.ClientCertificateRejected},
	{Contains: "OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE", Class: failure.HandshakeFailure},
	{Contains: "OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION", Class: failure.ProtocolVersion},
	{Contains: "OPENSSL_internal:UNSUPPORTED_PROTOCOL", Class: failure.ProtocolVersion},
	{Contains: "OPENSSL_internal:TLSV1_ALERT_UNRECOGNIZED_NAME", Class: failure.UnrecognizedName},
	{Contains: "OPENSSL_internal:TLSV1_ALERT_INTERNAL_ERROR", Class: failure.InternalError},
	{Contains: "OPENSSL_internal:WRONG_VERSION_NUMBER", Class: failure.NotTLS},
	{Contains: "OPENSSL_internal:ENCRYPTED_LENGTH_TOO_LONG", Class: failure.CorruptRecord},
	{Contains: "OPENSSL_internal:BAD_DECRYPT", Class: failure.BadPassphrase},
	{Contains: "OPENSSL_internal:KEY_VALUES_MISMATCH", Class: failure.ClientMisconfigured},
	{Contains: "OPENSSL_internal:NO_START_LINE", Class: failure.BadPEM},
}, nodeRules)

// bunAlerts is what BoringSSL sends, as measured with Bun 1.4.5. Bun judges the chain after the handshake, and sends no
// alert about it.
var bunAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertRecordOverflow:   {failure.CorruptRecord},
	wire.AlertIllegalParameter: {failure.WrongUsage},
	wire.AlertDecodeError:      {failure.WeakKey},
	wire.AlertDecryptError:     {failure.KeyMismatch, failure.BadSignature},
	wire.AlertProtocolVersion:  {failure.ProtocolVersion, failure.NotTLS},
}
