package explain

import (
	"slices"
	"sync"

	"example.com/tlslab/lab/internal/lexicon"
	"example.com/tlslab/scenarios/failure"
)

// rule says what words mean for which lab/messages has no rule, because no client of the lab has written them: the
// words of servers about their clients, of browsers, and of libraries in versions and on systems that the lab does not
// have. A test checks that each rule decides a message in testdata/elsewhere.txt.
type rule struct {
	// words are texts of which the message contains one.
	words []string
	// by is the name of the only program whose words these are; empty means any.
	by string
	// peer says that the other side objected.
	peer bool
	// either says that the words do not tell which side objected.
	either bool
	// sure says that the words are always about TLS or its files, whatever else the message says.
	sure bool
	// library is the library whose words these are, if nothing else tells who wrote them.
	library string
	// class is the failure class. If the words do not tell it, possible lists the classes that it can be, the
	// likeliest first.
	class    failure.Class
	possible []failure.Class
}

// anyCertificate are the classes that "the certificate did not verify" can stand for, the most common first.
var anyCertificate = []failure.Class{
	failure.Untrusted, failure.SelfSigned, failure.Expired, failure.HostnameMismatch, failure.NotYetValid,
	failure.Revoked, failure.WrongUsage, failure.WeakSignature,
}

// anyHandshake are the classes that "the handshake failed" can stand for if a server says no more than that.
var anyHandshake = []failure.Class{
	failure.Untrusted, failure.ProtocolVersion, failure.NoSharedCipher, failure.ClientCertificateRequired,
	failure.NotTLS,
}

// chainErrors are the classes of anyCertificate that are not about the name.
var chainErrors = slices.DeleteFunc(slices.Clone(anyCertificate), func(c failure.Class) bool {
	return c == failure.HostnameMismatch
})

// unknownCertificate are the classes that have no alert of their own: clients send certificate_unknown (46) or
// bad_certificate (42) for them (RFC 8446, section 6.2).
var unknownCertificate = []failure.Class{
	failure.Untrusted, failure.SelfSigned, failure.HostnameMismatch, failure.Expired, failure.WeakSignature,
	failure.Malformed,
}

// fromClients are the alerts by which a client tells a server what it objects to. The words are those of OpenSSL, Go,
// Java and Erlang for the same alert.
var fromClients = []rule{
	{words: []string{
		"alert unknown ca", "ALERT_UNKNOWN_CA", "remote error: tls: unknown certificate authority",
		"fatal alert: unknown_ca", "Fatal - Unknown CA",
	}, class: failure.Untrusted},
	{words: []string{
		"alert certificate expired", "remote error: tls: expired certificate", "fatal alert: certificate_expired",
		"Fatal - Certificate Expired",
	}, class: failure.Expired},
	{words: []string{
		"alert certificate revoked", "remote error: tls: revoked certificate", "fatal alert: certificate_revoked",
		"Fatal - Certificate Revoked",
	}, class: failure.Revoked},
	{words: []string{
		"alert unsupported certificate", "remote error: tls: unsupported certificate",
		"fatal alert: unsupported_certificate", "Fatal - Unsupported Certificate",
	}, class: failure.WrongUsage},
	{words: []string{
		"alert decrypt error", "remote error: tls: error decrypting message", "fatal alert: decrypt_error",
		"Fatal - Decrypt Error",
	}, possible: []failure.Class{failure.BadSignature, failure.KeyMismatch}},
	{words: []string{"bad certificate status response"}, possible: []failure.Class{
		failure.RevocationUnknown, failure.Revoked, failure.StapleMissing,
	}},
	{words: []string{
		"alert certificate unknown", "ALERT_CERTIFICATE_UNKNOWN", "remote error: tls: unknown certificate",
		"fatal alert: certificate_unknown", "Fatal - Certificate Unknown",
	}, possible: unknownCertificate},
	{words: []string{
		"alert bad certificate", "ALERT_BAD_CERTIFICATE", "remote error: tls: bad certificate",
		"fatal alert: bad_certificate", "Fatal - Bad Certificate",
	}, possible: unknownCertificate},
	{words: []string{
		"alert protocol version", "remote error: tls: protocol version not supported", "fatal alert: protocol_version",
		"Fatal - Protocol Version",
	}, class: failure.ProtocolVersion},
	{words: []string{
		"alert handshake failure", "remote error: tls: handshake failure", "fatal alert: handshake_failure",
		"Fatal - Handshake Failure",
	}, class: failure.HandshakeFailure},
	{words: []string{
		"alert internal error", "remote error: tls: internal error", "fatal alert: internal_error",
	}, class: failure.InternalError},
}

// ofServers are the faults that servers find in their clients and in their own setup.
var ofServers = []rule{
	{words: []string{
		"no shared cipher", "no cipher suite supported by both", "no cipher suites in common", "Insufficient Security",
	}, class: failure.NoSharedCipher},
	{words: []string{
		"no suitable signature algorithm", "peer doesn't support any of the certificate's signature algorithms",
	}, class: failure.NoSharedCipher},
	{words: []string{"no suitable key share", "no shared group", "no supported group"}, class: failure.NoSharedGroup},
	{words: []string{
		"unsupported protocol", "version too low", "client offered only unsupported versions",
		"wrong version number:SSL alert",
	}, class: failure.ProtocolVersion},
	{words: []string{"inappropriate fallback"}, class: failure.ProtocolVersion},
	{words: []string{
		"client sent an HTTP request to an HTTPS server", "client sent plain HTTP request to HTTPS port",
	}, sure: true, class: failure.NotTLS},
	{words: []string{"bad key share"}, possible: []failure.Class{failure.NoSharedGroup, failure.CorruptRecord}},
	{words: []string{
		":http request", ":unknown protocol", "HTTP spoken on HTTPS port",
		"first record does not look like a TLS handshake",
		"wrong version number", "SSLV2", "unsupported SSLv2 handshake",
	}, class: failure.NotTLS},
	{words: []string{
		"handshake received but server is started without SSL support", "configured to only allow SSL connections",
	}, class: failure.NotTLS},
	{words: []string{
		"peer did not return a certificate", "client didn't provide a certificate",
		"client sent no required SSL certificate", "No SSL certificate provided by peer",
		"No client certificate CA names sent",
	}, class: failure.ClientCertificateRequired},
	{words: []string{
		"client SSL certificate verify error", "SSL peer certificate validation failed", "failed to verify certificate",
		"failed to verify client certificate", "certificate verify failed", "Certificate Verification: Error",
		"CERTIFICATE_VERIFY_FAILED", "SSL client certificate not trusted", "SSL client CA chain cannot be verified",
	}, class: failure.ClientCertificateRejected},
	{words: []string{"key values mismatch", "private key does not match public key"}, class: failure.KeyMismatch},
	{words: []string{"problems getting password", "bad password read", "bad decrypt"}, class: failure.BadPassphrase},
	{words: []string{"no start line", "failed to find any PEM data"}, class: failure.BadPEM},
	{words: []string{"No such file or directory"}, by: "nginx", class: failure.MissingFile},
	{words: []string{"ee key too small"}, class: failure.WeakKey},
	{words: []string{"ca md too weak"}, class: failure.WeakSignature},
	{
		words: []string{"certificate is expired or not yet valid"}, by: "mongod",
		possible: []failure.Class{failure.Expired, failure.NotYetValid},
	},
	{words: []string{
		"connection reset by peer", "Connection reset by peer",
	}, peer: true, class: failure.ConnectionReset},
	{words: []string{"i/o timeout", "Timeout during SSL handshake"}, peer: true, class: failure.Timeout},
	{words: []string{
		"Connection closed during SSL handshake", "peer closed connection in SSL handshake",
		"unexpected eof while reading", "handshake interrupted by system", "EOF",
	}, peer: true, class: failure.UnexpectedEOF},
	{words: []string{"SSL handshake failure"}, by: "haproxy", either: true, possible: anyHandshake},
}

// untold is the last resort: words that say that something failed, with no reason that any rule knows.
var untold = []rule{
	{words: []string{
		"CERTIFICATE_VERIFY_FAILED", "certificate verify failed",
	}, library: OpenSSL, possible: anyCertificate},
	{words: []string{"SSL certificate verification failed", "failed to verify certificate"}, possible: anyCertificate},
	{words: []string{"SSL peer certificate or SSH remote key was not OK"}, sure: true, possible: anyCertificate},
	{words: []string{"PKIX path building failed"}, possible: []failure.Class{failure.Untrusted, failure.SelfSigned}},
	{words: []string{"SSL_accept error"}, by: "postfix-smtpd", either: true, possible: anyHandshake},
	{words: []string{": connection closed"}, by: "pymongo", peer: true, possible: []failure.Class{
		failure.NotTLS, failure.ClientCertificateRequired, failure.UnexpectedEOF,
	}},
	{words: []string{"Cannot start TLS: handshake failure"}, sure: true, either: true, possible: []failure.Class{
		failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.UnexpectedEOF,
	}},
	{
		words: []string{"SSL handshake failed"}, either: true,
		possible: append(
			slices.Clone(anyCertificate), failure.ProtocolVersion, failure.NotTLS, failure.ClientCertificateRequired,
		),
	},
}

// inTheClear are words that are certainly about TLS or its files, although nothing in them names it.
var inTheClear = []rule{
	{words: []string{"trustAnchors parameter must be non-empty"}, sure: true, class: failure.Untrusted},
	{
		words: []string{"Keystore was tampered with, or password was incorrect"}, sure: true,
		possible: []failure.Class{failure.BadPassphrase, failure.BadPEM},
	},
	{words: []string{"CertificateExpiredException: NotAfter"}, sure: true, class: failure.Expired},
	{words: []string{"CertificateNotYetValidException: NotBefore"}, sure: true, class: failure.NotYetValid},
	{words: []string{
		"Peer's Certificate issuer is not recognized", "Peer's certificate issuer has been marked as not trusted",
	}, sure: true, class: failure.Untrusted},
	{words: []string{"Peer's Certificate has expired"}, sure: true, class: failure.Expired},
	{words: []string{"Unable to locally verify the issuer's authority"}, sure: true, class: failure.Untrusted},
	{words: []string{"ASN no signer error to confirm failure"}, sure: true, class: failure.Untrusted},
	{words: []string{
		"SSL: Invalid certificate chain", "SSL certificate problem: Invalid certificate chain",
		"Invalid certificate chain",
	}, sure: true, possible: chainErrors},
	{
		words:    []string{"Could not establish trust relationship for the SSL/TLS secure channel"},
		possible: anyCertificate,
	},
	{
		words: []string{"gnutls_handshake() failed: Handshake failed"}, sure: true, peer: true,
		class: failure.HandshakeFailure,
	},
	{
		words: []string{"sslv3 alert handshake failure"}, sure: true, library: OpenSSL, peer: true,
		class: failure.HandshakeFailure,
	},
	{words: urlSession("-1200"), sure: true, either: true, possible: []failure.Class{
		failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure, failure.NotTLS,
		failure.UnexpectedEOF,
	}},
	{words: urlSession("-1201"), sure: true, possible: []failure.Class{failure.Expired, failure.NotYetValid}},
	{words: urlSession("-1202"), sure: true, possible: []failure.Class{
		failure.Untrusted, failure.HostnameMismatch, failure.SelfSigned, failure.Expired,
	}},
	{words: urlSession("-1203"), sure: true, possible: []failure.Class{failure.Untrusted, failure.SelfSigned}},
	{words: urlSession("-1204"), sure: true, class: failure.NotYetValid},
	{words: urlSession("-1205"), sure: true, peer: true, class: failure.ClientCertificateRejected},
	{words: urlSession("-1206"), sure: true, peer: true, class: failure.ClientCertificateRequired},
	{words: []string{"root certificate file \""}, by: "psql", sure: true, class: failure.MissingFile},
	{words: []string{"has group or world access"}, by: "psql", sure: true, class: failure.ClientMisconfigured},
	{
		words: []string{`", no encryption`, `", SSL off`}, by: "psql", sure: true, peer: true,
		possible: []failure.Class{failure.NotTLS, failure.ClientMisconfigured},
	},
	{words: []string{
		"ssl module in Python is not available", "SSL module is not available", "ssl module is not available",
		"No module named '_ssl'",
	}, sure: true, class: failure.ClientMisconfigured},
	{words: []string{
		"lient sent an HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port",
		"speaking plain HTTP to an SSL-enabled server port",
	}, sure: true, peer: true, class: failure.NotTLS},
}

// urlSession returns the forms in which Apple's URL loading system writes one of its error codes (NSURLError.h).
func urlSession(code string) []string {
	return []string{
		"NSURLErrorDomain Code=" + code, "NSURLErrorDomain error " + code, "NSURLErrorDomain " + code,
		"NSURLErrorDomain:" + code,
	}
}

// insteadOfRecord are words that can mean more than the record shows. The record has only the class by which the matrix
// judges the lab's own scenarios.
var insteadOfRecord = []rule{
	// CURLE_SSL_CACERT_BADFILE: curl does not say what is wrong with the file.
	{words: []string{
		"error setting certificate file", "error setting certificate verify locations",
		"error adding trust anchors from file", "Problem with the SSL CA cert (path? access rights?)",
	}, sure: true, possible: []failure.Class{failure.MissingFile, failure.BadPEM}},
}

// allLists returns all lists of rules of this package.
func allLists() [][]rule {
	return [][]rule{fromClients, ofServers, ofClients, insteadOfRecord, inTheClear, untold}
}

// certain are the texts, besides tls, that show a message to be about TLS: the words of the rules that are sure.
var certain = sync.OnceValue(func() lexicon.Lexicon {
	var list words
	for _, rules := range [][]rule{insteadOfRecord, ofServers, ofClients, inTheClear, untold} {
		for _, r := range rules {
			for _, w := range r.words {
				if r.sure && !tls.In(w) {
					list = append(list, w)
				}
			}
		}
	}
	return lexicon.New(list)
})
