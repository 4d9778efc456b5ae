package verdict

import "example.com/tlslab/scenarios/failure"

// openSSLOwn are OpenSSL's texts about the client's own certificate and files: what it says when
// it loads them, and the alerts by which a server refuses what it was sent. The word alert marks
// those: "certificate expired" is the client's, "certificate has expired" the server's.
var openSSLOwn = []Rule{
	{"alert certificate required", failure.ClientCertificateRequired},
	{"alert certificate expired", failure.ClientCertificateRejected},
	{"alert unknown ca", failure.ClientCertificateRejected},
	{"alert bad certificate", failure.ClientCertificateRejected},
	{"bad decrypt", failure.BadPassphrase},
	{"key values mismatch", failure.ClientMisconfigured},
	{"ee key too small", failure.WeakKey},
	{"ca md too weak", failure.WeakSignature},
	{"no start line", failure.BadPEM},
	{"PEM lib", failure.BadPEM},
	{"no certificate or crl found", failure.BadPEM},
	{"DECODER routines::unsupported", failure.BadPEM},
	{"o such file or directory", failure.MissingFile},
}

// opensslOwn is what the openssl command adds of its own.
var opensslOwn = []Rule{
	{"Could not read client certificate", failure.BadPEM}, // or "... private key"
}

// curlOwn is what curl says in place of OpenSSL's reason, which it keeps to itself.
var curlOwn = []Rule{
	{"unable to set private key file", failure.ClientMisconfigured},
	{"curl: (77) ", failure.ClientMisconfigured}, // CURLE_SSL_CACERT_BADFILE, in other words in each version
	// What it makes of an alert certificate_expired about its own certificate under TLS 1.2.
	{"SSL certificate verification failed", failure.Untrusted},
}

// goOwn are the same in Go's words. The last is from the lab's own client: crypto/x509 says
// nothing.
var goOwn = []Rule{
	{"remote error: tls: certificate required", failure.ClientCertificateRequired},
	{"remote error: tls: expired certificate", failure.ClientCertificateRejected},
	{"remote error: tls: bad certificate", failure.ClientCertificateRejected},
	{"remote error: tls: unknown certificate authority", failure.ClientCertificateRejected},
	{"private key does not match public key", failure.ClientMisconfigured},
	{"failed to find any PEM data", failure.BadPEM},
	{"failed to find PEM block", failure.BadPEM},
	{"no PEM certificate that", failure.BadPEM},
	{"no such file or directory", failure.MissingFile},
}
