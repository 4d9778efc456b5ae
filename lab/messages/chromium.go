package messages

import (
	"example.com/tlslab/scenarios/failure"
)

var chromiumSource = Source{
	Name:    "chromium",
	Verbose: "chromium --log-net-log=net.json",
	Marks:   []string{"net::ERR_"},
	Rules:   chromiumRules,
	Voices: []Voice{{
		Marks: []string{"net::ERR_", "NET::ERR_", "ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL_"},
	}},
	Switches: Switches{
		All: []string{"--ignore-certificate-errors", "thisisunsafe"},
	},
	Identities: []string{"net::ERR_"},
}

// chromiumRules are Chromium's error codes (net/base/net_error_list.h), and the words of its log if a code stands for
// many things: the errors of its path builder (BoringSSL's pki/cert_errors.cc), and the numbers of the reasons for
// which a handshake fails (BoringSSL's include/openssl/ssl.h), which for alerts are the alert's number plus a thousand.
// The more telling ones come first.
var chromiumRules = []Rule{
	{Contains: "Time is before notBefore", Class: failure.NotYetValid},
	{Contains: "Time is after notAfter", Class: failure.Expired},
	{Contains: "Not permitted by name constraints", Class: failure.NameConstraint},
	{Contains: "ERROR: Certificate is revoked", Class: failure.Revoked},
	{Contains: "ERROR: VerifySignedData failed", Class: failure.BadSignature},
	{Contains: "ERROR: Unacceptable signature algorithm", Class: failure.WeakSignature},
	{Contains: "ERROR: max_path_length reached", Class: failure.PathLength},
	{Contains: "ERROR: Basic Constraints indicates not a CA", Class: failure.InvalidCA},
	{Contains: "ERROR: Does not have Basic Constraints", Class: failure.InvalidCA},
	{Contains: "ERROR: keyCertSign bit is not set", Class: failure.InvalidCA},
	{Contains: "ERROR: The extended key usage does not include server auth", Class: failure.WrongUsage},
	{Contains: "ERROR: Unconsumed critical extension", Class: failure.CriticalExtension},
	{Contains: "ERROR: No matching issuer found", Class: failure.Untrusted},
	{Contains: "net::ERR_CERT_COMMON_NAME_INVALID", Class: failure.HostnameMismatch},
	{Contains: "net::ERR_SSL_KEY_USAGE_INCOMPATIBLE", Class: failure.WrongUsage},
	{Contains: "net::ERR_SSL_UNRECOGNIZED_NAME_ALERT", Class: failure.UnrecognizedName},
	// EVP_R_UNSUPPORTED_ALGORITHM, about the certificate's key
	{Contains: "(error_lib 6, error_reason 128)", Class: failure.WeakKey},
	{Contains: "(error_lib 16, error_reason 114)", Class: failure.KeyMismatch},     // SSL_R_BAD_SIGNATURE
	{Contains: "(error_lib 16, error_reason 146)", Class: failure.CorruptRecord},   // SSL_R_DATA_LENGTH_TOO_LONG
	{Contains: "(error_lib 16, error_reason 240)", Class: failure.ProtocolVersion}, // SSL_R_UNSUPPORTED_PROTOCOL
	// SSL_R_WRONG_VERSION_NUMBER, in a record
	{Contains: "(error_lib 16, error_reason 247)", Class: failure.NotTLS},
	{Contains: "(error_lib 16, error_reason 1040)", Class: failure.HandshakeFailure},
	{Contains: "(error_lib 16, error_reason 1042)", Class: failure.ClientCertificateRejected}, // bad_certificate
	{Contains: "(error_lib 16, error_reason 1048)", Class: failure.ClientCertificateRejected}, // unknown_ca
	{Contains: "(error_lib 16, error_reason 1070)", Class: failure.ProtocolVersion},
	{Contains: "(error_lib 16, error_reason 1080)", Class: failure.InternalError},
	{Contains: "(error_lib 16, error_reason 1116)", Class: failure.ClientCertificateRequired},
	{Contains: "(error_lib 16, error_reason 1120)", Class: failure.NoApplicationProtocol},
	// the server's alert came while Chromium was not reading
	{Contains: "net::ERR_SOCKET_NOT_CONNECTED", Class: Untold},
	{Contains: "net::ERR_CONNECTION_CLOSED", Class: failure.UnexpectedEOF},
	{Contains: "net::ERR_CONTENT_LENGTH_MISMATCH", Class: failure.UnexpectedEOF},
	{Contains: "net::ERR_CONNECTION_RESET", Class: failure.ConnectionReset},
	{Contains: "net::ERR_CONNECTION_REFUSED", Class: failure.ConnectionRefused},
	{Contains: "net::ERR_NAME_NOT_RESOLVED", Class: failure.NameResolution},
	{Contains: "tlslab ended the client", Class: failure.Timeout}, // its own limits are minutes
	{Contains: "certutil: unable to open", Class: failure.MissingFile},
	{Contains: "certutil: could not decode certificate", Class: failure.BadPEM},
}
