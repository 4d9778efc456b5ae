package verdict

import "example.com/tlslab/scenarios/failure"

// goRules are the texts of crypto/x509, crypto/tls and net/http. The cause of a failed signature
// stands behind "certificate signed by unknown authority", so that it is asked for first.
var goRules = []Rule{
	{" is before ", failure.NotYetValid}, // both behind "certificate has expired or is not yet valid"
	{" is after ", failure.Expired},
	{"certificate relies on legacy Common Name field", failure.HostnameMismatch},
	{"x509: certificate is valid for", failure.HostnameMismatch},
	{"doesn't contain any IP SANs", failure.HostnameMismatch},
	{"x509: invalid signature: parent certificate cannot sign this kind of certificate", failure.InvalidCA},
	{"x509: certificate is not authorized to sign other certificates", failure.InvalidCA},
	{"insecure algorithm", failure.WeakSignature},
	{"verification failure\" while trying to verify candidate authority", failure.BadSignature},
	{"certificate signed by unknown authority", failure.Untrusted},
	{"certificate is not authorized to sign for this name", failure.NameConstraint},
	{"specifies an incompatible key usage", failure.WrongUsage},
	{"too many intermediates for path length constraint", failure.PathLength},
	{"unhandled critical extension", failure.CriticalExtension},
	{"invalid signature by the server certificate", failure.KeyMismatch},
	{"remote error: tls: handshake failure", failure.HandshakeFailure},
	{"remote error: tls: protocol version not supported", failure.ProtocolVersion},
	{"server selected unsupported protocol version", failure.ProtocolVersion},
	{"remote error: tls: unrecognized name", failure.UnrecognizedName},
	{"remote error: tls: internal error", failure.InternalError},
	{"server gave HTTP response to HTTPS client", failure.NotTLS},
	{"first record does not look like a TLS handshake", failure.NotTLS},
	{"oversized record received", failure.CorruptRecord},
	{"dial tcp: lookup ", failure.NameResolution}, // whatever the resolver could not do
	{"connection reset by peer", failure.ConnectionReset},
	{"connection refused", failure.ConnectionRefused},
	{"context deadline exceeded", failure.Timeout},
	{"i/o timeout", failure.Timeout}, // a dialler of one's own
	{"EOF", failure.UnexpectedEOF},
}
