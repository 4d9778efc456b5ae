package explain

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/verdict"
	"example.com/tlslab/scenarios/failure"
)

// words are literal texts of which a message has one.
type words []string

func (w words) in(message string) bool {
	for _, s := range w {
		if strings.Contains(message, s) {
			return true
		}
	}
	return false
}

// tls are the words of messages that are about TLS: names of its libraries and their errors, and words that
// are used of nothing else.
var tls = newLexicon(words{
	"SSL", "ssl.", "ssl_", "_ssl", " ssl ", "ssl:", "TLS", "tls: ", "tls_", "tlsv1", "x509", "X509", "PKIX", "CertPath", "OpenSSL", "openssl", "Openssl",
	"GnuTLS", "gnutls", "rustls", "schannel", "Schannel", "routines:", "CERTIFICATE_", "CERTIFICATE", "CERT_", "_CERT", "UNABLE_TO_", "SEC_E", "CRYPT_E", "RemoteCertificate", "Security.Authentication",
	"certificate verify", "Verify return code", "peer certificate", "Peer certificate", "server certificate", "client certificate", "issuer certificate", "local issuer", "self-signed certificate",
	"self signed certificate", "unknown authority", "ertificate chain", "certification path", "subject alternative", "ubjectAltName", "altnames", "certificate status",
	"certificate is NOT trusted", "certificate of '", "certificate's owner", "The certificate ", "EKU", "OCSP", " CRL", "CRL ", "ertificate revocation list", "staple", "ust-Staple",
	" PEM", "PEM ", "PRIVATE KEY", "PKCS8", "pkcs8", "pkcs12", "PKey", "private key", "cipher suite", "ciphersuite", "certificate signature", "remote certificate", "first certificate",
	"certificate purpose", "subtree violation", "critical extension", "signature digest", "CA certificate", "certificate file", "certificates file", "local cert chain", "path length constraint",
	"fetch failed", "Mongo", "AxiosError", "HTTPS client", "*** Fatal error", "*** Error", "Hostname/IP does not match", "eceived fatal alert", "received corrupt message", "service_identity",
	"commonName does not match", "CERT: Pre-verification error", "CERT: Subject checks", "mismatched_id", "Invalid DNS pattern", "Failed to enable crypto", "cafile stream", "error parsing asn1", "keys may not be consistent", "Certificate's DNS-ID", "ServerDoesNotSupportTls", "valid certificates", "key usage does not",
	"Error: certificate has expired", "Error: certificate is not yet valid", "Error: certificate revoked", "Error: CRL ",
	"curl: (35)", "curl: (51)", "curl: (53)", "curl: (54)", "curl: (58)", "curl: (59)", "curl: (60)", "curl: (64)", "curl: (66)", "curl: (77)", "curl: (80)", "curl: (82)", "curl: (83)", "curl: (90)", "curl: (91)",
})

// connecting are the words of a client that connects, beside those: of a connection that fails before TLS
// nothing else is said.
var connecting = newLexicon(words{
	"https://", ":443", "HTTPSConnectionPool", "curl: (", "java.net.", "java.nio.channels.", "okhttp", "dial tcp", "ECONN", "ENOTFOUND", "urlopen error",
	"[Errno 104]", "[Errno 110]", "[Errno 111]", "[Errno -2]", "[Errno -3]", "ConnectionRefusedError", "ConnectionResetError", "httpx.", "aiohttp.", "Connect call failed",
	"error sending request", "pymongo", "mongodb", "server selection error", "Net::OpenTimeout", "SocketError", "socket.gaierror", "secureConnect", "wget: ", "Failed to connect to",
	"net::ERR_", "EAI_AGAIN", "gaierror", "getaddrinfo failed", "Could not connect to Redis at ", "Could not transfer ", " socat[", " LOG3[", "Layer4 ", "Layer6 ", "[AbstractCommand.cc:",
})

// doubtful are texts of lab/verdict's rules that much else is said with, and what else a message must hold
// for them to count: words of those who are known to say them. In a message that the record has, they
// count as they are.
var doubtful = map[string]*regexp.Regexp{
	" is before ":                            regexp.MustCompile(`x509: `),
	" is after ":                             regexp.MustCompile(`x509: `),
	"insecure algorithm":                     regexp.MustCompile(`x509|signed using|uses insecure`),
	"EOF":                                    regexp.MustCompile(`(Get|Post|Put|Head|Patch|Delete) "https://[^"]*": (unexpected )?EOF|tls: .*EOF|handshake.*EOF|Last error: .*EOF`),
	"aborted":                                regexp.MustCompile(`AxiosError: stream has been aborted`),
	" closed":                                regexp.MustCompile(`Mongo\w*Error: connection .* closed`),
	"timeout of":                             regexp.MustCompile(`AxiosError: timeout of .* exceeded`),
	"timeout":                                regexp.MustCompile(`java\.net\.SocketTimeoutException|java\.io\.InterruptedIOException: timeout`),
	"timed out after":                        regexp.MustCompile(`curl: \(28\)|cURL error 28|secureConnect`),
	"timed out":                              regexp.MustCompile(`handshake operation timed out|java\.net\.(\w+\.)*\w*Timeout\w*Exception|java\.net\.ConnectException|urlopen error (_ssl|timed|\[Errno|\('_ssl)|httpx\.\w*Timeout|ConnectTimeoutError|HTTPSConnectionPool.*(timed out|Timeout)|pymongo.*: timed out|NetworkTimeout: .*timed out|ServerSelectionTimeoutError: .*timed out|\[Errno 110\]|socket\.timeout: timed out|ssl\..*timed out`),
	"TimeoutError":                           regexp.MustCompile(`aiohttp`),
	"Connection timed out":                   regexp.MustCompile(`^Connecting to |SSL connect attempt|Could not connect to .*: Connection timed out`),
	"has expired":                            regexp.MustCompile(`The certificate of '|cannot verify .* certificate`),
	"is not trusted":                         regexp.MustCompile(`The certificate of '|cannot verify`),
	"has been revoked":                       regexp.MustCompile(`The certificate of '|cannot verify`),
	"is not yet activated":                   regexp.MustCompile(`The certificate of '`),
	"was not a CA":                           regexp.MustCompile(`certificate signer of '`),
	"doesn't match":                          regexp.MustCompile(`hostname '|CertificateError`),
	"did not match expected":                 regexp.MustCompile(`Peer certificate CN=`),
	"HTTP request failed!":                   regexp.MustCompile(`https://\S*: (F|f)ailed to open stream: HTTP request failed!\s*( in .*)?$`),
	"Failed to enable crypto":                regexp.MustCompile(`Failed to enable crypto`),
	"no such host":                           regexp.MustCompile(`dial tcp|https://|Last error`),
	"no such file or directory":              file,
	"o such file or directory":               file,
	"No such file or directory":              file,
	"NoSuchFileException":                    file,
	"'no such file'":                         regexp.MustCompile(`OpenSSL`),
	"not found or not readable":              file,
	"BadPaddingException":                    regexp.MustCompile(`PKCS8|InvalidKeySpec|PrivateKey`),
	"context deadline exceeded":              regexp.MustCompile(`(Get|Post|Put|Head|Patch|Delete) "https://|tls: |TLS handshake|Last error`),
	"i/o timeout":                            regexp.MustCompile(`dial tcp|TLS handshake|handshake|read tcp .*tls|https://`),
	"connection refused":                     regexp.MustCompile(`dial tcp|https://`),
	"connection reset by peer":               regexp.MustCompile(`https://|tls|handshake|Last error`),
	"Connection reset by peer":               reset,
	"Connection reset":                       regexp.MustCompile(`java\.net\.SocketException: Connection reset`),
	"ECONNRESET":                             regexp.MustCompile(`TLS|tls|EPROTO|https|secure|socket disconnected|OpenSSL|Mongo|fetch failed|AxiosError|read ECONNRESET`),
	"Broken pipe":                            regexp.MustCompile(`javax\.net\.ssl|SSLSocket|https://`),
	"Error writing to server":                regexp.MustCompile(`HttpsURLConnection|https://|ssl`),
	"Premature EOF":                          regexp.MustCompile(`https://|HttpsURLConnection|javax\.net\.ssl`),
	"EOF reached while reading":              regexp.MustCompile(`java\.io\.`),
	"not enough content":                     regexp.MustCompile(`javax\.net\.ssl`),
	"IncompleteRead":                         regexp.MustCompile(`https://|HTTPSConnectionPool|http\.client|urllib3`),
	"unexpected EOF":                         regexp.MustCompile(`error sending request|SSL|TLS|ssl`),
	"Unexpected EOF":                         regexp.MustCompile(`OpenSSL|SysCallError`),
	"unexpected end of stream":               regexp.MustCompile(`java\.(io|net)\..*(https://|ProtocolException: unexpected end)`),
	"end of file before message length":      regexp.MustCompile(`error (sending request|decoding|reading)`),
	"Unexpected end of stream":               regexp.MustCompile(`SSL|TLS|https`),
	"while looking for line":                 regexp.MustCompile(`SSL|TLS|https`),
	"SSL wants a read first":                 regexp.MustCompile(`SSL wants a read first`),
	"Response payload is not completed":      regexp.MustCompile(`aiohttp|ClientPayloadError`),
	"other side closed":                      regexp.MustCompile(`fetch failed|undici`),
	"Response body length does not match":    regexp.MustCompile(`fetch failed|undici`),
	"bad decrypt":                            regexp.MustCompile(`PEM|key|Mongo|fetch failed|client`),
	"bad signature":                          regexp.MustCompile(`SSL routines|BAD_SIGNATURE|SSL: |state=error|SSL_connect failed`),
	"wrong curve":                            regexp.MustCompile(`SSL|ssl`),
	"operation timed out":                    rust,
	"deadline has elapsed":                   rust,
	"dns error":                              rust,
	"Revoked":                                rust,
	"Connection refused":                     refused,
	"onnection refused":                      refused,
	"connection closed (":                    regexp.MustCompile(`pymongo|ServerSelection|AutoReconnect`),
	" [None]":                                regexp.MustCompile(`Cannot connect to host \S+ ssl:\S+`),
	"Net::OpenTimeout":                       regexp.MustCompile(`Net::OpenTimeout`),
	"signature check failed":                 regexp.MustCompile(`CertPath|PKIX`),
	"signature does not match":               regexp.MustCompile(`x509|VerificationError`),
	"incorrect password":                     regexp.MustCompile(`pkcs8|PKCS8|x509`),
	"Certificate has been revoked":           regexp.MustCompile(`CertPath|PKIX`),
	"transfer closed with":                   regexp.MustCompile(`curl: \(18\)|cURL error 18`),
	"Couldn't connect to server":             regexp.MustCompile(`Failed to connect to`),
	"certificate has expired":                verifying,
	"certificate is not yet valid":           verifying,
	"certificate revoked":                    verifying,
	"certificate is revoked":                 verifying,
	"CRL has expired":                        verifying,
	"invalid CA certificate":                 verifying,
	"Missing Authority Key Identifier":       verifying,
	"Missing Subject Key Identifier":         verifying,
	"path length constraint exceeded":        verifying,
	"unable to verify the first certificate": regexp.MustCompile(`.`),
}

var (
	// file matches the names of files that hold keys and certificates, in messages that are not of a tool
	// for files.
	file    = regexp.MustCompile(`(?i)(Error: ENOENT: |FileNotFoundError: |IOError: |NoSuchFileException: |open |cannot load|load_verify|SSL_CTX|BIO_|reqwest|could not load|\(os error 2\)|CA certificate|cert file|key file|SSL_ca_file|CAfile|tlsCAFile).*\.(pem|crt|cer|key|p12|pfx|der|jks)\b|\.(pem|crt|cer|key|p12|pfx|der)\b.*(BIO_|SSL_|\(os error 2\)|not found or not readable)|Could not open file.*\.(pem|crt)|SSL_ca_file|SSL_CTX_load_verify_locations`)
	reset   = regexp.MustCompile(`https://|HTTPSConnectionPool|SSL|TLS|ssl|curl: \((35|56)\)|urlopen error|\[Errno 104\]|ConnectionResetError|aiohttp|httpx|error sending request|Errno::ECONNRESET`)
	refused = regexp.MustCompile(`https://|HTTPSConnectionPool|java\.net\.ConnectException|\[Errno 111\]|urlopen error|ConnectionRefusedError|Errno::ECONNREFUSED|error sending request|^Connecting to |SSL connect|SSL connection failed|httpx|SSL: |BIO_connect|Could not connect to Redis| socat\[| LOG3\[|Layer4 |Could not transfer `)
	rust    = regexp.MustCompile(`error sending request|invalid peer certificate|certificate revocation list`)
	// verifying matches what stands around the reason where verification failed.
	verifying = regexp.MustCompile(`Error: (certificate|CRL) [a-z ]+$|Verify return code: |verify|verif|SSL|ssl|TLS|tls|x509|OpenSSL|fetch failed|AxiosError|Mongo|OCSP|staple|EPROTO|CERT_`)
)

// beforeTLS are the classes of connections that came to no TLS.
var beforeTLS = map[failure.Class]bool{failure.ConnectionRefused: true, failure.NameResolution: true}

// wire are the classes of a connection that broke, for which a client's words are enough.
var wire = map[failure.Class]bool{
	failure.ConnectionRefused: true, failure.NameResolution: true, failure.ConnectionReset: true,
	failure.Timeout: true, failure.UnexpectedEOF: true,
}

// believed reports whether a rule of lab/verdict counts in a message.
func believed(r verdict.Rule, message string) bool {
	if also, ok := doubtful[r.Contains]; ok && !also.MatchString(message) {
		return false
	}
	if r.Class == failure.MissingFile {
		return doubtful[r.Contains] != nil || tls.in(message)
	}
	return tls.in(message) || wire[r.Class] && connecting.in(message)
}

// texts are those of all rules of lab/verdict, each once: few lines of a log have any of them.
var texts = sync.OnceValue(func() lexicon {
	var list words
	for _, name := range slices.Concat(verdict.Stacks(), verdict.Programs()) {
		for _, r := range verdict.Rules(name) {
			list = append(list, r.Contains)
		}
	}
	for _, r := range verdict.Lookups() {
		list = append(list, r.Contains)
	}
	slices.Sort(list)
	return newLexicon(slices.Compact(list))
})

// judged returns the rule that tells most of a message, of those of a stack's that count in it.
func judged(stack, message string) (verdict.Rule, bool) {
	return verdict.MostTelling(stack, message, func(r verdict.Rule) bool { return believed(r, message) })
}

// keyName matches the names of files of keys and certificates.
var keyName = regexp.MustCompile(`(?i)\.(pem|crt|cer|key|p12|pfx|der|jks)\b`)

// keyFile reports whether a message is about a file of keys or certificates that is not there.
func keyFile(message string) bool {
	return (strings.Contains(message, "o such file") || strings.Contains(message, "NoSuchFile")) && file.MatchString(message)
}
