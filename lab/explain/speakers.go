package explain

import (
	"slices"
	"strings"

	"example.com/tlslab/lab/verdict"
)

// speaker is who writes messages that bear a mark.
type speaker struct {
	// marks are what only this speaker says.
	marks []string
	// stacks are the names of the stacks that it can be, the likelier first: of the lab's, or a name of its
	// own for a program that the lab does not run.
	stacks []string
	// server says that it is a server that writes about its clients.
	server bool
}

// speakers are tried in their order: servers before clients, as they quote the same libraries; what wraps
// a library before the library.
var speakers = []speaker{
	{[]string{"http: TLS handshake error from"}, []string{"go-server"}, true},
	{[]string{"SSL handshaking to upstream", "handshake) to upstream", "while connecting to upstream", "while reading response header from upstream"}, []string{"nginx-upstream"}, false},
	{[]string{"while SSL handshaking", "SSL_do_handshake() failed", "client SSL certificate verify error", "client sent no required SSL certificate", "client sent plain HTTP request to HTTPS port", "nginx: [emerg]", "[emerg] "}, []string{"nginx"}, true},
	{[]string{"AH02", "[ssl:"}, []string{"apache"}, true},
	{[]string{": SSL handshake failure", "Connection closed during SSL handshake", "Connection error during SSL handshake"}, []string{"haproxy"}, true},
	{[]string{"could not accept SSL connection"}, []string{"postgres-server"}, true},
	{[]string{`"ctx":"conn`, `"c":"NETWORK"`, " NETWORK ", "SSLHandshakeFailed", "InvalidSSLConfiguration", "SSL peer certificate validation failed", "No SSL certificate provided by peer", "SSL handshake received but server is started without SSL", "only allow SSL connections"}, []string{"mongod"}, true},
	{[]string{"generated SERVER ALERT", "received CLIENT ALERT", "TLS server: In state"}, []string{"erlang-server"}, true},
	{[]string{"generated CLIENT ALERT", "received SERVER ALERT", "TLS client: In state", "ssl_handshake.erl", "{tls_alert,"}, []string{"erlang"}, false},
	{[]string{"SSL_accept", "ssl3_get_client_hello", "tls_early_post_process_client_hello", "tls_post_process_client_hello", "tls_process_client_certificate", "ssl3_get_client_certificate"}, []string{"openssl-server"}, true},
	{[]string{"tlsv1 alert unknown ca while accepting", "Error accepting a client connection"}, []string{"redis-server"}, true},

	{[]string{"com.mongodb."}, []string{"mongo-java"}, false},
	{[]string{"pymongo."}, []string{"pymongo", "pymongo-ocsp"}, false},
	{[]string{"[('SSL routines', 'tls_process_initial_server_flight'"}, []string{"pymongo-ocsp", "pyopenssl"}, false},
	{[]string{"ServerSelectionTimeoutError: "}, []string{"pymongo", "pymongo-ocsp"}, false},
	{[]string{"MongoServerSelectionError", "MongoNetworkError", "MongooseServerSelectionError", "MongooseError"}, []string{"mongo-node"}, false},
	{[]string{"server selection error: "}, []string{"mongo-go"}, false},

	{[]string{"requests.exceptions."}, []string{"requests"}, false},
	{[]string{"urllib3.exceptions."}, []string{"urllib3", "requests"}, false},
	{[]string{"HTTPSConnectionPool("}, []string{"requests", "urllib3"}, false},
	{[]string{"httpx.", "httpcore."}, []string{"httpx"}, false},
	{[]string{"aiohttp.", "ClientConnectorCertificateError", "ClientConnectorSSLError", "ClientConnectorError", "Cannot connect to host "}, []string{"aiohttp"}, false},
	{[]string{"cryptography.hazmat", "cryptography.x509"}, []string{"cryptography"}, false},
	{[]string{"OpenSSL.SSL.", "service_identity"}, []string{"pyopenssl"}, false},
	{[]string{"urllib.error.", "urllib2.", "urlopen error"}, []string{"python"}, false},
	{[]string{"_ssl.c:", "ssl.SSLError", "ssl.SSLCert", "ssl.SSLEOF", "ssl.SSLZero", "ssl.Cert", "http.client.", "Traceback (most recent call last)", "[SSL: ", "[SSL]", "[X509: ", "[Errno ", "socket.gaierror", "ConnectionRefusedError", "ConnectionResetError"}, []string{"python", "requests", "urllib3", "httpx", "aiohttp", "pymongo", "cryptography"}, false},

	{[]string{"AxiosError"}, []string{"axios"}, false},
	{[]string{"fetch failed", "undici"}, []string{"fetch"}, false},
	{[]string{"altnames", "ERR_TLS_CERT", "_tls_wrap", "TLSSocket", "node:internal", "npm ERR!", "npm error", "EPROTO", "ECONNREFUSED", "ECONNRESET", "getaddrinfo ENOTFOUND", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"}, []string{"node", "axios", "fetch"}, false},

	{[]string{"okhttp3.", "SSLPeerUnverifiedException: Hostname"}, []string{"okhttp"}, false},
	{[]string{"javax.net.ssl.", "java.net.", "java.io.", "java.nio.", "sun.security.", "java.security.", "javax.crypto.", "PKIX path", "SSLHandshakeException"}, []string{"java", "okhttp"}, false},

	{[]string{"OpenSSL::SSL::", "OpenSSL::PKey::", "OpenSSL::X509::", "Net::OpenTimeout", "Net::ReadTimeout", "SSL_connect returned=", "Errno::ECONN", "SocketError: "}, []string{"ruby"}, false},
	{[]string{"IO::Socket::SSL", "SSL connect attempt failed", "HTTP::Tiny", "LWP::", "SSL connection failed for"}, []string{"perl"}, false},
	{[]string{"PHP Warning", "fopen(", "file_get_contents(", "stream_socket_", "SSL operation failed with code", "Failed to enable crypto"}, []string{"php"}, false},
	{[]string{"cURL error "}, []string{"php", "curl"}, false},
	{[]string{"invalid peer certificate", "rustls", "received fatal alert: C", "received fatal alert: H", "received corrupt message of type"}, []string{"reqwest-rustls"}, false},
	{[]string{"error sending request for url", "reqwest::"}, []string{"reqwest-rustls", "reqwest-native-tls"}, false},

	{[]string{"schannel:", "SEC_E_", "CRYPT_E_"}, []string{"schannel"}, false},
	{[]string{"curl: (", "SSL certificate problem: ", "libcurl", "unable to access 'https", "* SSL certificate", "server certificate verification failed. CAfile"}, []string{"curl"}, false},
	{[]string{"ERROR: The certificate of", "ERROR: cannot verify", "wget: ", "Unable to establish SSL connection", "The certificate's owner does not match hostname"}, []string{"wget"}, false},
	{[]string{"gnutls-cli", "*** Fatal error: ", "The certificate is NOT trusted", "*** PKI verification"}, []string{"gnutls-cli"}, false},
	{[]string{"GnuTLS", "gnutls"}, []string{"gnutls-cli", "wget"}, false},
	{[]string{"verify error:num=", "Verify return code: ", "Verification error: ", "CONNECTED("}, []string{"openssl"}, false},
	{[]string{"could not establish connection: tls", "x509: ", "tls: ", "dial tcp", "net/http: TLS handshake timeout", "http: server gave HTTP response"}, []string{"go"}, false},

	{[]string{"System.Security.Authentication", "The remote certificate ", "RemoteCertificate", "The SSL connection could not be established", "System.Net.Http"}, []string{"dotnet"}, false},
	{[]string{"net::ERR_", "NET::ERR_", "ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL_"}, []string{"chromium"}, false},
	{[]string{"SEC_ERROR_", "MOZILLA_PKIX_", "SSL_ERROR_WEAK_", "SSL_ERROR_BAD_", "SSL_ERROR_NO_", "SSL_ERROR_RX_", "SSL_ERROR_UNSUPPORTED", "SSL_ERROR_HANDSHAKE"}, []string{"firefox"}, false},
	{[]string{"psql: ", "libpq"}, []string{"psql"}, false},
	{[]string{"ERROR 2026"}, []string{"mysql"}, false},
}

// preferred is the order in which stacks are named where a message could be any's: the commoner first.
var preferred = []string{"curl", "python", "requests", "node", "go", "java", "openssl", "urllib3", "httpx", "aiohttp", "axios", "fetch", "pymongo"}

// rank is a stack's place in that order.
func rank(stack string) int {
	if i := slices.Index(preferred, stack); i >= 0 {
		return i
	}
	return len(preferred)
}

// says returns the first speaker whose mark a message bears.
func says(message string) (speaker, bool) {
	for _, s := range speakers {
		if slices.ContainsFunc(s.marks, func(mark string) bool { return strings.Contains(message, mark) }) {
			return s, true
		}
	}
	return speaker{}, false
}

// Clients returns the names that a stack of a message can have: the lab's stacks, and programs that the lab
// does not run.
func Clients() []string {
	names := verdict.Stacks()
	for _, s := range speakers {
		names = append(names, s.stacks...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isServer reports whether a name is a server's.
func isServer(name string) bool {
	return slices.ContainsFunc(speakers, func(s speaker) bool { return s.server && slices.Contains(s.stacks, name) })
}
