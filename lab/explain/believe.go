package explain

import (
	"slices"
	"strings"
	"sync"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/internal/lexicon"
	"example.com/tlslab/lab/messages"
	"example.com/tlslab/scenarios/failure"
)

// words are literal texts. A message matches if it contains one of them.
type words []string

func (w words) in(message string) bool {
	for _, s := range w {
		if strings.Contains(message, s) {
			return true
		}
	}
	return false
}

// tls are texts that show a message to be about TLS: names of libraries and their errors, and phrases that are used
// for nothing else.
var tls = lexicon.New(words{
	"SSL", "ssl.", "ssl_", "_ssl", " ssl ", "ssl:", "TLS", "tls: ", "tls_", "tlsv1", "x509", "X509", "PKIX", "CertPath",
	"OpenSSL", "openssl", "Openssl", "GnuTLS", "gnutls", "rustls", "schannel", "Schannel", "routines:", "CERTIFICATE_",
	"CERTIFICATE", "CERT_", "_CERT", "UNABLE_TO_", "SEC_E", "CRYPT_E", "RemoteCertificate", "Security.Authentication",
	"certificate verify", "Verify return code", "peer certificate", "Peer certificate", "server certificate",
	"client certificate", "issuer certificate", "local issuer", "self-signed certificate", "self signed certificate",
	"unknown authority", "ertificate chain", "certification path", "subject alternative", "ubjectAltName", "altnames",
	"certificate status", "certificate is NOT trusted", "certificate of '", "certificate's owner", "The certificate ",
	"EKU", "OCSP", " CRL", "CRL ", "ertificate revocation list", "staple", "ust-Staple", " PEM", "PEM ", "PRIVATE KEY",
	"PKCS8", "pkcs8", "pkcs12", "PKey", "private key", "cipher suite", "ciphersuite", "certificate signature",
	"remote certificate", "first certificate", "certificate purpose", "subtree violation", "critical extension",
	"signature digest", "CA certificate", "certificate file", "certificates file", "local cert chain",
	"path length constraint", "fetch failed", "Mongo", "AxiosError", "HTTPS client", "*** Fatal error", "*** Error",
	"Hostname/IP does not match", "eceived fatal alert", "received corrupt message", "service_identity",
	"commonName does not match", "CERT: Pre-verification error", "CERT: Subject checks", "mismatched_id",
	"Invalid DNS pattern", "Failed to enable crypto", "cafile stream", "error parsing asn1",
	"keys may not be consistent", "Certificate's DNS-ID", "ServerDoesNotSupportTls", "valid certificates",
	"key usage does not", "Error: certificate has expired", "Error: certificate is not yet valid",
	"Error: certificate revoked", "Error: CRL ", "curl: (35)", "curl: (51)", "curl: (53)", "curl: (54)", "curl: (58)",
	"curl: (59)", "curl: (60)", "curl: (64)", "curl: (66)", "curl: (77)", "curl: (80)", "curl: (82)", "curl: (83)",
	"curl: (90)", "curl: (91)",
})

// connecting are further texts that show a message to be about a client's connection. A message about a connection
// that fails before TLS begins has no others.
var connecting = lexicon.New(words{
	"https://", ":443", "HTTPSConnectionPool", "curl: (", "java.net.", "java.nio.channels.", "okhttp", "dial tcp",
	"ECONN", "ENOTFOUND", "urlopen error", "[Errno 104]", "[Errno 110]", "[Errno 111]", "[Errno -2]", "[Errno -3]",
	"ConnectionRefusedError", "ConnectionResetError", "httpx.", "aiohttp.", "Connect call failed",
	"error sending request", "pymongo", "mongodb", "server selection error", "Net::OpenTimeout", "SocketError",
	"socket.gaierror", "secureConnect", "wget: ", "Failed to connect to", "net::ERR_", "EAI_AGAIN", "gaierror",
	"getaddrinfo failed", "Could not connect to Redis at ", "Could not transfer ", " socat[", " LOG3[", "Layer4 ",
	"Layer6 ", "[AbstractCommand.cc:",
})

// beforeTLS are the classes of connections that failed before TLS began.
var beforeTLS = map[failure.Class]bool{failure.ConnectionRefused: true, failure.NameResolution: true}

// wire are the classes of broken connections. For these it is enough that a message is about a client's connection.
var wire = map[failure.Class]bool{
	failure.ConnectionRefused: true, failure.NameResolution: true, failure.ConnectionReset: true,
	failure.Timeout: true, failure.UnexpectedEOF: true,
}

// believed reports whether a rule of lab/messages applies to a message of unknown origin.
func believed(r messages.Rule, message string) bool {
	if r.Only != nil && !r.Only.MatchString(message) {
		return false
	}
	if r.Class == failure.MissingFile {
		return r.Only != nil || tls.In(message)
	}
	return tls.In(message) || wire[r.Class] && connecting.In(message)
}

// texts are the texts of all rules of lab/messages. Few lines of a log contain any of them.
var texts = sync.OnceValue(func() lexicon.Lexicon {
	var list words
	for _, r := range messages.AllRules() {
		list = append(list, r.Contains)
	}
	slices.Sort(list)
	return lexicon.New(slices.Compact(list))
})

// judged returns the stack's most telling rule for a message, of those that are believed.
func judged(stack, message string) (messages.Rule, bool) {
	return messages.MostTelling(stack, message, func(r messages.Rule) bool { return believed(r, message) })
}

// keyName matches the file names of keys and certificates.
var keyName = lazyregexp.New(`(?i)\.(pem|crt|cer|key|p12|pfx|der|jks)\b`)

// keyFile reports whether a message is about a missing file of keys or certificates.
func keyFile(message string) bool {
	return (strings.Contains(message, "o such file") ||
		strings.Contains(message, "NoSuchFile")) && messages.NamesKeyFile(message)
}
