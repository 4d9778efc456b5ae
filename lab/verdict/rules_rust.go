package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// reqwestOwn are the texts of reqwest, of hyper below it and of the system's sockets, whatever TLS
// library stands between.
var reqwestOwn = []Rule{
	{"Connection reset by peer", failure.ConnectionReset},
	{"Connection refused", failure.ConnectionRefused},
	{"operation timed out", failure.Timeout},
	{"deadline has elapsed", failure.Timeout}, // of which of its two limits is up first
	{"dns error", failure.NameResolution},
	{"No such file or directory", failure.MissingFile},
}

// rustlsRules are the texts of rustls, and of webpki, which verifies for it: errors that rustls has
// no words for are shown by their names in the source.
var rustlsRules = slices.Concat([]Rule{
	{"certificate expired: ", failure.Expired},
	{"invalid peer certificate: Expired", failure.Expired}, // of dates that are never valid
	{"certificate not valid yet: ", failure.NotYetValid},
	{"certificate not valid for name", failure.HostnameMismatch},
	{"MalformedDnsIdentifier", failure.Malformed},
	{"NameConstraintViolation", failure.NameConstraint},
	{"invalid peer certificate: UnknownIssuer", failure.Untrusted},
	{"invalid certificate revocation list", failure.RevocationUnknown},
	{"UnknownRevocationStatus", failure.RevocationUnknown},
	{"invalid peer certificate: Revoked", failure.Revoked},
	{"invalid peer certificate: BadSignature", failure.BadSignature},
	{"EndEntityUsedAsCa", failure.InvalidCA},
	{"UnsupportedCertVersion", failure.InvalidCA},
	{"does not allow extended key usage", failure.WrongUsage},
	{"UnsupportedCriticalExtension", failure.CriticalExtension},
	{"UnsupportedSignatureAlgorithmForPublicKeyContext", failure.WeakKey}, // a curve that it does not know
	{"UnsupportedSignatureAlgorithmContext", failure.WeakSignature},

	{"received fatal alert: CertificateRequired", failure.ClientCertificateRequired},
	{"received fatal alert: CertificateExpired", failure.ClientCertificateRejected},
	{"received fatal alert: UnknownCA", failure.ClientCertificateRejected},
	{"received fatal alert: BadCertificate", failure.ClientCertificateRejected},
	{"received fatal alert: HandshakeFailure", failure.HandshakeFailure},
	{"received fatal alert: ProtocolVersion", failure.ProtocolVersion},
	{"received fatal alert: NoApplicationProtocol", failure.NoApplicationProtocol},
	{"received fatal alert: UnrecognisedName", failure.UnrecognizedName},
	{"received fatal alert: InternalError", failure.InternalError},
	{"ServerDoesNotSupportTls12Or13", failure.ProtocolVersion},
	{"InvalidContentType", failure.NotTLS},
	{"MessageTooLarge", failure.CorruptRecord},
	{"tls handshake eof", failure.UnexpectedEOF},
	{"without sending TLS close_notify", failure.UnexpectedEOF},
	{"keys may not be consistent", failure.ClientMisconfigured},
	{"private key or certificate not found", failure.BadPEM},
	{"failed to parse private key", failure.ClientMisconfigured}, // also of RSA below 2,048 bits
}, reqwestOwn)

// nativeTLSRules are the texts of native-tls over OpenSSL, which passes on OpenSSL's with what
// verification said in parentheses.
var nativeTLSRules = slices.Concat([]Rule{
	{"(hostname mismatch)", failure.HostnameMismatch},
	{"(IP address mismatch)", failure.HostnameMismatch},
	{"EVP lib", failure.BadSignature}, // what is left of it with OpenSSL 3, as in curl
	{"unexpected EOF", failure.UnexpectedEOF},
	{"end of file before message length", failure.UnexpectedEOF},
	{"at least one certificate must be provided", failure.BadPEM},
	{"expected PKCS#8 PEM", failure.BadPEM},
}, reqwestOwn, openSSLOwn, openSSLTexts)
