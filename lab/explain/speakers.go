package explain

import (
	"slices"

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
	// own says that it writes about its own files and settings, before any connection.
	own bool
	// speaks are the lab's stacks whose words it passes on.
	speaks []string
}

// speakers are tried in their order: servers before clients, as they quote the same libraries; what wraps
// a library before the library.
var speakers = []speaker{
	{marks: []string{"nginx: [emerg]", "[emerg] "}, stacks: []string{"nginx"}, own: true},
	{marks: []string{"InvalidSSLConfiguration"}, stacks: []string{"mongod"}, own: true},
	{marks: []string{"Layer6 ", "Layer4 ", "Server presented an SSL certificate different"}, stacks: []string{"haproxy-check"}},
	{marks: []string{"http: TLS handshake error from", "client sent an HTTP request to an HTTPS server"}, stacks: []string{"go-server"}, server: true},
	{marks: []string{"SSL handshaking to upstream", "handshake) to upstream", "upstream SSL certificate ", "while connecting to upstream", "handshaking to upstream", "while reading response header from upstream"}, stacks: []string{"nginx-upstream"}, speaks: []string{"openssl"}},
	{marks: []string{"while SSL handshaking", "SSL_do_handshake() failed", "client SSL certificate verify error", "client sent no required SSL certificate", "client sent plain HTTP request to HTTPS port"}, stacks: []string{"nginx"}, server: true},
	{marks: []string{"AH02", "[ssl:"}, stacks: []string{"apache"}, server: true},
	{marks: []string{": SSL handshake failure", "Connection closed during SSL handshake", "Connection error during SSL handshake", "SSL client certificate not trusted", "SSL client CA chain cannot be verified"}, stacks: []string{"haproxy"}, server: true},
	{marks: []string{"could not accept SSL connection"}, stacks: []string{"postgres-server"}, server: true},
	{marks: []string{`"ctx":"conn`, `"c":"NETWORK"`, " NETWORK ", "SSLHandshakeFailed", "SSL peer certificate validation failed", "No SSL certificate provided by peer", "SSL handshake received but server is started without SSL", "only allow SSL connections"}, stacks: []string{"mongod"}, server: true},
	{marks: []string{"generated SERVER ALERT", "received CLIENT ALERT", "TLS server: In state"}, stacks: []string{"erlang-server"}, server: true},
	{marks: []string{"generated CLIENT ALERT", "received SERVER ALERT", "TLS client: In state", "ssl_handshake.erl", "{tls_alert,"}, stacks: []string{"erlang"}},
	{marks: []string{"postfix/smtpd"}, stacks: []string{"postfix-smtpd"}, server: true},
	{marks: []string{"SSL_accept", "ssl3_get_client_hello", "tls_early_post_process_client_hello", "tls_post_process_client_hello", "tls_process_client_certificate", "ssl3_get_client_certificate"}, stacks: []string{"openssl-server"}, server: true},
	{marks: []string{"tlsv1 alert unknown ca while accepting", "Error accepting a client connection"}, stacks: []string{"redis-server"}, server: true},

	{marks: []string{"SSL/TLS handshake failure: ", "[AbstractCommand.cc:", "[SocketCore.cc:", "Failed to load trusted CA certificates from "}, stacks: []string{"aria2"}},
	{marks: []string{" socat["}, stacks: []string{"socat"}},
	{marks: []string{" LOG3[", " LOG4["}, stacks: []string{"stunnel"}},
	{marks: []string{"Could not connect to Redis at ", "Could not negotiate a TLS connection"}, stacks: []string{"redis-cli"}},
	{marks: []string{"Could not transfer metadata ", "Could not transfer artifact "}, stacks: []string{"maven"}, speaks: []string{"java"}},
	{marks: []string{"pip is configured with", "There was a problem confirming the ssl certificate", "pip._vendor", "': /simple/"}, stacks: []string{"pip"}, speaks: []string{"requests"}},
	{marks: []string{"Error response from daemon", "failed to do request: "}, stacks: []string{"docker"}, speaks: []string{"go"}},
	{marks: []string{"Unable to connect to the server: ", "kubectl"}, stacks: []string{"kubectl"}, speaks: []string{"go"}},
	{marks: []string{"npm ERR!", "npm error"}, stacks: []string{"npm"}, speaks: []string{"node"}},
	{marks: []string{"unable to access 'https", "gnutls_handshake() failed"}, stacks: []string{"git"}, speaks: []string{"curl"}},
	{marks: []string{"psycopg2.", "psycopg.", "psql: ", "libpq", "pg_hba.conf", "server does not support SSL, but SSL was required", "SSL error: certificate verify failed", "SSL SYSCALL error: ", "root certificate file \"", "has group or world access"}, stacks: []string{"psql"}, speaks: []string{"openssl"}},
	{marks: []string{"TLS_error:", "transport failure reason"}, stacks: []string{"envoy"}, speaks: []string{"openssl"}},
	{marks: []string{"ssl_transport_security", "Handshake failed with fatal error SSL_ERROR_SSL", "grpc_status:"}, stacks: []string{"grpc"}, speaks: []string{"openssl"}},
	{marks: []string{"ldap_", "ldap.SERVER_DOWN", "ldap.CONNECT_ERROR"}, stacks: []string{"openldap"}, speaks: []string{"openssl"}},
	{marks: []string{"org.apache.kafka", "SslAuthenticationException", "rdkafka", "thrd:ssl://", "thrd:sasl_ssl://"}, stacks: []string{"kafka"}, speaks: []string{"java", "openssl"}},
	{marks: []string{"postfix/", "certificate verification failed for ", "Cannot start TLS: "}, stacks: []string{"postfix"}, speaks: []string{"openssl"}},

	{marks: []string{"com.mongodb."}, stacks: []string{"mongo-java"}},
	{marks: []string{"pymongo."}, stacks: []string{"pymongo", "pymongo-ocsp"}},
	{marks: []string{"[('SSL routines', 'tls_process_initial_server_flight'"}, stacks: []string{"pymongo-ocsp", "pyopenssl"}},
	{marks: []string{"ServerSelectionTimeoutError: "}, stacks: []string{"pymongo", "pymongo-ocsp"}},
	{marks: []string{"MongoServerSelectionError", "MongoNetworkError", "MongooseServerSelectionError", "MongooseError"}, stacks: []string{"mongo-node"}},
	{marks: []string{"server selection error: "}, stacks: []string{"mongo-go"}},

	{marks: []string{"requests.exceptions."}, stacks: []string{"requests"}},
	{marks: []string{"urllib3.exceptions."}, stacks: []string{"urllib3", "requests"}},
	{marks: []string{"HTTPSConnectionPool("}, stacks: []string{"requests", "urllib3"}},
	{marks: []string{"httpx.", "httpcore."}, stacks: []string{"httpx"}},
	{marks: []string{"aiohttp.", "ClientConnectorCertificateError", "ClientConnectorSSLError", "ClientConnectorError", "Cannot connect to host "}, stacks: []string{"aiohttp"}},
	{marks: []string{"cryptography.hazmat", "cryptography.x509"}, stacks: []string{"cryptography"}},
	{marks: []string{"OpenSSL.SSL.", "service_identity"}, stacks: []string{"pyopenssl"}},
	{marks: []string{"urllib.error.", "urllib2.", "urlopen error"}, stacks: []string{"python"}},
	{marks: []string{"_ssl.c:", "ssl.SSLError", "ssl.SSLCert", "ssl.SSLEOF", "ssl.SSLZero", "ssl.Cert", "http.client.", "Traceback (most recent call last)", "[SSL: ", "[SSL]", "[X509: ", "[Errno ", "socket.gaierror", "ConnectionRefusedError", "ConnectionResetError"}, stacks: []string{"python", "requests", "urllib3", "httpx", "aiohttp", "pymongo", "cryptography"}},

	{marks: []string{"AxiosError"}, stacks: []string{"axios"}},
	{marks: []string{"fetch failed", "undici"}, stacks: []string{"fetch"}},
	{marks: []string{"altnames", "ERR_TLS_CERT", "_tls_wrap", "TLSSocket", "node:internal", "EPROTO", "ECONNREFUSED", "ECONNRESET", "getaddrinfo ENOTFOUND", "getaddrinfo EAI_AGAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"}, stacks: []string{"node", "axios", "fetch"}},

	{marks: []string{"okhttp3.", "SSLPeerUnverifiedException: Hostname"}, stacks: []string{"okhttp"}},
	{marks: []string{"javax.net.ssl.", "java.net.", "java.io.", "java.nio.", "sun.security.", "java.security.", "javax.crypto.", "PKIX path", "SSLHandshakeException", "trustAnchors parameter", "Keystore was tampered with", "Certificate for <"}, stacks: []string{"java", "okhttp"}},

	{marks: []string{"OpenSSL::SSL::", "OpenSSL::PKey::", "OpenSSL::X509::", "Net::OpenTimeout", "Net::ReadTimeout", "SSL_connect returned=", "Errno::ECONN", "SocketError: "}, stacks: []string{"ruby"}},
	{marks: []string{"IO::Socket::SSL", "SSL connect attempt failed", "HTTP::Tiny", "LWP::", "SSL connection failed for"}, stacks: []string{"perl"}},
	{marks: []string{"PHP Warning", "fopen(", "file_get_contents(", "stream_socket_", "SSL operation failed with code", "Failed to enable crypto"}, stacks: []string{"php"}},
	{marks: []string{"cURL error "}, stacks: []string{"php", "curl"}},
	{marks: []string{"invalid peer certificate", "rustls", "received fatal alert: C", "received fatal alert: H", "received corrupt message of type"}, stacks: []string{"reqwest-rustls"}},
	{marks: []string{"error sending request for url", "reqwest::"}, stacks: []string{"reqwest-rustls", "reqwest-native-tls"}},

	{marks: []string{"schannel:", "SEC_E_", "CRYPT_E_"}, stacks: []string{"schannel"}},
	{marks: []string{"curl: (", "SSL certificate problem: ", "libcurl", "* SSL certificate", "server certificate verification failed. CAfile", "error setting certificate verify locations", "Problem with the SSL CA cert (path?", "SSL peer certificate or SSH remote key was not OK"}, stacks: []string{"curl"}},
	{marks: []string{"ERROR: The certificate of", "ERROR: cannot verify", "wget: ", "Unable to establish SSL connection", "The certificate's owner does not match hostname", "Unable to locally verify the issuer's authority"}, stacks: []string{"wget"}},
	{marks: []string{"gnutls-cli", "*** Fatal error: ", "The certificate is NOT trusted", "*** PKI verification"}, stacks: []string{"gnutls-cli"}},
	{marks: []string{"GnuTLS", "gnutls"}, stacks: []string{"gnutls-cli", "wget"}},
	{marks: []string{"verify error:num=", "Verify return code: ", "Verification error: ", "CONNECTED("}, stacks: []string{"openssl"}},
	{marks: []string{"could not establish connection: tls", "x509: ", "tls: ", "dial tcp", "net/http: TLS handshake timeout", "http: server gave HTTP response"}, stacks: []string{"go"}},

	{marks: []string{"System.Security.Authentication", "The remote certificate ", "RemoteCertificate", "The SSL connection could not be established", "System.Net.", "Could not establish trust relationship"}, stacks: []string{"dotnet"}},
	{marks: []string{"net::ERR_", "NET::ERR_", "ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL_"}, stacks: []string{"chromium"}},
	{marks: []string{"SEC_ERROR_", "MOZILLA_PKIX_", "SSL_ERROR_WEAK_", "SSL_ERROR_BAD_", "SSL_ERROR_NO_", "SSL_ERROR_RX_", "SSL_ERROR_UNSUPPORTED", "SSL_ERROR_HANDSHAKE"}, stacks: []string{"firefox"}},
	{marks: []string{"ERROR 2026"}, stacks: []string{"mysql"}, speaks: []string{"openssl"}},
	{marks: []string{"OPENSSL_internal"}, stacks: []string{"grpc", "envoy"}, speaks: []string{"openssl"}}, // BoringSSL
	{marks: []string{"NSURLErrorDomain", "kCFErrorDomainCFNetwork"}, stacks: []string{"apple"}},
	{marks: []string{"ASN no signer error", "wolfSSL"}, stacks: []string{"wolfssl"}},
	{marks: []string{"Peer's Certificate ", "Peer's certificate issuer"}, stacks: []string{"nss"}},
	{marks: []string{"Invalid certificate chain"}, stacks: []string{"securetransport"}},
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

// words returns the stacks whose words a speaker's messages are in.
func (s speaker) words() []string { return append(slices.Clone(s.stacks), s.speaks...) }

// spoken returns the lab's stack whose words a name's messages are in: the name itself, if it is one.
func spoken(name string) string {
	if slices.Contains(verdict.Stacks(), name) {
		return name
	}
	for _, s := range speakers {
		if slices.Contains(s.stacks, name) && len(s.speaks) > 0 {
			return s.speaks[0]
		}
	}
	return name
}

// marks are those of all speakers, and markedBy the place among the speakers of whom each is.
var (
	marks    = newLexicon(allMarks())
	markedBy = func() (by []int) {
		for i, s := range speakers {
			by = append(by, slices.Repeat([]int{i}, len(s.marks))...)
		}
		return by
	}()
)

func allMarks() (list []string) {
	for _, s := range speakers {
		list = append(list, s.marks...)
	}
	return list
}

// says returns the first speaker whose mark a message bears.
func says(message string) (speaker, bool) {
	first := len(speakers)
	marks.each(message, func(mark, _ int) bool {
		first = min(first, markedBy[mark])
		return first > 0
	})
	if first == len(speakers) {
		return speaker{}, false
	}
	return speakers[first], true
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
	return slices.ContainsFunc(speakers, func(s speaker) bool { return (s.server || s.own) && slices.Contains(s.stacks, name) })
}
