package messages

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

var gnutlsCliSource = Source{
	Name:    "gnutls-cli",
	Verbose: "gnutls-cli -d 5",
	Rules:   gnutlsRules,
	Voices: []Voice{{
		Marks: []string{"gnutls-cli", "*** Fatal error: ", "The certificate is NOT trusted", "*** PKI verification"},
	}, {
		Marks:   []string{"GnuTLS", "gnutls"},
		Sources: []string{"gnutls-cli", "wget"},
	}},
	Switches: Switches{
		All:  []string{"--insecure"},
		Host: []string{"--no-ca-verification"},
		Weak: []string{"--priority LEGACY"},
	},
}

// gnuTLSTexts are GnuTLS's own texts for what breaks a handshake (gnutls_strerror).
var gnuTLSTexts = []Rule{
	{Contains: "Public key signature verification has failed", Class: failure.KeyMismatch},
	{Contains: "alert [40]", Class: failure.HandshakeFailure},
	{Contains: "alert [42]", Class: failure.ClientCertificateRejected},
	{Contains: "alert [45]", Class: failure.ClientCertificateRejected},
	{Contains: "alert [48]", Class: failure.ClientCertificateRejected},
	{Contains: "alert [80]", Class: failure.InternalError},
	{Contains: "alert [112]", Class: failure.UnrecognizedName},
	{Contains: "unsupported version was received", Class: failure.ProtocolVersion},
	{Contains: "An unexpected TLS packet was received", Class: failure.NotTLS},
	{Contains: "record packet with invalid length", Class: failure.CorruptRecord},
	{Contains: "Error decoding the received TLS packet", Class: failure.CorruptRecord},
	// an error of the socket, whichever it was
	{Contains: "Error in the pull function", Class: failure.ConnectionReset},
	{Contains: "non-properly terminated", Class: failure.UnexpectedEOF},
	{Contains: "onnection refused", Class: failure.ConnectionRefused, Only: refused},
}

// gnutlsRules are the texts for a certificate's status (gnutls_certificate_verification_status_print). Path lengths,
// name constraints and key usages of CAs share one text.
var gnutlsRules = slices.Concat([]Rule{
	{Contains: "uses expired certificate", Class: failure.Expired},
	{Contains: "uses not yet valid certificate", Class: failure.NotYetValid},
	{Contains: "name in the certificate does not match", Class: failure.HostnameMismatch},
	{Contains: "issuer is unknown", Class: failure.Untrusted},
	{Contains: "issuer is not a CA", Class: failure.InvalidCA}, // it also violates its signer's constraints
	{Contains: "violates the signer's constraints", Class: failure.NameConstraint},
	{Contains: "signature in the certificate is invalid", Class: failure.BadSignature},
	{Contains: "uses insecure algorithm", Class: failure.WeakSignature},
	{Contains: "does not match the intended purpose", Class: failure.WrongUsage},
	{Contains: "unknown critical extension", Class: failure.CriticalExtension},
	{Contains: "Key usage violation in certificate", Class: failure.WrongUsage},
	{Contains: "Error in the CRL verification", Class: failure.RevocationUnknown},
	{Contains: "certificate chain is revoked", Class: failure.Revoked},
	{Contains: "OCSP status is missing", Class: failure.StapleMissing},
	{Contains: "OCSP status response is invalid", Class: failure.RevocationUnknown},
	{Contains: "revocation or OCSP data are old", Class: failure.RevocationUnknown},
}, gnuTLSTexts, []Rule{
	{Contains: "A TLS fatal alert has been received", Class: Untold}, // under TLS 1.3, after the handshake
	{Contains: "Decryption has failed", Class: failure.BadPassphrase},
	{Contains: "Error while reading file", Class: failure.MissingFile},
	{Contains: "No certificate was found", Class: failure.BadPEM},
	{Contains: "option requires the x509keyfile", Class: failure.ClientMisconfigured},
	{Contains: "Cannot resolve", Class: failure.NameResolution},
	{Contains: "tlslab ended the client", Class: failure.Timeout}, // gnutls-cli has no time limit
})
