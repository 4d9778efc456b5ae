package verdict

import "example.com/tlslab/scenarios/failure"

// chromiumRules are Chromium's error codes (net/base/net_error_list.h), and what its log says where a
// code stands for many things: the errors of its path builder (BoringSSL's pki/cert_errors.cc), and the
// numbers that BoringSSL's include/openssl/ssl.h gives the reasons for which a handshake fails, with a
// thousand added to those of alerts. What tells more comes first.
var chromiumRules = []Rule{
	{"Time is before notBefore", failure.NotYetValid},
	{"Time is after notAfter", failure.Expired},
	{"Not permitted by name constraints", failure.NameConstraint},
	{"ERROR: Certificate is revoked", failure.Revoked},
	{"ERROR: VerifySignedData failed", failure.BadSignature},
	{"ERROR: Unacceptable signature algorithm", failure.WeakSignature},
	{"ERROR: max_path_length reached", failure.PathLength},
	{"ERROR: Basic Constraints indicates not a CA", failure.InvalidCA},
	{"ERROR: Does not have Basic Constraints", failure.InvalidCA},
	{"ERROR: keyCertSign bit is not set", failure.InvalidCA},
	{"ERROR: The extended key usage does not include server auth", failure.WrongUsage},
	{"ERROR: Unconsumed critical extension", failure.CriticalExtension},
	{"ERROR: No matching issuer found", failure.Untrusted},
	{"net::ERR_CERT_COMMON_NAME_INVALID", failure.HostnameMismatch},
	{"net::ERR_SSL_KEY_USAGE_INCOMPATIBLE", failure.WrongUsage},
	{"net::ERR_SSL_UNRECOGNIZED_NAME_ALERT", failure.UnrecognizedName},
	{"(error_lib 6, error_reason 128)", failure.WeakKey},          // EVP_R_UNSUPPORTED_ALGORITHM, of the certificate's key
	{"(error_lib 16, error_reason 114)", failure.KeyMismatch},     // SSL_R_BAD_SIGNATURE
	{"(error_lib 16, error_reason 146)", failure.CorruptRecord},   // SSL_R_DATA_LENGTH_TOO_LONG
	{"(error_lib 16, error_reason 240)", failure.ProtocolVersion}, // SSL_R_UNSUPPORTED_PROTOCOL
	{"(error_lib 16, error_reason 247)", failure.NotTLS},          // SSL_R_WRONG_VERSION_NUMBER, of a record
	{"(error_lib 16, error_reason 1040)", failure.HandshakeFailure},
	{"(error_lib 16, error_reason 1042)", failure.ClientCertificateRejected}, // bad_certificate
	{"(error_lib 16, error_reason 1048)", failure.ClientCertificateRejected}, // unknown_ca
	{"(error_lib 16, error_reason 1070)", failure.ProtocolVersion},
	{"(error_lib 16, error_reason 1080)", failure.InternalError},
	{"(error_lib 16, error_reason 1116)", failure.ClientCertificateRequired},
	{"(error_lib 16, error_reason 1120)", failure.NoApplicationProtocol},
	{"net::ERR_SOCKET_NOT_CONNECTED", Untold}, // the server's alert came when nobody was reading
	{"net::ERR_CONNECTION_CLOSED", failure.UnexpectedEOF},
	{"net::ERR_CONTENT_LENGTH_MISMATCH", failure.UnexpectedEOF},
	{"net::ERR_CONNECTION_RESET", failure.ConnectionReset},
	{"net::ERR_CONNECTION_REFUSED", failure.ConnectionRefused},
	{"net::ERR_NAME_NOT_RESOLVED", failure.NameResolution},
	{"tlslab ended the client", failure.Timeout}, // its own limits are of minutes
	{"certutil: unable to open", failure.MissingFile},
	{"certutil: could not decode certificate", failure.BadPEM},
}
