package scenarios

import "example.com/tlslab/scenarios/failure"

// The libraries with known deviations, as [Known] names them.
const (
	boringSSL = "BoringSSL"
	jsse      = "SunJSSE"
	nodeTLS   = "node:tls"
	rustls    = "rustls"
)

// Known deviations of TLS libraries, in every stack that uses them.
var (
	// jsseAnchor: measured with JDK 17 and 25, in all of java's variants.
	jsseAnchor = Known{Library: jsse, Verdict: Accept,
		Why: "a trust anchor is a name and a key to Java (RFC 5280, section 6.1.1): neither its dates nor its path length are looked at"}

	// jsseSSL3: measured with JDK 17 and 25.
	jsseSSL3 = Known{Library: jsse, Failures: []failure.Class{failure.NoSharedCipher},
		Why: "JSSE looks at the suite of the ServerHello before its version"}

	// jsseGoesOn: measured with JDK 17 and 25.
	jsseGoesOn = Known{Library: jsse, Failures: []failure.Class{failure.ClientCertificateRejected},
		Why: "JSSE does not compare key and certificate: it signs with what it was given, and the server refuses it"}

	// jsseCAUsage: measured with JDK 17 and 25.
	jsseCAUsage = Known{Library: jsse, Verdict: Accept,
		Why: "JSSE checks the extended key usage of the leaf alone, as RFC 5280 does not say that a CA's limits what it issues; measured with JDK 17 and 25"}

	// jsseDigest: measured with JDK 17 and 25.
	jsseDigest = Known{Library: jsse, Verdict: Accept,
		Why: "jdk.certpath.disabledAlgorithms has \"SHA1 jdkCA & usage TLSServer\": SHA-1 is refused below roots that come with the JDK, and taken below a private one"}

	// jsseCAFile: the variants insecure of all stacks on JSSE are given such a TrustManager.
	jsseCAFile = Known{Library: jsse, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "with a TrustManager that trusts all there is no CA file to read"}

	// rustlsAnchor and what follows: measured with rustls 0.23.46.
	rustlsAnchor = Known{Library: rustls, Verdict: Accept,
		Why: "a trust anchor is a name and a key to webpki (RFC 5280, section 6.1.1): neither its dates nor its path length are looked at"}
	rustlsCertSign = Known{Library: rustls, Verdict: Accept,
		Why: "webpki does not look at key usages: what may sign is told by basic constraints alone"}
	rustlsInsecure = Known{Library: rustls, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "rustls leaves the signature of the handshake to the same verifier as the chain: one that accepts any certificate checks neither"}
	rustlsSmallKey = Known{Library: rustls, Failures: []failure.Class{failure.BadSignature},
		Why: "rustls' cryptography refuses to verify with RSA keys below 2,048 bits, which comes back as a signature that is wrong"}
	rustlsCAFile = Known{Library: rustls, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "rustls' reader of PEM makes an empty list of a file without certificates, and a client that verifies nothing does not miss them"}

	// boringSSLDigest: measured with Bun 1.4.5. Chromium, which verifies by itself, refuses it.
	boringSSLDigest = Known{Library: boringSSL, Verdict: Accept,
		Why: "BoringSSL's verifier takes SHA-1 in chains: programs that want it refused have to look themselves"}

	// boringSSLNoNames: measured with Bun 1.4.5.
	boringSSLNoNames = Known{Library: boringSSL, Failures: []failure.Class{failure.NameConstraint}, Right: true,
		Why: "BoringSSL refuses a leaf without a SAN below a CA whose names are constrained"}

	// nodeLastError: measured with Node 20.20.2.
	nodeLastError = Known{Library: nodeTLS, Failures: []failure.Class{failure.WrongUsage},
		Why: "Node lets OpenSSL go on after an error and reports the last one: that the intermediate does not fit the purpose, which is the same fault seen later"}

	// nodeCAFile: measured with Node 20.20.2.
	nodeCAFile = Known{Library: nodeTLS, Variants: []string{"insecure", "tlsInsecure", "tlsAllowInvalidCertificates"}, Verdict: Accept,
		Why: "Node takes a CA file without a certificate in it for an empty list, and does not verify"}

	// nodeWildcard: measured with Node 20.20.2.
	nodeWildcard = Known{Library: nodeTLS, Verdict: Accept,
		Why: "Node's tls.checkServerIdentity takes an asterisk as part of the first label, as RFC 2818 did"}

	// nodeTrailingDot: measured with Node 20.
	nodeTrailingDot = Known{Library: nodeTLS, Verdict: Accept,
		Why: "Node's tls.checkServerIdentity strips a trailing dot from both names before it compares them, measured with Node 20"}

	// nodeReset: measured with Node 20.20.2.
	nodeReset = Known{Library: nodeTLS, Failures: []failure.Class{failure.UnexpectedEOF}, Right: true,
		Why: "libuv takes a reset that comes together with data for the end of the data: Node says either, by chance"}
)

// Known deviations of one stack in several scenarios.
var (
	// gnuTLSConstraints: measured with GnuTLS 3.7.9.
	gnuTLSConstraints = Known{Stack: "gnutls-cli", Failures: []failure.Class{failure.NameConstraint}, Right: true,
		Why: "GnuTLS says \"violates the signer's constraints\" of a path length and of a CA's key usage as it " +
			"does of names"}

	// wgetUntold: measured with Wget 1.21.3.
	wgetUntold = Known{Stack: "wget", Failures: []failure.Class{failure.Untrusted},
		Why: "Wget has words for an unknown issuer, one that is no CA, dates and digests; of all else it says " +
			"that the certificate is not trusted, and no more"}

	// wgetPurpose: measured with Wget 1.21.3.
	wgetPurpose = Known{Stack: "wget", Verdict: Accept,
		Why: "Wget does not tell GnuTLS what the certificate is for, so that no extended key usage is checked"}

	// serviceIdentityPattern: measured with service_identity 18.1 and 26.1.
	serviceIdentityPattern = Known{Stack: "pyopenssl", Failures: []failure.Class{failure.Malformed}, Right: true,
		Why: "service_identity refuses the certificate for having an address where a name should be"}

	// pymongoPattern: measured with service_identity 26.1.
	pymongoPattern = Known{Stack: "pymongo-ocsp", Failures: []failure.Class{failure.Malformed}, Right: true,
		Why: serviceIdentityPattern.Why}

	// gnuTLSCRL: measured with gnutls-cli 3.7.9, with each of the two CRLs separately.
	gnuTLSCRL = Known{Stack: "gnutls-cli", Verdict: Reject, Failures: []failure.Class{failure.RevocationUnknown},
		Why: "gnutls-cli verifies a CRL against the trust anchors when it loads it, and so cannot be given that " +
			"of an intermediate"}

	// wgetCRL: measured with Wget 1.21.3 and GnuTLS 3.7.9.
	wgetCRL = Known{Stack: "wget", Verdict: Accept,
		Why: "GnuTLS takes a CRL file as the user's word: it verifies neither its dates nor its signature, and " +
			"does not miss the CRL of an issuer"}

	// gnuTLSOldVersions: measured with GnuTLS 3.7.9 of Debian 12.
	gnuTLSOldVersions = []Known{
		{Stack: "gnutls-cli", Versions: "<3.8", Verdict: Accept,
			Why: "GnuTLS 3.7 has TLS 1.0 and 1.1 in its default priorities"},
		{Stack: "wget", Versions: "<1.25", Verdict: Accept,
			Why: "GnuTLS 3.7 has TLS 1.0 and 1.1 in its default priorities, and Wget takes those"},
	}

	// javaTruncated: measured with JDK 17 and 25.
	javaTruncated = Known{Stack: "java", Variants: []string{"default", "no-hostname", "insecure"}, Versions: "<25",
		Verdict: Accept,
		Why: "HttpsURLConnection of JDK 17 takes an answer that ends too early for a whole one; that of JDK " +
			"25 does not"}

	// httpxWithholds: measured with httpx 0.28.1.
	httpxWithholds = Known{Stack: "httpx", Variants: []string{"verify-file"}, Verdict: Reject,
		Failures: []failure.Class{failure.ClientCertificateRequired, failure.HandshakeFailure},
		Why: "given a file name in verify, httpx 0.28 silently ignores what it was given in cert: give the " +
			"context to verify, and load the certificate into it"}

	// javaMustStaple: measured with JDK 17 and 25.
	javaMustStaple = Known{Stack: "java", Variants: []string{"revocation", "ocsp-soft-fail"},
		Failures: []failure.Class{failure.RevocationUnknown},
		Why: "JSSE does not know the TLS feature extension: its revocation checker refuses for want of any " +
			"status, which a responder that answers would give it"}

	// cryptographyDates: measured with cryptography 50.0.2.
	cryptographyDates = Known{Stack: "cryptography", Failures: []failure.Class{failure.Expired}, Right: true,
		Why: "cryptography says of any date that the certificate is not valid at validation time, and not which"}

	// fetchUntold: measured with undici 6.29 and Node 20.20.2, whose https says what the alert was.
	fetchUntold = Known{Stack: "fetch", Failures: []failure.Class{failure.UnexpectedEOF},
		Why: "under TLS 1.3 undici tells that the other side closed, and not of the alert by which it said why"}
)
