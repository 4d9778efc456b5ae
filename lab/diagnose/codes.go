package diagnose

import (
	"slices"

	"example.com/tlslab/scenarios/failure"
)

// Severity says how harmful a finding is.
type Severity string

// The severities, the worst first.
const (
	// Failure means that a client with its default settings refuses this, or cannot connect.
	Failure Severity = "failure"
	// Warning means that some clients refuse it, or will soon.
	Warning Severity = "warning"
	// Note means that nothing is wrong, but that it is worth knowing.
	Note Severity = "note"
	// hidden marks are no findings. They only help to name the row of the catalogue.
	hidden Severity = ""
)

// Severities returns the severities, the worst first.
func Severities() []Severity { return []Severity{Failure, Warning, Note} }

// code describes a kind of finding. What is said of it is in text/LANGUAGE/diagnose.txt in lab/lang.
type code struct {
	name     string
	class    failure.Class
	severity Severity
	where    string // {at} stands for the certificate: leaf, intermediate, root, client
	trust    bool   // no path is left at all, which weighs more than what is wrong with a path
}

// codeList lists all kinds of findings, the most harmful first: what prevents a connection, what leaves no path, what
// every client refuses, what some refuse. No name is ever changed or used again.
var codeList = []code{
	// below TLS
	{"unresolved", failure.NameResolution, Failure, "host", false},
	{"refused", failure.ConnectionRefused, Failure, "address", false},
	{"connect-timeout", failure.Timeout, Failure, "address", false},
	{"unreachable", failure.Timeout, Failure, "address", false},
	{"speaks-http", failure.NotTLS, Failure, "server", false},
	{"speaks-ssh", failure.NotTLS, Failure, "server", false},
	{"speaks-mysql", failure.NotTLS, Failure, "server", false},
	{"speaks-proxy", failure.NotTLS, Failure, "server", false},
	{"proxy-fails", failure.ConnectionRefused, Failure, "proxy", false},
	{"speaks-plaintext", failure.NotTLS, Failure, "server", false},
	{"starttls-refused", failure.NotTLS, Failure, "server", false},
	{"garbage", failure.NotTLS, Failure, "server", false},
	{"oversized-record", failure.CorruptRecord, Failure, "server", false},
	{"short-record", failure.UnexpectedEOF, Failure, "server", false},
	{"invalid-tls", failure.CorruptRecord, Failure, "server", false},
	{"reset-after-certificate", failure.ConnectionReset, Failure, "server", false},
	{"stalled", failure.Timeout, Failure, "server", false},
	// the handshake
	{"ssl3", failure.ProtocolVersion, Failure, "server.maxVersion", false},
	{"old-versions", failure.ProtocolVersion, Failure, "server.maxVersion", false},
	{"intolerant-version", failure.UnexpectedEOF, Failure, "server", false},
	{"intolerant-size", failure.ConnectionReset, Failure, "server", false},
	{"intolerant-hello", failure.UnexpectedEOF, Failure, "server", false},
	{"only-rc4", failure.NoSharedCipher, Failure, "server.cipherSuites", false},
	{"only-3des", failure.NoSharedCipher, Failure, "server.cipherSuites", false},
	{"small-dh", failure.WeakDH, Failure, "server.cipherSuites", false},
	{"no-forward-secrecy", failure.NoSharedCipher, Failure, "server.cipherSuites", false},
	{"only-post-quantum", failure.NoSharedGroup, Failure, "server.groups", false},
	{"alpn-refused", failure.NoApplicationProtocol, Failure, "server.protocols", false},
	{"address-without-sni", failure.UnrecognizedName, Failure, "server.requireSNI", false},
	{"name-refused", failure.UnrecognizedName, Failure, "server.requireSNI", false},
	{"client-certificate-missing", failure.ClientCertificateRequired, Failure, "server.clientAuth", false},
	{"client-expired", failure.ClientCertificateRejected, Failure, "client.notAfter", false},
	{"client-not-yet-valid", failure.ClientCertificateRejected, Failure, "client.notBefore", false},
	{"client-untrusted", failure.ClientCertificateRejected, Failure, "client.issuer", false},
	{"client-wrong-usage", failure.ClientCertificateRejected, Failure, "client.extKeyUsage", false},
	{"client-weak-key", failure.WeakKey, Failure, "client.key", false},
	{"client-weak-digest", failure.WeakSignature, Failure, "client.algorithm", false},
	{"client-revoked", failure.ClientCertificateRejected, Failure, "client", false},
	{"client-refused", failure.ClientCertificateRejected, Failure, "client", false},
	{"internal-error", failure.InternalError, Failure, "server", false},
	{"legacy-renegotiation", failure.LegacyRenegotiation, Failure, "server", false},
	{"no-shared-suite", failure.HandshakeFailure, Failure, "server", false},
	{"alert", failure.HandshakeFailure, Failure, "server", false},
	{"key-not-proven", failure.KeyMismatch, Failure, "chain.key", false},
	// the certificates: no path
	{"malformed", failure.Malformed, Failure, "chain.sent", true},
	{"no-certificate", failure.HandshakeFailure, Failure, "chain.sent", true},
	{"missing-intermediate", failure.Untrusted, Failure, "chain.sent", true},
	{"wrong-intermediate", failure.Untrusted, Failure, "chain.sent", true},
	{"self-signed", failure.SelfSigned, Failure, "leaf.issuer", true},
	{"root-same-name", failure.Untrusted, Failure, "{at}.issuer", true},
	{"root-sent-unknown", failure.SelfSigned, Failure, "{at}", true},
	{"root-unknown", failure.Untrusted, Failure, "{at}.issuer", true},
	{"chain-too-deep", failure.PathLength, Failure, "chain.sent", true},
	{"damaged", failure.BadSignature, Failure, "{at}.signature", true},
	{"issuer-same-name", failure.BadSignature, Failure, "{at}.signature", true},
	{"issuer-other-key", failure.BadSignature, Failure, "{at}.signature", true},
	// the certificates: a path that does not hold
	{"staple-revoked", failure.Revoked, Failure, "chain.staple", false},
	{"ocsp-revoked", failure.Revoked, Failure, "chain.responder", false},
	{"crl-revoked", failure.Revoked, Failure, "chain.crl", false},
	{"inverted-validity", failure.Expired, Failure, "{at}.notAfter", false},
	{"expired", failure.Expired, Failure, "{at}.notAfter", false},
	{"not-yet-valid", failure.NotYetValid, Failure, "{at}.notBefore", false},
	{"leaf-not-first", failure.HostnameMismatch, Failure, "chain.sent", false},
	{"name-with-nul", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"wildcard-alone", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"wildcard-bare", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"wildcard-too-deep", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"wildcard-partial", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"name-trailing-dot", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"name-mismatch", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"address-as-name", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"address-in-common-name", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"address-mismatch", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"address-not-named", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"common-name-only", failure.HostnameMismatch, Failure, "leaf.subjectAltName", false},
	{"leaf-as-ca", failure.InvalidCA, Failure, "{at}.basicConstraints", false},
	{"version-1-ca", failure.InvalidCA, Failure, "{at}.version", false},
	{"no-basic-constraints", failure.InvalidCA, Failure, "{at}.basicConstraints", false},
	{"not-a-ca", failure.InvalidCA, Failure, "{at}.basicConstraints", false},
	{"no-cert-sign", failure.InvalidCA, Failure, "{at}.keyUsage", false},
	{"path-length", failure.PathLength, Failure, "{at}.basicConstraints", false},
	{"name-constraint", failure.NameConstraint, Failure, "{at}.nameConstraints", false},
	{"unknown-critical-extension", failure.CriticalExtension, Failure, "{at}", false},
	{"no-server-auth", failure.WrongUsage, Failure, "{at}.extKeyUsage", false},
	{"broken-digest", failure.WeakSignature, Failure, "{at}.algorithm", false},
	{"weak-digest", failure.WeakSignature, Failure, "{at}.algorithm", false},
	{"weak-key", failure.WeakKey, Failure, "{at}.key", false},
	{"key-unusual", failure.NoSharedCipher, Failure, "{at}.key", false},
	{"key-unreadable", failure.WeakKey, Failure, "{at}.key", false},
	{"crl-expired", failure.RevocationUnknown, Failure, "chain.crl", false},
	{"crl-not-yet-valid", failure.RevocationUnknown, Failure, "chain.crl", false},
	{"crl-wrong-issuer", failure.RevocationUnknown, Failure, "chain.crl", false},
	{"crl-bad-signature", failure.RevocationUnknown, Failure, "chain.crl", false},
	{"staple-malformed", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"staple-expired", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"staple-wrong-signer", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"staple-unauthorized", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"staple-other-certificate", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"staple-unknown", failure.RevocationUnknown, Failure, "chain.staple", false},
	{"must-staple-missing", failure.StapleMissing, Failure, "chain.staple", false},
	{"ocsp-unknown", failure.RevocationUnknown, Failure, "chain.responder", false},
	{"ocsp-invalid", failure.RevocationUnknown, Failure, "chain.responder", false},
	{"no-digital-signature", failure.WrongUsage, Failure, "{at}.keyUsage", false},
	{"no-authority-key-id", failure.StrictRFC5280, Failure, "{at}.authorityKeyIdentifier", false},
	{"no-subject-key-id", failure.StrictRFC5280, Failure, "{at}.subjectKeyIdentifier", false},
	{"basic-constraints-not-critical", failure.StrictRFC5280, Failure, "{at}.basicConstraints", false},
	{"ca-no-key-usage", failure.StrictRFC5280, Failure, "{at}.keyUsage", false},
	{"cert-sign-without-ca", failure.StrictRFC5280, Failure, "{at}.keyUsage", false},
	{"path-length-without-ca", failure.StrictRFC5280, Failure, "{at}.basicConstraints", false},
	{"critical-key-id", failure.StrictRFC5280, Failure, "{at}", false},
	{"empty-issuer", failure.StrictRFC5280, Failure, "{at}.issuer", false},
	{"ca-empty-subject", failure.StrictRFC5280, Failure, "{at}.subject", false},
	{"san-not-critical", failure.StrictRFC5280, Failure, "{at}.subjectAltName", false},
	{"empty-san", failure.StrictRFC5280, Failure, "{at}.subjectAltName", false},
	{"algorithms-differ", failure.StrictRFC5280, Failure, "{at}.algorithm", false},
	{"serial-negative", failure.StrictRFC5280, Failure, "{at}.serialNumber", false},
	{"extensions-without-version-3", failure.StrictRFC5280, Failure, "{at}.version", false},
	{"broken-extension", failure.Malformed, Failure, "{at}", false},
	{"too-long-validity", failure.Expired, Failure, "{at}.notAfter", false},
	// after the handshake
	{"truncated-response", failure.UnexpectedEOF, Failure, "server", false},
	// without a better explanation
	{"reset", failure.ConnectionReset, Failure, "server", false},
	{"silent", failure.Timeout, Failure, "server", false},
	{"closed", failure.UnexpectedEOF, Failure, "server", false},

	{"some-addresses-fail", failure.Timeout, Warning, "address", false},
	{"expires-soon", failure.Expired, Warning, "{at}.notAfter", false},
	{"serial-zero", failure.StrictRFC5280, Warning, "{at}.serialNumber", false},
	{"serial-too-long", failure.StrictRFC5280, Warning, "{at}.serialNumber", false},
	{"chain-order", failure.Untrusted, Warning, "chain.sent", false},
	{"malformed-extra", failure.Malformed, Warning, "chain.sent", false},
	{"leaf-is-ca", failure.InvalidCA, Warning, "leaf.basicConstraints", false},
	{"key-ed25519", failure.HandshakeFailure, Warning, "{at}.key", false},
	{"only-cbc", failure.NoSharedCipher, Warning, "server.cipherSuites", false},
	{"old-versions-too", failure.ProtocolVersion, Warning, "server.minVersion", false},
	{"ocsp-unreachable", failure.RevocationUnknown, Warning, "chain.responder", false},
	{"ocsp-timeout", failure.RevocationUnknown, Warning, "chain.responder", false},
	{"ocsp-try-later", failure.RevocationUnknown, Warning, "chain.responder", false},
	{"ocsp-malformed", failure.RevocationUnknown, Warning, "chain.responder", false},
	{"crl-unreachable", failure.RevocationUnknown, Warning, "chain.crl", false},
	{"crl-unavailable", failure.RevocationUnknown, Warning, "chain.crl", false},
	{"crl-timeout", failure.RevocationUnknown, Warning, "chain.crl", false},
	{"search-cut", failure.PathLength, Warning, "chain.sent", false},

	{"long-validity", failure.Expired, Note, "{at}.notAfter", false},
	{"other-path-fails", "", Note, "chain.sent", false},
	{"root-sent", "", Note, "chain.sent", false},
	{"unrelated-certificate", "", Note, "chain.sent", false},
	{"certificate-twice", "", Note, "chain.sent", false},
	{"long-chain", "", Note, "chain.sent", false},
	{"client-certificate-required", "", Note, "server.clientAuth", false},
	{"client-certificate-requested", "", Note, "server.clientAuth", false},
	{"sni-required", "", Note, "server.requireSNI", false},
	{"other-without-sni", "", Note, "server.defaultCertificate", false},
	{"tls12-only", "", Note, "server.maxVersion", false},
	{"tls13-only", "", Note, "server.minVersion", false},
	{"hello-retry", "", Note, "server.groups", false},
	{"no-answer", "", Note, "server", false},
	{"slow", "", Note, "server", false},
	{"must-staple", "", Note, "leaf.tlsFeature", false},
	{"staple-good", "", Note, "chain.staple", false},
	{"ocsp-good", "", Note, "chain.responder", false},
	{"crl-good", "", Note, "chain.crl", false},
	{"critical-constraints", failure.CriticalExtension, Note, "root.nameConstraints", false},
	{"constraints-on-addresses", failure.NameConstraint, Note, "root.nameConstraints", false},
	{"wildcard", "", Note, "leaf.subjectAltName", false},
	{"upper-case-name", "", Note, "leaf.subjectAltName", false},
	{"many-names", "", Note, "leaf.subjectAltName", false},
	{"version-1-leaf", "", Note, "{at}.version", false},
	{"empty-subject", "", Note, "leaf.subject", false},
	{"no-common-name", "", Note, "leaf.subject", false},

	{"names-responder", "", hidden, "{at}.authorityInfoAccess", false},
	{"points-to-crl", "", hidden, "{at}.cRLDistributionPoints", false},
	{"key-rsa", "", hidden, "{at}.key", false},
	{"key-ecdsa", "", hidden, "{at}.key", false},
	{"asked-by-address", "", hidden, "host", false},
	{"unconstrained-root", "", hidden, "root.nameConstraints", false},
	{"delegated", "", hidden, "chain.staple", false},
	{"responder-delegated", "", hidden, "chain.responder", false},
	{"crl-given", "", hidden, "chain.crl", false},
	{"crl-fetched", "", hidden, "chain.crl", false},
	{"answers-tls", "", hidden, "server", false},
}

// codes are the kinds of findings by name.
var codes = func() map[string]code {
	all := map[string]code{}
	for _, c := range codeList {
		all[c.name] = c
	}
	return all
}()

// harm is a kind's place in the order of harm.
func harm(name string) int {
	return slices.IndexFunc(codeList, func(c code) bool { return c.name == name })
}
