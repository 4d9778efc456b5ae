// Package failure names the reasons why a TLS client refuses a server.
//
// A [Class] is one name with one meaning and one fix that hold across client stacks, whatever words each of
// them uses. lab/messages and lab/verdict map the stacks' own messages to classes.
package failure

import "slices"

// Class is the reason for a rejection, in kebab-case. The zero value means that the reason is unknown.
type Class string

// Classes of certificate failures: what RFC 5280 path validation, RFC 9525 name
// matching and revocation checking can object to.
const (
	Expired           Class = "expired"
	NotYetValid       Class = "not-yet-valid"
	HostnameMismatch  Class = "hostname-mismatch"
	Untrusted         Class = "untrusted"
	SelfSigned        Class = "self-signed"
	BadSignature      Class = "bad-signature"
	WrongUsage        Class = "wrong-usage"
	InvalidCA         Class = "invalid-ca"
	PathLength        Class = "path-length"
	NameConstraint    Class = "name-constraint"
	CriticalExtension Class = "critical-extension"
	Malformed         Class = "malformed"
	StrictRFC5280     Class = "strict-rfc5280"
	WeakKey           Class = "weak-key"
	WeakSignature     Class = "weak-signature"
	KeyMismatch       Class = "key-mismatch"
	Revoked           Class = "revoked"
	RevocationUnknown Class = "revocation-unknown"
	StapleMissing     Class = "staple-missing"
)

// Classes of handshake failures: client and server cannot agree on parameters.
const (
	ProtocolVersion           Class = "protocol-version"
	NoSharedCipher            Class = "no-shared-cipher"
	NoSharedGroup             Class = "no-shared-group"
	HandshakeFailure          Class = "handshake-failure"
	NoApplicationProtocol     Class = "no-application-protocol"
	UnrecognizedName          Class = "unrecognized-name"
	ClientCertificateRequired Class = "client-certificate-required"
	ClientCertificateRejected Class = "client-certificate-rejected"
	LegacyRenegotiation       Class = "legacy-renegotiation"
	WeakDH                    Class = "weak-dh"
	InternalError             Class = "internal-error"
)

// Classes of wire failures: the connection below TLS is broken.
const (
	NotTLS            Class = "not-tls"
	CorruptRecord     Class = "corrupt-record"
	UnexpectedEOF     Class = "unexpected-eof"
	ConnectionReset   Class = "connection-reset"
	ConnectionRefused Class = "connection-refused"
	Timeout           Class = "timeout"
	NameResolution    Class = "name-resolution"
)

// Classes of failures in the client's own configuration.
const (
	BadPEM              Class = "bad-pem"
	BadPassphrase       Class = "bad-passphrase"
	MissingFile         Class = "missing-file"
	ClientMisconfigured Class = "client-misconfigured"
)

// Info says what a class means and how to fix it.
type Info struct {
	Class   Class  `json:"class"`
	Group   string `json:"group"`   // certificate, handshake, wire or client
	Meaning string `json:"meaning"` // one sentence
	Fix     string `json:"fix"`     // one sentence: the proper fix, never a way to bypass the check
	// Client is one sentence for authors of clients: what a client must do to refuse for this reason.
	Client string `json:"client"`
}

// All returns every class, ordered by group. The caller may change the result.
func All() []Info { return slices.Clone(infos) }

// Lookup returns the meaning and fix of a class, and false if the class does not exist.
func Lookup(c Class) (Info, bool) {
	i := slices.IndexFunc(infos, func(i Info) bool { return i.Class == c })
	if i < 0 {
		return Info{}, false
	}
	return infos[i], true
}

var infos = []Info{
	{Expired, "certificate", "A certificate on the path is past its notAfter date.", "Renew it, have the server load the new one, and watch expiry dates.",
		"Compare notAfter of every certificate on the path with the clock, the leaf's first."},
	{NotYetValid, "certificate", "A certificate on the path has a notBefore date that is still to come.", "Set the client's clock right, or issue the certificate with an earlier notBefore.",
		"Compare notBefore of every certificate on the path with the clock, and say which clock."},
	{HostnameMismatch, "certificate", "The name or address that the client asked for is not among the leaf's subject alternative names.", "Issue the leaf with the name that clients use, or use the name that it has.",
		"Give the verifier the name or address that was asked for; match names against DNS-type and addresses against IP-type alternative names, and nothing else (RFC 9525)."},
	{Untrusted, "certificate", "No path leads from the leaf to a trust anchor that the client holds.", "Send every intermediate, and give the client the right root.",
		"Build the path to one of the anchors that the client was given, and to no other; refuse if there is none."},
	{SelfSigned, "certificate", "The path ends in a self-signed certificate that the client does not trust.", "Give the client that root, or issue the leaf from a CA that it trusts.",
		"Trust a self-signed certificate only if it is among the anchors that the client was given."},
	{BadSignature, "certificate", "A signature on the path, or in the handshake, does not verify.", "Send the certificates that belong together; give the client the current root.",
		"Verify every signature on the path with the key of the certificate above it, not by names or key identifiers."},
	{WrongUsage, "certificate", "Key usage or extended key usage does not allow what the certificate is used for.", "Issue the certificate with the usage that its role needs.",
		"Demand the usage that the role needs: serverAuth of the leaf and of every CA that limits its usages."},
	{InvalidCA, "certificate", "A certificate that may not act as a CA has issued another.", "Issue from a CA certificate: basicConstraints cA true and keyUsage keyCertSign.",
		"Demand cA true of whatever issued another certificate, and keyCertSign where it has a keyUsage (RFC 5280, section 6.1.4)."},
	{PathLength, "certificate", "More intermediates follow a CA than its path length constraint allows.", "Issue from a CA whose pathLenConstraint allows it.",
		"Count the intermediates below each CA against its pathLenConstraint (RFC 5280, section 6.1.4)."},
	{NameConstraint, "certificate", "A CA on the path is constrained to other names than the leaf's.", "Issue the leaf from a CA that may issue for its name.",
		"Hold the leaf's names against the name constraints of every CA above it (RFC 5280, section 4.2.1.10)."},
	{CriticalExtension, "certificate", "A certificate carries a critical extension that the client does not know.", "Issue it without that extension, or mark the extension non-critical if it can be ignored.",
		"Refuse a certificate with a critical extension that nothing here processes (RFC 5280, section 4.2)."},
	{Malformed, "certificate", "A certificate cannot be parsed, or says something that X.509 does not allow.", "Issue it anew with a correct encoder.",
		"Refuse what does not parse; never go on with the part that did."},
	{StrictRFC5280, "certificate", "A certificate breaks a rule of RFC 5280 that only strict clients enforce.", "Issue the chain anew as RFC 5280 has it: key identifiers, critical basicConstraints, key usage.",
		"Switch the library's strict checks on, as X509_V_FLAG_X509_STRICT of OpenSSL."},
	{WeakKey, "certificate", "A key is too short or of a kind that the client's policy refuses.", "Use a new key: ECDSA P-256, or RSA of at least 2,048 bits.",
		"Set a least key size: RSA of 2,048 bits, as OpenSSL's security level 2 does."},
	{WeakSignature, "certificate", "A certificate or handshake is signed with a digest that is no longer safe.", "Issue the certificate anew with SHA-256 or better.",
		"Refuse MD5 and SHA-1 in signatures on the path and in the handshake."},
	{KeyMismatch, "certificate", "The server does not hold the private key of the certificate that it sends.", "Install key and certificate from the same issuance.",
		"Verify the handshake's signature with the leaf's key, and do not go on if that fails."},
	{Revoked, "certificate", "The CA has revoked a certificate on the path.", "Replace the certificate and its key.",
		"Look the certificate up in the CRL or OCSP response that the client has, and refuse it if it is listed."},
	{RevocationUnknown, "certificate", "The revocation status is missing, stale, unreadable or not properly signed.", "Bring the CRL or OCSP service back, and serve fresh answers.",
		"Take a CRL or OCSP response only if its signature, its dates and its signer are right; decide what happens without one, and say so."},
	{StapleMissing, "certificate", "The certificate demands a stapled OCSP response and the server sent none.", "Switch stapling on, and let the server reach the responder.",
		"Ask for a staple (status_request), and demand it of certificates that carry the TLS feature extension (RFC 7633)."},
	{ProtocolVersion, "handshake", "Client and server have no TLS version in common.", "Bring the older side up to TLS 1.2 or 1.3.",
		"Offer TLS 1.2 and 1.3 and nothing older."},
	{NoSharedCipher, "handshake", "Client and server have no cipher suite in common.", "Enable suites with forward secrecy and AEAD on the older side.",
		"Offer suites with forward secrecy and AEAD alone, and refuse a server that chooses another."},
	{NoSharedGroup, "handshake", "Client and server have no key exchange group in common.", "Enable X25519 or P-256 on both sides.",
		"Offer X25519 and P-256 at least."},
	{HandshakeFailure, "handshake", "The peer sent alert 40, handshake_failure, which does not tell the cause.", "Read the peer's log: cipher suites, groups and client certificates are the usual causes.",
		"Pass the alert on as what it is: the server refused the handshake."},
	{NoApplicationProtocol, "handshake", "Client and server have no ALPN protocol in common.", "Offer a protocol that the server speaks.",
		"Say in ALPN what the client is going to speak, and pass the refusal on."},
	{UnrecognizedName, "handshake", "The server does not know the name in the client's SNI.", "Send the right server name, or configure the server for it.",
		"Send the server name in SNI, and pass its refusal on."},
	{ClientCertificateRequired, "handshake", "The server demands a client certificate and got none.", "Give the client its certificate and key.",
		"Pass the alert on; under TLS 1.3 it comes after the handshake, with the first read."},
	{ClientCertificateRejected, "handshake", "The server refused the client's certificate.", "Give the client a certificate that the server's CA issued for clientAuth and that is valid now.",
		"Pass the alert on; under TLS 1.3 it comes after the handshake, with the first read."},
	{LegacyRenegotiation, "handshake", "The server does not support secure renegotiation (RFC 5746).", "Upgrade the server.",
		"Refuse servers without renegotiation_info (RFC 5746, section 4.1)."},
	{WeakDH, "handshake", "The server's Diffie-Hellman group is too small.", "Use ECDHE, or a group of at least 2,048 bits.",
		"Refuse Diffie-Hellman groups below 2,048 bits, or offer none."},
	{InternalError, "handshake", "The peer sent alert 80, internal_error.", "Read the peer's log; a hosted service may mean that the client's address is not allowed.",
		"Pass the alert on as what it is: the server failed, not the client."},
	{NotTLS, "wire", "What answers on the port does not speak TLS.", "Use the right port, or let TLS end at the right hop.",
		"Say that what answered is not TLS."},
	{CorruptRecord, "wire", "A TLS record is malformed.", "Look for what alters the bytes on the way, or replace the peer.",
		"End the connection at a record that is too long or makes no sense, and say so."},
	{UnexpectedEOF, "wire", "The connection was closed in the middle.", "Read the peer's log; look for a middlebox or a time limit.",
		"Take an end without close_notify, or before the announced length, for an error and not for the end of the answer."},
	{ConnectionReset, "wire", "The connection was reset.", "Read the peer's log; look for a firewall or a crashed process.",
		"Pass the system's error on."},
	{ConnectionRefused, "wire", "Nothing listens at that address and port.", "Start the server, or use the right address.",
		"Pass the system's error on."},
	{Timeout, "wire", "The peer did not answer within the client's time limit.", "Look for a firewall that drops packets, or a server that hangs.",
		"Set a time limit for connecting, for the handshake and for each read."},
	{NameResolution, "wire", "The host name does not resolve.", "Correct the name or its DNS record.",
		"Pass the resolver's error on."},
	{BadPEM, "client", "A file of the client's is not PEM, or not what it should hold.", "Give it PEM with the right block in it.",
		"Say which file holds no usable PEM, and do not connect without it."},
	{BadPassphrase, "client", "The passphrase does not open the client's private key.", "Give the right passphrase.",
		"Say that the passphrase is wrong, and do not connect without the key."},
	{MissingFile, "client", "A file that the client was told to read is not there.", "Correct the path.",
		"Say which file is not there, and do not connect without it."},
	{ClientMisconfigured, "client", "The client cannot work as it is set up.", "Read its message: the fault is on the client's side.",
		"Check the client's own files before connecting, and say what does not fit."},
}
