package messages

import (
	"regexp"
	"slices"

	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var reqwestRustlsSource = Source{
	Name:   "reqwest-rustls",
	Rules:  rustlsRules,
	Alerts: rustlsAlerts,
	Voices: []Voice{{
		Marks: []string{
			"invalid peer certificate", "rustls", "received fatal alert: C", "received fatal alert: H",
			"received corrupt message of type",
		},
	}, {
		Marks:   []string{"error sending request for url", "reqwest::"},
		Sources: []string{"reqwest-rustls", "reqwest-native-tls"},
	}},
	Switches: rustSwitches,
}

var reqwestNativeTlsSource = Source{
	Name:     "reqwest-native-tls",
	Rules:    nativeTLSRules,
	Alerts:   openSSLAlerts,
	Switches: rustSwitches,
}

// rustSwitches are those of what stands on it too.
var rustSwitches = Switches{
	All:  []string{"danger_accept_invalid_certs(true)"},
	Host: []string{"danger_accept_invalid_hostnames(true)"},
	Weak: []string{"min_tls_version(Version::TLS_1_0)"},
}

// reqwestOwn are the texts of reqwest, of hyper below it and of the system's sockets, whatever TLS
// library stands between.
var reqwestOwn = []Rule{
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "operation timed out", Class: failure.Timeout, Only: rust},
	{Contains: "deadline has elapsed", Class: failure.Timeout, Only: rust}, // of which of its two limits is up first
	{Contains: "dns error", Class: failure.NameResolution, Only: rust},
	{Contains: "No such file or directory", Class: failure.MissingFile, Only: file},
}

// rustlsRules are the texts of rustls, and of webpki, which verifies for it: errors that rustls has
// no words for are shown by their names in the source.
var rustlsRules = slices.Concat([]Rule{
	{Contains: "certificate expired: ", Class: failure.Expired},
	{Contains: "invalid peer certificate: Expired", Class: failure.Expired}, // of dates that are never valid
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
	{Contains: "UnsupportedSignatureAlgorithmForPublicKeyContext", Class: failure.WeakKey}, // a curve that it does not know
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
	{Contains: "failed to parse private key", Class: failure.ClientMisconfigured}, // also of RSA below 2,048 bits
}, reqwestOwn)

// nativeTLSRules are the texts of native-tls over OpenSSL, which passes on OpenSSL's with what
// verification said in parentheses.
var nativeTLSRules = slices.Concat([]Rule{
	{Contains: "(hostname mismatch)", Class: failure.HostnameMismatch},
	{Contains: "(IP address mismatch)", Class: failure.HostnameMismatch},
	{Contains: "EVP lib", Class: failure.BadSignature}, // what is left of it with OpenSSL 3, as in curl
	{
		Contains: "unexpected EOF", Class: failure.UnexpectedEOF,
		Only: regexp.MustCompile(`error sending request|SSL|TLS|ssl`),
	},
	{
		Contains: "end of file before message length", Class: failure.UnexpectedEOF,
		Only: regexp.MustCompile(`error (sending request|decoding|reading)`),
	},
	{Contains: "at least one certificate must be provided", Class: failure.BadPEM},
	{Contains: "expected PKCS#8 PEM", Class: failure.BadPEM},
}, reqwestOwn, openSSLOwn, openSSLTexts)

// rustlsAlerts is what rustls sends, as measured with 0.23.46: bad_certificate for whatever it has no
// alert of its own for.
var rustlsAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertUnsupportedCertificate: {failure.WrongUsage, failure.InvalidCA},
	wire.AlertCertificateRevoked:     {failure.Revoked},
	wire.AlertCertificateExpired:     {failure.Expired, failure.NotYetValid},
	wire.AlertUnknownCA:              {failure.Untrusted, failure.RevocationUnknown},
	wire.AlertDecryptError:           {failure.BadSignature, failure.KeyMismatch, failure.WeakSignature, failure.WeakKey},
}
