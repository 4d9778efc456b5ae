package scenarios

import "example.com/tlslab/scenarios/failure"

// Known deviations of Ruby's net/http, measured with Ruby 3.1.2.
var (
	rubyUpperCase = Known{Stack: "ruby", Variants: []string{"default"}, Verdict: Reject,
		Failures: []failure.Class{failure.HostnameMismatch},
		Why: "Ruby's own check of names compares one of a single label, as localhost, as it is written: only " +
			"of longer ones it folds the case"}
	rubyAddress = Known{Stack: "ruby", Variants: []string{"default"}, Verdict: Accept,
		Why: "Ruby's own check of names compares an address with DNS names and the common name as well"}
	rubyWildcard = Known{Stack: "ruby", Verdict: Accept,
		Why: "Ruby's own check of names takes a wildcard that is part of a label, as RFC 6125 once allowed"}
)

// Known deviations of Perl's HTTP::Tiny, measured with IO::Socket::SSL 2.081.
var (
	perlCommonName = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL checks names as RFC 2818 has it: where there is no SAN it compares the common name, " +
			"even with an address"}
	perlWildcard = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL checks names as RFC 2818 has it, which allows a wildcard anywhere in the first label"}
	perlTrailingDot = Known{Stack: "perl", Variants: []string{"default"}, Verdict: Accept,
		Why: "IO::Socket::SSL takes a dot at the end of a name off before it compares"}
	perlCAFile = Known{Stack: "perl", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "IO::Socket::SSL reads no CA file when it verifies nothing"}
	perlCRLSignature = Known{Stack: "perl", Failures: []failure.Class{failure.BadSignature},
		Why: "all that is left of OpenSSL's reason is that a signature is wrong, and not what of"}
)

// Known deviations of PHP's streams, measured with PHP 8.2.36.
var (
	phpAddress = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP compares an address with DNS names and the common name as well"}
	phpWildcard = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP's own check of names takes a wildcard that is part of a label, or all of the name"}
	phpTrailingDot = Known{Stack: "php", Variants: []string{"default"}, Verdict: Accept,
		Why: "PHP takes a dot at the end of a name off before it compares"}
	phpCAFile = Known{Stack: "php", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "PHP reads no CA file when it verifies nothing"}
	phpOwnFiles = Known{Stack: "php", Failures: []failure.Class{failure.ClientMisconfigured},
		Why: "PHP says which of the client's own files it could not use, and not why"}
	phpTruncated = Known{Stack: "php", Verdict: Accept,
		Why: "PHP's streams take an answer that ends too early for a whole one: neither Content-Length nor " +
			"close_notify is missed"}
)

// Known deviations of reqwest, measured with 0.13.5 and rustls 0.23.46.
var (
	reqwestCRLDates = Known{Stack: "reqwest-rustls", Variants: []string{"default"}, Verdict: Accept,
		Why: "rustls looks at no dates of CRLs unless it is told to (enforce_revocation_expiration), and reqwest does not tell it"}
	reqwestNativeCAFile = Known{Stack: "reqwest-native-tls", Variants: []string{"insecure"}, Verdict: Accept,
		Why: "Certificate::from_pem_bundle makes an empty list of a file without certificates, and nobody asks for one"}
)

// Known deviations of OkHttp beyond those of JSSE, measured with OkHttp 5.5.1 and JDK 17.
var (
	okhttpTrailingDot = Known{Stack: "okhttp", Variants: []string{"default"}, Verdict: Accept,
		Why: "OkHttp's own check of names makes both names absolute before it compares, so that a dot at the end " +
			"makes no difference"}
	okhttpSNI = Known{Stack: "okhttp", Verdict: Reject, Failures: []failure.Class{failure.UnrecognizedName,
		failure.HostnameMismatch},
		Why: "JSSE sends no SNI for a name without a dot, as localhost, unless it is told to, and OkHttp does not " +
			"tell it"}
)

// mongoJavaWildcard is a deviation of MongoDB's driver for Java beyond those of JSSE, measured with 5.14.0 and JDK 17.
var mongoJavaWildcard = Known{Stack: "mongo-java", Variants: []string{"default"}, Verdict: Accept,
	Why: "JSSE's host name checker takes an asterisk as part of a label, as RFC 2818 did"}

// Known deviations of Bun beyond those of BoringSSL and of Node's tls, which it follows, measured with Bun 1.4.5.
var (
	bunLastError = Known{Stack: "bun", Failures: []failure.Class{failure.Untrusted},
		Why: "Bun lets BoringSSL go on after an error and reports the last one: that the signature of the leaf was not verified"}
	bunOwnFiles = Known{Stack: "bun", Right: true, Failures: []failure.Class{failure.ClientMisconfigured},
		Why: "Bun's fetch says FailedToOpenSocket of any of the client's own files that it cannot use"}
	bunClosed = Known{Stack: "bun", Right: true, Failures: []failure.Class{failure.ConnectionReset},
		Why: "Bun's fetch says ECONNRESET of every connection that ends too early, whether it was reset or not"}
)

// Known deviations of Deno's node:https beyond those of rustls and of Node's tls, measured with Deno 2.9.6.
var (
	denoOldCA = Known{Stack: "deno", Variants: []string{"node-https"}, Verdict: Accept,
		Why: "Deno's node:https takes a CA of X.509 version 1, which its fetch refuses"}
	denoReset = Known{Stack: "deno", Variants: []string{"node-https"}, Right: true, Failures: []failure.Class{failure.UnexpectedEOF},
		Why: "Deno's node:https says that the socket disconnected, whether the connection was reset or ended"}
	denoOwnFiles = Known{Stack: "deno", Variants: []string{"node-https"}, Failures: []failure.Class{failure.ProtocolVersion},
		Why: "Deno's node:https says unsupported protocol of a certificate and key that it cannot use"}
	denoGoesOn = Known{Stack: "deno", Variants: []string{"node-https"}, Failures: []failure.Class{failure.ClientCertificateRequired},
		Why: "Deno's node:https goes on without a key that it cannot read, and the server misses the certificate"}
)
