package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// openSSLTexts are OpenSSL's own texts: of certificate verification (X509_verify_cert_error_string)
// and of its error queue (ERR_reason_error_string). Every stack that stands on OpenSSL passes them
// on; the words are those of OpenSSL 3, with those of 1.1.1 where they differ. Longer texts come
// before those that they contain.
var openSSLTexts = []Rule{
	{"certificate has expired", failure.Expired},
	{"certificate is not yet valid", failure.NotYetValid},
	{"unable to get local issuer certificate", failure.Untrusted},
	{"unable to verify the first certificate", failure.Untrusted},
	{"self-signed certificate", failure.SelfSigned},
	{"self signed certificate", failure.SelfSigned},
	{"certificate signature failure", failure.BadSignature},
	{"unsuitable certificate purpose", failure.WrongUsage},
	{"unsupported certificate purpose", failure.WrongUsage},
	{"invalid CA certificate", failure.InvalidCA},
	{"key usage does not include certificate signing", failure.InvalidCA},
	{"path length constraint exceeded", failure.PathLength},
	{"permitted subtree violation", failure.NameConstraint},
	{"unsupported name constraint type", failure.NameConstraint}, // BoringSSL, of constraints on addresses
	{"unhandled critical extension", failure.CriticalExtension},
	{"EE certificate key too weak", failure.WeakKey},
	{"CA certificate key too weak", failure.WeakKey},
	{"CA signature digest algorithm too weak", failure.WeakSignature},
	{"Missing Authority Key Identifier", failure.StrictRFC5280},
	{"Missing Subject Key Identifier", failure.StrictRFC5280},
	{"Basic Constraints of CA cert not marked critical", failure.StrictRFC5280},
	{"CA cert does not include key usage extension", failure.StrictRFC5280},
	{"bad signature", failure.KeyMismatch},
	{"alert handshake failure", failure.HandshakeFailure},
	{"wrong curve", failure.WeakKey},
	{"alert protocol version", failure.ProtocolVersion},
	{"unsupported protocol", failure.ProtocolVersion},
	{"legacy sigalg disallowed or unsupported", failure.WeakSignature},
	{"dh key too small", failure.WeakDH},
	{"unsafe legacy renegotiation disabled", failure.LegacyRenegotiation},
	{"alert no application protocol", failure.NoApplicationProtocol},
	{"unrecognized name", failure.UnrecognizedName},
	{"alert internal error", failure.InternalError},
	{"wrong version number", failure.NotTLS},
	{"packet length too long", failure.CorruptRecord},
	{"unexpected eof while reading", failure.UnexpectedEOF},
	{"certificate revoked", failure.Revoked},
	{"CRL has expired", failure.RevocationUnknown},
	{"CRL is not yet valid", failure.RevocationUnknown},
	{"unable to get certificate CRL", failure.RevocationUnknown},
	{"CRL signature failure", failure.RevocationUnknown},
}

var pythonRules = slices.Concat([]Rule{
	{"Hostname mismatch", failure.HostnameMismatch},
	{"IP address mismatch", failure.HostnameMismatch},
	{"doesn't match", failure.HostnameMismatch}, // up to 3.6
	{"certificate verify failed (_ssl", Untold}, // up to 3.6
	{"EOF occurred in violation of protocol", failure.UnexpectedEOF},
	{"connection has been closed (EOF)", failure.UnexpectedEOF}, // 3.8 and 3.9
	{"IncompleteRead", failure.UnexpectedEOF},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}, openSSLOwn, openSSLTexts)

var curlRules = slices.Concat([]Rule{
	{"no alternative certificate subject name matches", failure.HostnameMismatch},
	{"asn1 encoding routines::EVP lib", failure.BadSignature}, // what is left of it in 7.88 with OpenSSL 3
	{"certificate revocation reason", failure.Revoked},
	{"No OCSP response received", failure.StapleMissing},
	{"Invalid OCSP response", failure.RevocationUnknown},
	{"OCSP response has expired", failure.RevocationUnknown},
	{"OCSP response verification failed", failure.RevocationUnknown},
	{"Could not find certificate ID in OCSP response", failure.RevocationUnknown},
	{"certificate status verification FAILED", failure.RevocationUnknown},
	{"SSL_ERROR_SYSCALL", failure.UnexpectedEOF}, // a reset has other words
	{"transfer closed with", failure.UnexpectedEOF},
	{"Connection reset by peer", failure.ConnectionReset},
	{"Couldn't connect to server", failure.ConnectionRefused},
	{"timed out after", failure.Timeout},
	{"Could not resolve host", failure.NameResolution},
}, curlOwn, openSSLOwn, openSSLTexts)

var opensslRules = slices.Concat([]Rule{
	{"hostname mismatch", failure.HostnameMismatch},
	{"IP address mismatch", failure.HostnameMismatch},
	{"errno=104", failure.ConnectionReset}, // ECONNRESET
	{"Connection refused", failure.ConnectionRefused},
	{"Name or service not known", failure.NameResolution},
	{"tlslab ended the client", failure.Timeout}, // s_client has no time limit
}, openSSLOwn, opensslOwn, openSSLTexts)

var nodeRules = slices.Concat([]Rule{
	{"does not match certificate's altnames", failure.HostnameMismatch},
	{"aborted due to timeout", failure.Timeout},
	{"Client network socket disconnected", failure.UnexpectedEOF},
	{"aborted", failure.UnexpectedEOF}, // in the middle of the answer
	{"ECONNRESET", failure.ConnectionReset},
	{"ECONNREFUSED", failure.ConnectionRefused},
	{"ENOTFOUND", failure.NameResolution},
}, openSSLOwn, openSSLTexts)

// serviceIdentity are the texts of service_identity, which checks the names for users of PyOpenSSL.
var serviceIdentity = []Rule{
	{"mismatched_id", failure.HostnameMismatch},
	{"does not contain any `subjectAltName`s", failure.HostnameMismatch},
	{"Invalid DNS pattern", failure.Malformed},
	{"too few host components for wildcard usage", failure.Malformed},
}

var pyopensslRules = slices.Concat(serviceIdentity, []Rule{
	{"ocsp callback: the certificate is revoked", failure.Revoked},
	{"ocsp callback: no OCSP response, and the certificate demands one", failure.StapleMissing},
	{"ocsp callback: ", failure.RevocationUnknown},
	{"bad certificate status response", failure.RevocationUnknown},
	{"'no such file'", failure.MissingFile},
	{"'DECODER routines', '', 'unsupported'", failure.BadPEM},
	{"data length too long", failure.CorruptRecord}, // OpenSSL 4
	{"Unexpected EOF", failure.UnexpectedEOF},
	{"ECONNRESET", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"Name or service not known", failure.NameResolution},
}, openSSLOwn, openSSLTexts)
