package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var cryptographySource = Source{
	Name:  "cryptography",
	Rules: cryptographyRules,
	Voices: []Voice{{
		Marks: []string{"cryptography.hazmat", "cryptography.x509"},
	}},
	Switches: Switches{
		All:  []string{"verify_mode = ssl.CERT_NONE"},
		Host: pythonSwitches.Host,
		Weak: pythonSwitches.Weak,
	},
	TrustStore: pythonTrustStore,
}

// verifierRules are the texts of cryptography's verifier, x509.verification.
var verifierRules = []Rule{
	// or not yet valid: it does not say which
	{Contains: "cert is not valid at validation time", Class: failure.Expired},
	{Contains: "no matching subjectAltName", Class: failure.HostnameMismatch},
	{Contains: "has no subjectAltName", Class: failure.HostnameMismatch},
	{Contains: "no permitted name constraints matched", Class: failure.NameConstraint},
	{Contains: "all candidates exhausted with no interior errors", Class: failure.Untrusted},
	// it loops at a root that it does not trust
	{Contains: "chain construction exceeds max depth", Class: failure.Untrusted},
	{
		Contains: "signature does not match", Class: failure.BadSignature,
		Only: lazyregexp.New(`x509|VerificationError`),
	},
	{Contains: "basicConstraints.cA must be asserted", Class: failure.InvalidCA},
	{Contains: "CA certificate has no basicConstraints", Class: failure.InvalidCA},
	{Contains: "keyUsage.keyCertSign must be asserted", Class: failure.InvalidCA},
	{Contains: "certificate must be an X509v3 certificate", Class: failure.InvalidCA},
	{Contains: "path length constraint violated", Class: failure.PathLength},
	{Contains: "required EKU not found", Class: failure.WrongUsage},
	{Contains: "Neither EKU nor anyEKU could be found", Class: failure.WrongUsage},
	{Contains: "unaccounted-for critical extensions", Class: failure.CriticalExtension},
	{Contains: "Certificate is missing required extension", Class: failure.StrictRFC5280},
	{Contains: "extension has incorrect criticality", Class: failure.StrictRFC5280},
	{Contains: "RSA key is too weak", Class: failure.WeakKey},
	{Contains: "Forbidden signature algorithm", Class: failure.WeakSignature},
	{Contains: "Unable to load PEM file", Class: failure.BadPEM},
}

// cryptographyRules are the verifier's texts, and those of the ssl module, which gets it the chain.
var cryptographyRules = slices.Concat(verifierRules, []Rule{
	{Contains: "IncompleteRead", Class: failure.UnexpectedEOF, Only: cutAnswer},
}, sslModule, openSSLOwn, openSSLTexts)
