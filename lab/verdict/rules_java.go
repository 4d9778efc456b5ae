package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// javaRules are the texts of the JDK's TLS (JSSE) and of its path validation (the PKIX
// algorithm of the provider SUN), with those of their causes behind them. Some have the alert
// that is sent before them: in JDK 25, not in 17.
var javaRules = []Rule{
	{"CertificateExpiredException: NotAfter", failure.Expired},
	{"CertificateNotYetValidException: NotBefore", failure.NotYetValid},
	{"No subject alternative DNS name matching", failure.HostnameMismatch},
	{"No subject alternative names matching IP address", failure.HostnameMismatch},
	{"No subject alternative names present", failure.HostnameMismatch},
	{"unable to find valid certification path to requested target", failure.Untrusted},
	{"Path does not chain with any of the trust anchors", failure.Untrusted},
	{"signature check failed", failure.BadSignature},
	{"keyCertSign bit is not set", failure.InvalidCA},
	{"this is not a CA certificate", failure.InvalidCA},
	{"name constraints check failed", failure.NameConstraint},
	{"unrecognized critical extension", failure.CriticalExtension},
	{"Extended key usage does not permit", failure.WrongUsage},
	{"KeyUsage does not allow digital signatures", failure.WrongUsage},
	{"Algorithm constraints check failed", failure.WeakSignature},
	{"Invalid CertificateVerify signature", failure.KeyMismatch},
	{"Curve not supported", failure.WeakKey},
	{"Certificate has been revoked", failure.Revoked},
	{"revocation status is unknown", failure.RevocationUnknown},
	{"Unable to determine revocation status due to network error", failure.RevocationUnknown},
	{"Response is unreliable: its validity interval is out-of-date", failure.RevocationUnknown},
	{"Error verifying OCSP Response's signature", failure.RevocationUnknown},
	{"OCSP response does not include a response for a certificate", failure.RevocationUnknown},
	{"certificate not valid for signing OCSP responses", failure.RevocationUnknown},
	{"Responder's certificate is not authorized to sign OCSP responses", failure.RevocationUnknown},
	{"Could not determine revocation status", failure.RevocationUnknown}, // of CRLs that do not count
	{"OCSP response error", failure.RevocationUnknown},
	{"not enough content", failure.RevocationUnknown}, // in the message that a staple comes in
	{"Certificate does not specify OCSP responder", failure.RevocationUnknown},

	{"fatal alert: certificate_required", failure.ClientCertificateRequired},
	{"fatal alert: certificate_expired", failure.ClientCertificateRejected},
	{"fatal alert: bad_certificate", failure.ClientCertificateRejected},
	{"fatal alert: unknown_ca", failure.ClientCertificateRejected},
	{"fatal alert: decrypt_error", failure.ClientCertificateRejected},
	{"fatal alert: handshake_failure", failure.HandshakeFailure},
	{"fatal alert: protocol_version", failure.ProtocolVersion},
	{"fatal alert: internal_error", failure.InternalError},
	{"fatal alert: unrecognized_name", failure.UnrecognizedName},
	{"fatal alert: no_application_protocol", failure.NoApplicationProtocol},
	{"Server selected improper ciphersuite", failure.NoSharedCipher},
	{"trustAnchors parameter must be non-empty", failure.Untrusted},
	{"No certificate data found", failure.BadPEM},
	{"has no PRIVATE KEY", failure.BadPEM},
	{"BadPaddingException", failure.BadPassphrase},
	{"NoSuchFileException", failure.MissingFile},
	{"UnknownHostException", failure.NameResolution},
	{"UnresolvedAddressException", failure.NameResolution},
	{"Connection refused", failure.ConnectionRefused},
	{"ConnectException <- java.nio.channels.ClosedChannelException", failure.ConnectionRefused},
	{"timed out", failure.Timeout},
	{"nrecognized SSL message", failure.NotTLS},
	{"Bad input record size", failure.CorruptRecord},
	{"Input record too big", failure.CorruptRecord},
	{"Connection reset", failure.ConnectionReset},
	{"Remote host terminated the handshake", failure.UnexpectedEOF},
	{"EOF reached while reading", failure.UnexpectedEOF},
	{"Premature EOF", failure.UnexpectedEOF},
	// HttpsURLConnection may find its connection closed before it has read the alert.
	{"Error writing to server", Untold},
	{"Broken pipe", Untold},
}

// okhttpRules are the texts of OkHttp, which passes on JSSE's and has a check of names of its own.
var okhttpRules = slices.Concat([]Rule{
	{"SSLPeerUnverifiedException: Hostname", failure.HostnameMismatch},
	{"unexpected end of stream", failure.UnexpectedEOF},
	{"timeout", failure.Timeout},
}, javaRules)

// mongoJavaRules are the texts of MongoDB's driver for Java, which passes on JSSE's.
var mongoJavaRules = slices.Concat([]Rule{
	{"Prematurely reached end of stream", failure.UnexpectedEOF},
}, javaRules)
