package scenarios

import "example.com/tlslab/scenarios/failure"

// Known deviations of Ruby's net/http, measured with Ruby 3.1.2.
var (
	rubyUpperCase = Known{Stack: "ruby", Variants: []string{"default"}, Verdict: Reject,
		Failures: []failure.Class{failure.HostnameMismatch},
		Why: "Ruby's own name check is case-sensitive for names with a single label, such as localhost; it ignores " +
			"case only for longer names"}
	rubyAddress = Known{Stack: "ruby", Variants: []string{"default"}, Verdict: Accept,
		Why: "Ruby's own name check also compares addresses with DNS names and the common name"}
	rubyWildcard = Known{Stack: "ruby", Verdict: Accept,
		Why: "Ruby's own name check accepts a wildcard as part of a label, as RFC 6125 once allowed"}
)

// Known deviations of Perl's HTTP::Tiny, measured with IO::Socket::SSL 2.081.
var (
	perlCommonName = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL checks names according to RFC 2818: without a SAN, it compares even addresses with " +
			"the common name"}
	perlWildcard = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL checks names according to RFC 2818, which allows a wildcard anywhere in the first label"}
	perlTrailingDot = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL strips a trailing dot from a name before it compares it"}
	perlCAFile = Known{Stack: "perl", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "IO::Socket::SSL does not read the CA file if it does not verify"}
	perlCRLSignature = Known{Stack: "perl", Failures: []failure.Class{failure.BadSignature},
		Why: "it passes on only part of OpenSSL's reason: that a signature is bad, but not whose"}
)

// Known deviations of PHP's streams, measured with PHP 8.2.36.
var (
	phpAddress = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP also compares addresses with DNS names and the common name"}
	phpWildcard = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP's own name check accepts a wildcard as part of a label, or as the whole name"}
	phpTrailingDot = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP strips a trailing dot from a name before it compares it"}
	phpCAFile = Known{Stack: "php", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "PHP does not read the CA file if it does not verify"}
	phpOwnFiles = Known{Stack: "php", Failures: []failure.Class{failure.ClientMisconfigured},
		Why: "PHP says which of the client's own files it could not use, but not why"}
	phpTruncated = Known{Stack: "php", Verdict: Accept,
		Why: "PHP's streams accept a response that ends too early as complete: they check neither Content-Length " +
			"nor close_notify"}
)

// Known deviations of reqwest, measured with 0.13.5 and rustls 0.23.46.
var (
	reqwestCRLDates = Known{Stack: "reqwest-rustls", Variants: []string{"default"}, Verdict: Accept,
		Why: "rustls does not check the dates of CRLs unless told to (enforce_revocation_expiration), and reqwest " +
			"does not tell it to"}
	reqwestNativeCAFile = Known{Stack: "reqwest-native-tls", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "Certificate::from_pem_bundle returns an empty list for a file without certificates, and nothing " +
			"requires one"}
)

// Known deviations of OkHttp beyond those of JSSE, measured with OkHttp 5.5.1 and JDK 17.
var (
	okhttpTrailingDot = Known{Stack: "okhttp", Variants: []string{"default"}, Verdict: Accept,
		Why: "OkHttp's own name check makes both names absolute before it compares them, so a trailing dot makes no " +
			"difference"}
	okhttpSNI = Known{Stack: "okhttp", Verdict: Reject, Failures: []failure.Class{failure.UnrecognizedName,
		failure.HostnameMismatch},
		Why: "JSSE sends no SNI for a name without a dot, such as localhost, unless told to, and OkHttp does not " +
			"tell it to"}
)

// mongoJavaWildcard is a deviation of MongoDB's driver for Java beyond those of JSSE, measured with 5.14.0 and JDK 17.
var mongoJavaWildcard = Known{Stack: "mongo-java", Variants: []string{"default"}, Verdict: Accept,
	Why: "JSSE's host name checker accepts an asterisk as part of a label, as RFC 2818 did"}

// Known deviations of Bun beyond those of BoringSSL and of Node's tls, which it follows, measured with Bun 1.4.5.
var (
	bunLastError = Known{Stack: "bun", Failures: []failure.Class{failure.Untrusted},
		Why: "Bun lets BoringSSL continue after an error and reports the last one: that the leaf's signature was " +
			"not verified"}
	bunOwnFiles = Known{Stack: "bun", Right: true, Failures: []failure.Class{failure.ClientMisconfigured},
		Why: "Bun's fetch says FailedToOpenSocket if it cannot use one of the client's own files"}
	bunClosed = Known{Stack: "bun", Right: true, Failures: []failure.Class{failure.ConnectionReset},
		Why: "Bun's fetch says ECONNRESET for every connection that ends too early, whether it was reset or not"}
)

// Known deviations of Deno's node:https beyond those of rustls and of Node's tls, measured with Deno 2.9.6.
var (
	denoOldCA = Known{Stack: "deno", Variants: []string{"node-https"}, Verdict: Accept,
		Why: "Deno's node:https accepts an X.509 version 1 CA, which its fetch refuses"}
	denoReset = Known{Stack: "deno", Variants: []string{"node-https"}, Right: true, Failures: []failure.Class{failure.UnexpectedEOF},
		Why: "Deno's node:https says that the socket disconnected, whether the connection was reset or ended"}
	denoOwnFiles = Known{Stack: "deno", Variants: []string{"node-https"}, Failures: []failure.Class{failure.ProtocolVersion},
		Why: "Deno's node:https says unsupported protocol if it cannot use the certificate and key"}
	denoGoesOn = Known{Stack: "deno", Variants: []string{"node-https"}, Failures: []failure.Class{failure.ClientCertificateRequired},
		Why: "Deno's node:https continues without a key that it cannot read, and the server gets no certificate"}
)
