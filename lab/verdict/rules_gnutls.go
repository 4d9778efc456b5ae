package verdict

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// gnuTLSTexts are GnuTLS's own texts of what breaks a handshake (gnutls_strerror).
var gnuTLSTexts = []Rule{
	{"Public key signature verification has failed", failure.KeyMismatch},
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
}, gnuTLSTexts)

// wgetRules are Wget's texts of the same: it has them for a few causes, and says of the others
// that the certificate is not trusted.
var wgetRules = slices.Concat([]Rule{
	{"has expired", failure.Expired},
	{"is not yet activated", failure.NotYetValid},
	{"owner does not match hostname", failure.HostnameMismatch},
	{"doesn't have a known issuer", failure.Untrusted},
	{"was not a CA", failure.InvalidCA},
	{"was signed using an insecure algorithm", failure.WeakSignature},
	{"has been revoked", failure.Revoked},
}, gnuTLSTexts, []Rule{
	{"is not trusted", failure.Untrusted},
})
