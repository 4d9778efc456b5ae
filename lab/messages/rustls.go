package messages

import (
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

// rustlsRules are the texts of rustls, and of webpki, which verifies certificates for it. Errors for which rustls has
// no text appear by their names in the source.
var rustlsRules = []Rule{
	{Contains: "certificate expired: ", Class: failure.Expired},
	{Contains: "invalid peer certificate: Expired", Class: failure.Expired}, // also for dates that are never valid
	{Contains: "certificate not valid yet: ", Class: failure.NotYetValid},
	{Contains: "certificate not valid for name", Class: failure.HostnameMismatch},
	{Contains: "MalformedDnsIdentifier", Class: failure.Malformed},
	{Contains: "NameConstraintViolation", Class: failure.NameConstraint},
	{Contains: "invalid peer certificate: UnknownIssuer", Class: failure.Untrusted},
	{Contains: "invalid certificate revocation list", Class: failure.RevocationUnknown},
	{Contains: "UnknownRevocationStatus", Class: failure.RevocationUnknown},
	{Contains: "invalid peer certificate: Revoked", Class: failure.Revoked},
	{Contains: "invalid peer certificate: BadSignature", Class: failure.BadSignature},
	{Contains: "EndEntityUsedAsCa", Class: failure.InvalidCA},
	{Contains: "UnsupportedCertVersion", Class: failure.InvalidCA},
	{Contains: "does not allow extended key usage", Class: failure.WrongUsage},
	{Contains: "UnsupportedCriticalExtension", Class: failure.CriticalExtension},
	// a curve that it does not support
	{Contains: "UnsupportedSignatureAlgorithmForPublicKeyContext", Class: failure.WeakKey},
	{Contains: "UnsupportedSignatureAlgorithmContext", Class: failure.WeakSignature},

	{Contains: "received fatal alert: CertificateRequired", Class: failure.ClientCertificateRequired},
	{Contains: "received fatal alert: CertificateExpired", Class: failure.ClientCertificateRejected},
	{Contains: "received fatal alert: UnknownCA", Class: failure.ClientCertificateRejected},
	{Contains: "received fatal alert: BadCertificate", Class: failure.ClientCertificateRejected},
	{Contains: "received fatal alert: HandshakeFailure", Class: failure.HandshakeFailure},
	{Contains: "received fatal alert: ProtocolVersion", Class: failure.ProtocolVersion},
	{Contains: "received fatal alert: NoApplicationProtocol", Class: failure.NoApplicationProtocol},
	{Contains: "received fatal alert: UnrecognisedName", Class: failure.UnrecognizedName},
	{Contains: "received fatal alert: InternalError", Class: failure.InternalError},
	{Contains: "ServerDoesNotSupportTls12Or13", Class: failure.ProtocolVersion},
	{Contains: "InvalidContentType", Class: failure.NotTLS},
	{Contains: "MessageTooLarge", Class: failure.CorruptRecord},
	{Contains: "tls handshake eof", Class: failure.UnexpectedEOF},
	{Contains: "without sending TLS close_notify", Class: failure.UnexpectedEOF},
	{Contains: "keys may not be consistent", Class: failure.ClientMisconfigured},
	{Contains: "private key or certificate not found", Class: failure.BadPEM},
	{Contains: "failed to parse private key", Class: failure.ClientMisconfigured}, // also for RSA below 2,048 bits
}

// rustlsAlerts is what rustls sends, as measured with 0.23.46: bad_certificate for reasons without a specific alert.
var rustlsAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertUnsupportedCertificate: {failure.WrongUsage, failure.InvalidCA},
	wire.AlertCertificateRevoked:     {failure.Revoked},
	wire.AlertCertificateExpired:     {failure.Expired, failure.NotYetValid},
	wire.AlertUnknownCA:              {failure.Untrusted, failure.RevocationUnknown},
	wire.AlertDecryptError: {
		failure.BadSignature, failure.KeyMismatch, failure.WeakSignature, failure.WeakKey,
	},
}
