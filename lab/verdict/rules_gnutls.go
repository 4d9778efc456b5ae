package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// gnuTLSTexts are GnuTLS's own texts of what breaks a handshake (gnutls_strerror).
var gnuTLSTexts = []Rule{
	{"Public key signature verification has failed", failure.KeyMismatch},
	{"alert [40]", failure.HandshakeFailure},
	{"alert [42]", failure.ClientCertificateRejected},
	{"alert [45]", failure.ClientCertificateRejected},
	{"alert [48]", failure.ClientCertificateRejected},
	{"alert [80]", failure.InternalError},
	{"alert [112]", failure.UnrecognizedName},
	{"unsupported version was received", failure.ProtocolVersion},
	{"An unexpected TLS packet was received", failure.NotTLS},
	{"record packet with invalid length", failure.CorruptRecord},
	{"Error decoding the received TLS packet", failure.CorruptRecord},
	{"Error in the pull function", failure.ConnectionReset}, // of the socket, whatever it said
	{"non-properly terminated", failure.UnexpectedEOF},
	{"onnection refused", failure.ConnectionRefused},
}

// gnutlsRules are the texts of a certificate's status (gnutls_certificate_verification_status_print).
// One text stands for path lengths, name constraints and key usages of CAs.
var gnutlsRules = slices.Concat([]Rule{
	{"uses expired certificate", failure.Expired},
	{"uses not yet valid certificate", failure.NotYetValid},
	{"name in the certificate does not match", failure.HostnameMismatch},
	{"issuer is unknown", failure.Untrusted},
	{"issuer is not a CA", failure.InvalidCA}, // violates its signer's constraints as well
	{"violates the signer's constraints", failure.NameConstraint},
	{"signature in the certificate is invalid", failure.BadSignature},
	{"uses insecure algorithm", failure.WeakSignature},
	{"does not match the intended purpose", failure.WrongUsage},
	{"unknown critical extension", failure.CriticalExtension},
	{"Key usage violation in certificate", failure.WrongUsage},
	{"Error in the CRL verification", failure.RevocationUnknown},
	{"certificate chain is revoked", failure.Revoked},
	{"OCSP status is missing", failure.StapleMissing},
	{"OCSP status response is invalid", failure.RevocationUnknown},
	{"revocation or OCSP data are old", failure.RevocationUnknown},
}, gnuTLSTexts, []Rule{
	{"A TLS fatal alert has been received", Untold}, // under TLS 1.3, after the handshake
	{"Decryption has failed", failure.BadPassphrase},
	{"Error while reading file", failure.MissingFile},
	{"No certificate was found", failure.BadPEM},
	{"option requires the x509keyfile", failure.ClientMisconfigured},
	{"Cannot resolve", failure.NameResolution},
	{"tlslab ended the client", failure.Timeout}, // gnutls-cli has no time limit
})

// wgetRules are Wget's texts of the same: it has them for a few causes, and says of the others
// that the certificate is not trusted.
var wgetRules = slices.Concat([]Rule{
	{"(-64)", failure.MissingFile}, // GNUTLS_E_FILE_ERROR
	{"has expired", failure.Expired},
	{"is not yet activated", failure.NotYetValid},
	{"owner does not match hostname", failure.HostnameMismatch},
	{"doesn't have a known issuer", failure.Untrusted},
	{"was not a CA", failure.InvalidCA},
	{"was signed using an insecure algorithm", failure.WeakSignature},
	{"has been revoked", failure.Revoked},
}, gnuTLSTexts, []Rule{
	{"is not trusted", failure.Untrusted},
	// What it says of any alert after the handshake: which of the two hangs on whether the alert comes before
	// Wget has stopped waiting for session tickets, for 61 ms, and sends its request.
	{"session has been invalidated", Untold},
	{"A TLS fatal alert has been received", Untold},
	{"Connection timed out", failure.Timeout},
	{"unable to resolve host address", failure.NameResolution},
	// Alone: for all but its own time limit GnuTLS's reason stands before it.
	{"Unable to establish SSL connection", failure.Timeout},
})
