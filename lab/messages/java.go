package messages

import (
	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var javaSource = Source{
	Name:    "java",
	Verbose: "-Djavax.net.debug=ssl:handshake",
	Marks:   []string{"java.", "javax.", "sun.security."},
	Rules:   javaRules,
	Alerts:  javaAlerts,
	Voices: []Voice{{
		Marks: []string{
			"javax.net.ssl.", "java.net.", "java.io.", "java.nio.", "sun.security.", "java.security.",
			"javax.crypto.", "PKIX path", "SSLHandshakeException", "trustAnchors parameter",
			"Keystore was tampered with", "Certificate for <",
		},
		Sources: []string{"java", "okhttp"},
	}},
	Switches:   javaSwitches,
	Commands:   lazyregexp.New(`^java$|\.(jar|java)$`),
	Causes:     javaCauses,
	TrustStore: javaTrustStore,
}

// javaTrustStore is also the command for sources that are built on Java.
const javaTrustStore = `keytool -list -cacerts -storepass changeit`

// javaCauses are the causes of findings in clients written in Java.
var javaCauses = map[string][]string{
	"verification-off":   {"a TrustManager whose checkServerTrusted does nothing"},
	"names-unchecked":    {"a HostnameVerifier that returns true", "no endpointIdentificationAlgorithm"},
	"names-half-checked": {"a custom HostnameVerifier"},
}

// javaSwitches are also the switches of sources that are built on Java.
var javaSwitches = Switches{
	All:  []string{"a trust-all X509TrustManager"},
	Host: []string{"a HostnameVerifier that returns true"},
	Weak: []string{"jdk.tls.disabledAlgorithms="},
}

// javaRules are the texts of the JDK's TLS (JSSE) and of its path validation (the PKIX algorithm of the SUN provider),
// followed by those of their causes. In JDK 25, but not in 17, some begin with the alert that was sent.
var javaRules = []Rule{
	{Contains: "CertificateExpiredException: NotAfter", Class: failure.Expired},
	{Contains: "CertificateNotYetValidException: NotBefore", Class: failure.NotYetValid},
	{Contains: "No subject alternative DNS name matching", Class: failure.HostnameMismatch},
	{Contains: "No subject alternative names matching IP address", Class: failure.HostnameMismatch},
	{Contains: "No subject alternative names present", Class: failure.HostnameMismatch},
	{Contains: "unable to find valid certification path to requested target", Class: failure.Untrusted},
	{Contains: "Path does not chain with any of the trust anchors", Class: failure.Untrusted},
	{Contains: "signature check failed", Class: failure.BadSignature, Only: lazyregexp.New(`CertPath|PKIX`)},
	{Contains: "keyCertSign bit is not set", Class: failure.InvalidCA},
	{Contains: "this is not a CA certificate", Class: failure.InvalidCA},
	{Contains: "name constraints check failed", Class: failure.NameConstraint},
	{Contains: "unrecognized critical extension", Class: failure.CriticalExtension},
	{Contains: "Extended key usage does not permit", Class: failure.WrongUsage},
	{Contains: "KeyUsage does not allow digital signatures", Class: failure.WrongUsage},
	{Contains: "Algorithm constraints check failed", Class: failure.WeakSignature},
	{Contains: "Invalid CertificateVerify signature", Class: failure.KeyMismatch},
	{Contains: "Curve not supported", Class: failure.WeakKey},
	{Contains: "Certificate has been revoked", Class: failure.Revoked, Only: lazyregexp.New(`CertPath|PKIX`)},
	{Contains: "revocation status is unknown", Class: failure.RevocationUnknown},
	{Contains: "Unable to determine revocation status due to network error", Class: failure.RevocationUnknown},
	{Contains: "Response is unreliable: its validity interval is out-of-date", Class: failure.RevocationUnknown},
	{Contains: "Error verifying OCSP Response's signature", Class: failure.RevocationUnknown},
	{Contains: "OCSP response does not include a response for a certificate", Class: failure.RevocationUnknown},
	{Contains: "certificate not valid for signing OCSP responses", Class: failure.RevocationUnknown},
	{Contains: "Responder's certificate is not authorized to sign OCSP responses", Class: failure.RevocationUnknown},
	// about CRLs that cannot be used
	{Contains: "Could not determine revocation status", Class: failure.RevocationUnknown},
	{Contains: "OCSP response error", Class: failure.RevocationUnknown},
	{
		Contains: "not enough content", Class: failure.RevocationUnknown,
		Only: lazyregexp.New(`javax\.net\.ssl`),
	}, // in the message that carries a staple
	{Contains: "Certificate does not specify OCSP responder", Class: failure.RevocationUnknown},

	{Contains: "fatal alert: certificate_required", Class: failure.ClientCertificateRequired},
	{Contains: "fatal alert: certificate_expired", Class: failure.ClientCertificateRejected},
	{Contains: "fatal alert: bad_certificate", Class: failure.ClientCertificateRejected},
	{Contains: "fatal alert: unknown_ca", Class: failure.ClientCertificateRejected},
	{Contains: "fatal alert: decrypt_error", Class: failure.ClientCertificateRejected},
	{Contains: "fatal alert: handshake_failure", Class: failure.HandshakeFailure},
	{Contains: "fatal alert: protocol_version", Class: failure.ProtocolVersion},
	{Contains: "fatal alert: internal_error", Class: failure.InternalError},
	{Contains: "fatal alert: unrecognized_name", Class: failure.UnrecognizedName},
	{Contains: "fatal alert: no_application_protocol", Class: failure.NoApplicationProtocol},
	{Contains: "Server selected improper ciphersuite", Class: failure.NoSharedCipher},
	{Contains: "trustAnchors parameter must be non-empty", Class: failure.Untrusted},
	{Contains: "No certificate data found", Class: failure.BadPEM},
	{Contains: "has no PRIVATE KEY", Class: failure.BadPEM},
	{
		Contains: "BadPaddingException", Class: failure.BadPassphrase,
		Only: lazyregexp.New(`PKCS8|InvalidKeySpec|PrivateKey`),
	},
	{Contains: "NoSuchFileException", Class: failure.MissingFile, Only: file},
	{Contains: "UnknownHostException", Class: failure.NameResolution},
	{Contains: "UnresolvedAddressException", Class: failure.NameResolution},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "ConnectException <- java.nio.channels.ClosedChannelException", Class: failure.ConnectionRefused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "nrecognized SSL message", Class: failure.NotTLS},
	{Contains: "Bad input record size", Class: failure.CorruptRecord},
	{Contains: "Input record too big", Class: failure.CorruptRecord},
	{
		Contains: "Connection reset", Class: failure.ConnectionReset,
		Only: lazyregexp.New(`java\.net\.SocketException: Connection reset`),
	},
	{Contains: "Remote host terminated the handshake", Class: failure.UnexpectedEOF},
	{Contains: "EOF reached while reading", Class: failure.UnexpectedEOF, Only: lazyregexp.New(`java\.io\.`)},
	{
		Contains: "Premature EOF", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`https://|HttpsURLConnection|javax\.net\.ssl`),
	},
	// HttpsURLConnection may find its connection closed before it has read the alert.
	{
		Contains: "Error writing to server", Class: Untold, tells: broke,
		Only: lazyregexp.New(`HttpsURLConnection|https://|ssl`),
	},
	{
		Contains: "Broken pipe", Class: Untold, tells: broke,
		Only: lazyregexp.New(`javax\.net\.ssl|SSLSocket|https://`),
	},
}

// javaAlerts is what JSSE of JDK 25 sends, as far as it means anything: JDK 17 always sends certificate_unknown (46),
// and 25 still does for most faults.
var javaAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertBadCertificate:               {failure.BadSignature, failure.NotYetValid},
	wire.AlertUnsupportedCertificate:       {failure.WeakSignature},
	wire.AlertCertificateRevoked:           {failure.Revoked},
	wire.AlertCertificateExpired:           {failure.Expired},
	wire.AlertBadCertificateStatusResponse: {failure.Revoked, failure.RevocationUnknown},
}
