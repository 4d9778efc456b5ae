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
	{
		Class: Expired, Group: "certificate",
		Meaning: "A certificate on the path is past its notAfter date.",
		Fix:     "Renew it, have the server load the new one, and monitor expiry dates.",
		Client:  "Compare notAfter of every certificate on the path with the clock, the leaf's first.",
	},
	{
		Class: NotYetValid, Group: "certificate",
		Meaning: "A certificate on the path has a notBefore date in the future.",
		Fix:     "Correct the client's clock, or issue the certificate with an earlier notBefore.",
		Client: "Compare notBefore of every certificate on the path with the clock, and say what time the " +
			"clock shows.",
	},
	{
		Class: HostnameMismatch, Group: "certificate",
		Meaning: "The name or address that the client asked for is not among the leaf's subject alternative names.",
		Fix:     "Issue the leaf for the name that clients use, or connect to the name that it has.",
		Client: "Give the verifier the name or address that was asked for; match names against DNS-type and " +
			"addresses against IP-type alternative names, and nothing else (RFC 9525).",
	},
	{
		Class: Untrusted, Group: "certificate",
		Meaning: "No path leads from the leaf to a trust anchor that the client holds.",
		Fix:     "Send every intermediate, and give the client the right root.",
		Client: "Build a path to one of the trust anchors that the client was given, and to no other; refuse if " +
			"there is no such path.",
	},
	{
		Class: SelfSigned, Group: "certificate",
		Meaning: "The path ends in a self-signed certificate that the client does not trust.",
		Fix:     "Give the client that root, or issue the leaf from a CA that it trusts.",
		Client:  "Trust a self-signed certificate only if it is one of the trust anchors that the client was given.",
	},
	{
		Class: BadSignature, Group: "certificate",
		Meaning: "A signature on the path or in the handshake does not verify.",
		Fix:     "Send certificates that belong together; give the client the current root.",
		Client: "Verify every signature on the path with the key of the certificate above it; names and key " +
			"identifiers prove nothing.",
	},
	{
		Class: WrongUsage, Group: "certificate",
		Meaning: "The key usage or extended key usage does not allow what the certificate is used for.",
		Fix:     "Issue the certificate with the usage that its role needs.",
		Client: "Require the usage that the role needs: serverAuth in the leaf, and in every CA that limits its " +
			"usages.",
	},
	{
		Class: InvalidCA, Group: "certificate",
		Meaning: "A certificate that may not act as a CA has issued another.",
		Fix:     "Issue from a CA certificate: basicConstraints cA true and keyUsage keyCertSign.",
		Client: "Require cA true in every certificate that issued another, and keyCertSign if it has a keyUsage " +
			"(RFC 5280, section 6.1.4).",
	},
	{
		Class: PathLength, Group: "certificate",
		Meaning: "More intermediates follow a CA than its path length constraint allows.",
		Fix:     "Issue from a CA whose pathLenConstraint allows it.",
		Client:  "Count the intermediates below each CA against its pathLenConstraint (RFC 5280, section 6.1.4).",
	},
	{
		Class: NameConstraint, Group: "certificate",
		Meaning: "The name constraints of a CA on the path do not allow the leaf's name.",
		Fix:     "Issue the leaf from a CA that may issue for its name.",
		Client: "Check the leaf's names against the name constraints of every CA above it (RFC 5280, section " +
			"4.2.1.10).",
	},
	{
		Class: CriticalExtension, Group: "certificate",
		Meaning: "A certificate has a critical extension that the client does not support.",
		Fix:     "Issue it without that extension, or mark the extension non-critical if it can be ignored.",
		Client: "Refuse a certificate with a critical extension that the client does not process (RFC 5280, " +
			"section 4.2).",
	},
	{
		Class: Malformed, Group: "certificate",
		Meaning: "A certificate cannot be parsed, or contains something that X.509 does not allow.",
		Fix:     "Reissue it with a correct encoder.",
		Client:  "Refuse a certificate that does not parse; never continue with the part that did.",
	},
	{
		Class: StrictRFC5280, Group: "certificate",
		Meaning: "A certificate breaks a rule of RFC 5280 that only strict clients enforce.",
		Fix:     "Reissue the chain as RFC 5280 requires: key identifiers, critical basicConstraints, key usage.",
		Client:  "Enable the library's strict checks, such as OpenSSL's X509_V_FLAG_X509_STRICT.",
	},
	{
		Class: WeakKey, Group: "certificate",
		Meaning: "A key is too short, or of a type that the client's policy refuses.",
		Fix:     "Use a new key: ECDSA P-256, or RSA of at least 2,048 bits.",
		Client:  "Set a minimum key size: 2,048 bits for RSA, as OpenSSL's security level 2 does.",
	},
	{
		Class: WeakSignature, Group: "certificate",
		Meaning: "A certificate or handshake is signed with a digest that is no longer secure.",
		Fix:     "Reissue the certificate with SHA-256 or better.",
		Client:  "Refuse MD5 and SHA-1 in signatures on the path and in the handshake.",
	},
	{
		Class: KeyMismatch, Group: "certificate",
		Meaning: "The server does not hold the private key of the certificate that it sends.",
		Fix:     "Install the key and the certificate that belong together.",
		Client:  "Verify the handshake's signature with the leaf's key, and do not continue if that fails.",
	},
	{
		Class: Revoked, Group: "certificate",
		Meaning: "The CA has revoked a certificate on the path.",
		Fix:     "Replace the certificate and its key.",
		Client: "Look the certificate up in the CRL or OCSP response that the client has, and refuse it if it is " +
			"listed.",
	},
	{
		Class: RevocationUnknown, Group: "certificate",
		Meaning: "The revocation status is missing, stale, unreadable or not properly signed.",
		Fix:     "Restore the CRL or OCSP service, and have it publish current CRLs and responses.",
		Client: "Use a CRL or OCSP response only if its signature, dates and signer are right; decide what to do " +
			"without one, and document it.",
	},
	{
		Class: StapleMissing, Group: "certificate",
		Meaning: "The certificate requires a stapled OCSP response, and the server sent none.",
		Fix:     "Enable stapling, and let the server reach the responder.",
		Client: "Request a staple (status_request), and require one for certificates with the TLS feature extension " +
			"(RFC 7633).",
	},
	{
		Class: ProtocolVersion, Group: "handshake",
		Meaning: "Client and server have no TLS version in common.",
		Fix:     "Upgrade the older side to TLS 1.2 or 1.3.",
		Client:  "Offer TLS 1.2 and 1.3 and nothing older.",
	},
	{
		Class: NoSharedCipher, Group: "handshake",
		Meaning: "Client and server have no cipher suite in common.",
		Fix:     "Enable suites with forward secrecy and AEAD on the older side.",
		Client:  "Offer only suites with forward secrecy and AEAD, and refuse a server that chooses another.",
	},
	{
		Class: NoSharedGroup, Group: "handshake",
		Meaning: "Client and server have no key exchange group in common.",
		Fix:     "Enable X25519 or P-256 on both sides.",
		Client:  "Offer X25519 and P-256 at least.",
	},
	{
		Class: HandshakeFailure, Group: "handshake",
		Meaning: "The peer sent alert 40, handshake_failure, which does not say why.",
		Fix:     "Read the peer's log: cipher suites, groups and client certificates are the usual causes.",
		Client:  "Report the alert for what it is: the server refused the handshake.",
	},
	{
		Class: NoApplicationProtocol, Group: "handshake",
		Meaning: "Client and server have no ALPN protocol in common.",
		Fix:     "Offer a protocol that the server supports.",
		Client:  "Offer in ALPN the protocol that the client will use, and report the refusal.",
	},
	{
		Class: UnrecognizedName, Group: "handshake",
		Meaning: "The server does not know the name in the client's SNI.",
		Fix:     "Send the right server name, or configure the server for it.",
		Client:  "Send the server's name in SNI, and report the refusal.",
	},
	{
		Class: ClientCertificateRequired, Group: "handshake",
		Meaning: "The server requires a client certificate and got none.",
		Fix:     "Give the client its certificate and key.",
		Client:  "Report the alert; under TLS 1.3 it arrives after the handshake, with the first read.",
	},
	{
		Class: ClientCertificateRejected, Group: "handshake",
		Meaning: "The server refused the client's certificate.",
		Fix:     "Give the client a certificate that the server's CA issued for clientAuth and that is valid now.",
		Client:  "Report the alert; under TLS 1.3 it arrives after the handshake, with the first read.",
	},
	{
		Class: LegacyRenegotiation, Group: "handshake",
		Meaning: "The server does not support secure renegotiation (RFC 5746).",
		Fix:     "Upgrade the server.",
		Client:  "Refuse servers without renegotiation_info (RFC 5746, section 4.1).",
	},
	{
		Class: WeakDH, Group: "handshake",
		Meaning: "The server's Diffie-Hellman group is too small.",
		Fix:     "Use ECDHE, or a group of at least 2,048 bits.",
		Client:  "Refuse Diffie-Hellman groups below 2,048 bits, or offer none.",
	},
	{
		Class: InternalError, Group: "handshake",
		Meaning: "The peer sent alert 80, internal_error.",
		Fix:     "Read the peer's log; a hosted service may mean that the client's address is not allowed.",
		Client:  "Report the alert for what it is: the server failed, not the client.",
	},
	{
		Class: NotTLS, Group: "wire",
		Meaning: "Whatever answers on the port does not speak TLS.",
		Fix:     "Use the right port, or terminate TLS at the right hop.",
		Client:  "Say that the answer is not TLS.",
	},
	{
		Class: CorruptRecord, Group: "wire",
		Meaning: "A TLS record is malformed.",
		Fix:     "Find out what alters the bytes in transit, or replace the peer.",
		Client:  "Close the connection on a record that is too long or malformed, and say so.",
	},
	{
		Class: UnexpectedEOF, Group: "wire",
		Meaning: "The connection was closed in the middle of a handshake or response.",
		Fix:     "Read the peer's log; look for a middlebox or a timeout.",
		Client: "Treat an end without close_notify, or before the announced length, as an error, not as the end of " +
			"the response.",
	},
	{
		Class: ConnectionReset, Group: "wire",
		Meaning: "The connection was reset.",
		Fix:     "Read the peer's log; look for a firewall or a crashed process.",
		Client:  "Report the system's error.",
	},
	{
		Class: ConnectionRefused, Group: "wire",
		Meaning: "Nothing listens at that address and port.",
		Fix:     "Start the server, or use the right address.",
		Client:  "Report the system's error.",
	},
	{
		Class: Timeout, Group: "wire",
		Meaning: "The peer did not answer within the client's timeout.",
		Fix:     "Look for a firewall that drops packets, or a server that hangs.",
		Client:  "Set a time limit for connecting, for the handshake and for each read.",
	},
	{
		Class: NameResolution, Group: "wire",
		Meaning: "The host name does not resolve.",
		Fix:     "Correct the name or its DNS record.",
		Client:  "Report the resolver's error.",
	},
	{
		Class: BadPEM, Group: "client",
		Meaning: "One of the client's files is not PEM, or contains the wrong kind of PEM block.",
		Fix:     "Give the client a PEM file with the right block.",
		Client:  "Say which file has no usable PEM, and do not connect without it.",
	},
	{
		Class: BadPassphrase, Group: "client",
		Meaning: "The passphrase does not open the client's private key.",
		Fix:     "Give the right passphrase.",
		Client:  "Say that the passphrase is wrong, and do not connect without the key.",
	},
	{
		Class: MissingFile, Group: "client",
		Meaning: "A file that the client is configured to read does not exist.",
		Fix:     "Correct the path.",
		Client:  "Say which file is missing, and do not connect without it.",
	},
	{
		Class: ClientMisconfigured, Group: "client",
		Meaning: "The client cannot work with its current configuration.",
		Fix:     "Read the client's message: the problem is on the client's side.",
		Client:  "Check the client's own files before connecting, and say what is wrong with them.",
	},
}
