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
		Why: "to Java, a trust anchor is only a name and a key (RFC 5280, section 6.1.1): it checks neither its " +
			"dates nor its path length"}

	// jsseSSL3: measured with JDK 17 and 25.
	jsseSSL3 = Known{Library: jsse, Failures: []failure.Class{failure.NoSharedCipher},
		Why: "JSSE checks the ServerHello's cipher suite before its version"}

	// jsseGoesOn: measured with JDK 17 and 25.
	jsseGoesOn = Known{Library: jsse, Failures: []failure.Class{failure.ClientCertificateRejected},
		Why: "JSSE does not check that the key matches the certificate: it signs with what it was given, and the " +
			"server refuses it"}

	// jsseCAUsage: measured with JDK 17 and 25.
	jsseCAUsage = Known{Library: jsse, Verdict: Accept,
		Why: "JSSE checks only the leaf's extended key usage, because RFC 5280 does not say that a CA's limits what " +
			"it may issue; measured with JDK 17 and 25"}

	// jsseDigest: measured with JDK 17 and 25.
	jsseDigest = Known{Library: jsse, Verdict: Accept,
		Why: "jdk.certpath.disabledAlgorithms contains \"SHA1 jdkCA & usage TLSServer\": SHA-1 is refused under " +
			"roots that come with the JDK, and accepted under a private one"}

	// jsseCAFile: the variants insecure of all stacks on JSSE are given such a TrustManager.
	jsseCAFile = Known{Library: jsse, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "with a TrustManager that trusts everything, no CA file is read"}

	// rustlsAnchor and what follows: measured with rustls 0.23.46.
	rustlsAnchor = Known{Library: rustls, Verdict: Accept,
		Why: "to webpki, a trust anchor is only a name and a key (RFC 5280, section 6.1.1): it checks neither its " +
			"dates nor its path length"}
	rustlsCertSign = Known{Library: rustls, Verdict: Accept,
		Why: "webpki does not check key usages: basic constraints alone decide what may issue certificates"}
	rustlsInsecure = Known{Library: rustls, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "rustls uses the same verifier for the handshake's signature and for the chain: one that accepts any " +
			"certificate checks neither"}
	rustlsSmallKey = Known{Library: rustls, Failures: []failure.Class{failure.BadSignature},
		Why: "rustls' crypto provider does not verify with RSA keys below 2,048 bits, and rustls reports that as a " +
			"bad signature"}
	rustlsCAFile = Known{Library: rustls, Variants: []string{"insecure"}, Verdict: Accept,
		Why: "rustls' PEM reader returns an empty list for a file without certificates, and a client that does not " +
			"verify does not notice"}

	// boringSSLDigest: measured with Bun 1.4.5. Chromium, which verifies by itself, refuses it.
	boringSSLDigest = Known{Library: boringSSL, Verdict: Accept,
		Why: "BoringSSL's verifier accepts SHA-1 in chains: programs that want to refuse it must check themselves"}

	// boringSSLNoNames: measured with Bun 1.4.5.
	boringSSLNoNames = Known{Library: boringSSL, Failures: []failure.Class{failure.NameConstraint}, Right: true,
		Why: "BoringSSL refuses a leaf without a SAN under a CA with name constraints"}

	// nodeLastError: measured with Node 20.20.2.
	nodeLastError = Known{Library: nodeTLS, Failures: []failure.Class{failure.WrongUsage},
		Why: "Node lets OpenSSL continue after an error and reports the last one: that the intermediate is " +
			"unsuitable for the purpose, which is a later symptom of the same fault"}

	// nodeCAFile: measured with Node 20.20.2.
	nodeCAFile = Known{Library: nodeTLS, Variants: []string{"insecure", "tlsInsecure", "tlsAllowInvalidCertificates"}, Verdict: Accept,
		Why: "Node treats a CA file without a certificate as an empty list, and does not verify"}

	// nodeWildcard: measured with Node 20.20.2.
	nodeWildcard = Known{Library: nodeTLS, Verdict: Accept,
		Why: "Node's tls.checkServerIdentity accepts an asterisk as part of the first label, as RFC 2818 did"}

	// nodeTrailingDot: measured with Node 20.
	nodeTrailingDot = Known{Library: nodeTLS, Verdict: Accept,
		Why: "Node's tls.checkServerIdentity strips a trailing dot from both names before it compares them; " +
			"measured with Node 20"}

	// nodeReset: measured with Node 20.20.2.
	nodeReset = Known{Library: nodeTLS, Failures: []failure.Class{failure.UnexpectedEOF}, Right: true,
		Why: "libuv treats a reset that arrives together with data as the end of the data, so Node reports one or " +
			"the other by chance"}
)

// Known deviations of one stack in several scenarios.
var (
	// gnuTLSConstraints: measured with GnuTLS 3.7.9.
	gnuTLSConstraints = Known{Stack: "gnutls-cli", Failures: []failure.Class{failure.NameConstraint}, Right: true,
		Why: "GnuTLS says \"violates the signer's constraints\" for path lengths and CA key usages, too, and not " +
			"only for names"}

	// wgetUntold: measured with Wget 1.21.3.
	wgetUntold = Known{Stack: "wget", Failures: []failure.Class{failure.Untrusted},
		Why: "Wget has its own message for an unknown issuer, an issuer that is not a CA, dates and digests; for " +
			"everything else it says only that the certificate is not trusted"}

	// wgetPurpose: measured with Wget 1.21.3.
	wgetPurpose = Known{Stack: "wget", Verdict: Accept,
		Why: "Wget does not tell GnuTLS what the certificate is for, so GnuTLS does not check its extended key usage"}

	// serviceIdentityPattern: measured with service_identity 18.1 and 26.1.
	serviceIdentityPattern = Known{Stack: "pyopenssl", Failures: []failure.Class{failure.Malformed}, Right: true,
		Why: "service_identity refuses the certificate because it has an address where a name should be"}

	// pymongoPattern: measured with service_identity 26.1.
	pymongoPattern = Known{Stack: "pymongo-ocsp", Failures: []failure.Class{failure.Malformed}, Right: true,
		Why: serviceIdentityPattern.Why}

	// gnuTLSCRL: measured with gnutls-cli 3.7.9, with each of the two CRLs separately.
	gnuTLSCRL = Known{Stack: "gnutls-cli", Verdict: Reject, Failures: []failure.Class{failure.RevocationUnknown},
		Why: "gnutls-cli verifies a CRL against the trust anchors when it loads it, so it cannot use an " +
			"intermediate's CRL"}

	// wgetCRL: measured with Wget 1.21.3 and GnuTLS 3.7.9.
	wgetCRL = Known{Stack: "wget", Verdict: Accept,
		Why: "GnuTLS trusts a CRL file that the user gives it: it verifies neither its dates nor its signature, and " +
			"does not notice if an issuer's CRL is missing"}

	// gnuTLSOldVersions: measured with GnuTLS 3.7.9 of Debian 12.
	gnuTLSOldVersions = []Known{
		{Stack: "gnutls-cli", Versions: "<3.8", Verdict: Accept,
			Why: "GnuTLS 3.7 enables TLS 1.0 and 1.1 in its default priorities"},
		{Stack: "wget", Versions: "<1.25", Verdict: Accept,
			Why: "GnuTLS 3.7 enables TLS 1.0 and 1.1 in its default priorities, which Wget uses"},
	}

	// javaTruncated: measured with JDK 17 and 25.
	javaTruncated = Known{Stack: "java", Variants: []string{"default", "no-hostname", "insecure"}, Versions: "<25",
		Verdict: Accept,
		Why:     "HttpsURLConnection in JDK 17 accepts a response that ends too early as complete; JDK 25 does not"}

	// httpxWithholds: measured with httpx 0.28.1.
	httpxWithholds = Known{Stack: "httpx", Variants: []string{"verify-file"}, Verdict: Reject,
		Failures: []failure.Class{failure.ClientCertificateRequired, failure.HandshakeFailure},
		Why: "if verify is a file name, httpx 0.28 silently ignores cert: pass a context as verify, and load the " +
			"certificate into it"}

	// javaMustStaple: measured with JDK 17 and 25.
	javaMustStaple = Known{Stack: "java", Variants: []string{"revocation", "ocsp-soft-fail"},
		Failures: []failure.Class{failure.RevocationUnknown},
		Why: "JSSE does not support the TLS feature extension: its revocation checker refuses because it gets no " +
			"status at all, which a working responder would provide"}

	// cryptographyDates: measured with cryptography 50.0.2.
	cryptographyDates = Known{Stack: "cryptography", Failures: []failure.Class{failure.Expired}, Right: true,
		Why: "for every date, cryptography says that the certificate is not valid at validation time, not which " +
			"date is wrong"}

	// fetchUntold: measured with undici 6.29 and Node 20.20.2, whose https says what the alert was.
	fetchUntold = Known{Stack: "fetch", Failures: []failure.Class{failure.UnexpectedEOF},
		Why: "under TLS 1.3, undici reports that the other side closed the connection, but not the alert that says why"}
)
