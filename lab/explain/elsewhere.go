package explain

import (
	"slices"
	"sync"

	"example.com/tlslab/scenarios/failure"
)

// rule says what words mean that lab/messages has no rule for, as no client of the lab's has said them:
// those of servers about their clients, of browsers, of libraries in versions and on systems that the lab
// does not have. A test holds each of them to a message that it decides, in testdata/elsewhere.txt.
type rule struct {
	// words are what a message contains; where there are several, one of them.
	words []string
	// by is the name of the only speaker of the words; empty means any.
	by string
	// peer says that the other side objected.
	peer bool
	// either says that the words do not tell which side objected.
	either bool
	// sure says that the words are of TLS, or of its files, wherever they stand.
	sure bool
	// library is the library whose words these are, where nothing else says who wrote them.
	library string
	// class is what it means. Where that is not told, possible are the classes that it can be, the likelier
	// first.
	class    failure.Class
	possible []failure.Class
}

// anyCertificate are the classes that "the certificate did not verify" stands for, as often as people meet
// them.
var anyCertificate = []failure.Class{
	failure.Untrusted, failure.SelfSigned, failure.Expired, failure.HostnameMismatch, failure.NotYetValid,
	failure.Revoked, failure.WrongUsage, failure.WeakSignature,
}

// anyHandshake are the classes that "the handshake failed" stands for where a server says it and no more.
var anyHandshake = []failure.Class{
	failure.Untrusted, failure.ProtocolVersion, failure.NoSharedCipher, failure.ClientCertificateRequired,
	failure.NotTLS,
}

// chainErrors are those of anyCertificate that are not about the name.
var chainErrors = slices.DeleteFunc(slices.Clone(anyCertificate), func(c failure.Class) bool {
	return c == failure.HostnameMismatch
})

// unknownCertificate are the classes that clients have no alert of their own for: certificate_unknown (46)
// and bad_certificate (42) of RFC 8446, section 6.2.
var unknownCertificate = []failure.Class{
	failure.Untrusted, failure.SelfSigned, failure.HostnameMismatch, failure.Expired, failure.WeakSignature,
	failure.Malformed,
}

// fromClients are the alerts by which a client tells a server what it objected to. The words are OpenSSL's,
// Go's, Java's and Erlang's for the same alert.
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

// ofServers are the faults that servers find in their clients, and in their own set-up.
var ofServers = []rule{
	{words: []string{
		"no shared cipher", "no cipher suite supported by both", "no cipher suites in common", "Insufficient Security",
	}, class: failure.NoSharedCipher},
	{words: []string{
		"no suitable signature algorithm", "peer doesn't support any of the certificate's signature algorithms",
	}, class: failure.NoSharedCipher},
	{words: []string{"no suitable key share", "no shared group", "no supported group"}, class: failure.NoSharedGroup},
	{words: []string{
		"unsupported protocol", "version too low", "client offered only unsupported versions", "unknown protocol",
		"wrong version number:SSL alert",
	}, class: failure.ProtocolVersion},
	{words: []string{"inappropriate fallback"}, class: failure.ProtocolVersion},
	{words: []string{
		"client sent an HTTP request to an HTTPS server", "client sent plain HTTP request to HTTPS port",
	}, sure: true, class: failure.NotTLS},
	{words: []string{"bad key share"}, possible: []failure.Class{failure.NoSharedGroup, failure.CorruptRecord}},
	{words: []string{
		":http request", "HTTP spoken on HTTPS port", "first record does not look like a TLS handshake",
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

// ofClients are what clients say that the lab has not heard from its own.
var ofClients = []rule{
	// Alerts by which a server refuses what a client sent, beyond those in the record.
	{words: []string{
		"alert certificate revoked", "alert certificate unknown", "alert unsupported certificate",
		"alert decrypt error", "alert access denied", "remote error: tls: revoked certificate",
		"remote error: tls: unknown certificate", "remote error: tls: unsupported certificate",
		"fatal alert: certificate_unknown", "fatal alert: certificate_revoked", "fatal alert: access_denied",
		"received SERVER ALERT: Fatal - Bad Certificate", "received SERVER ALERT: Fatal - Unknown CA",
		"received SERVER ALERT: Fatal - Certificate Unknown", "ALERT_CERTIFICATE_UNKNOWN",
		"ERR_BAD_SSL_CLIENT_AUTH_CERT",
	}, peer: true, class: failure.ClientCertificateRejected},
	{words: []string{
		"the peer required a client certificate", "received SERVER ALERT: Fatal - Certificate required",
		"ERR_SSL_CLIENT_AUTH_CERT_NEEDED", "SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT",
	}, peer: true, class: failure.ClientCertificateRequired},
	{words: []string{
		"alert insufficient security", "remote error: tls: insufficient security", "fatal alert: insufficient_security",
	}, peer: true, class: failure.NoSharedCipher},
	{words: []string{
		"alert inappropriate fallback", "inappropriate fallback",
	}, peer: true, class: failure.ProtocolVersion},
	{words: []string{
		"alert decode error", "alert bad record mac", "alert illegal parameter", "remote error: tls: bad record MAC",
		"alert unexpected message",
	}, peer: true, class: failure.CorruptRecord},
	{
		words: []string{"ERR_SSL_VERSION_OR_CIPHER_MISMATCH", "SSL_ERROR_NO_CYPHER_OVERLAP"}, either: true,
		possible: []failure.Class{failure.ProtocolVersion, failure.NoSharedCipher, failure.HandshakeFailure},
	},
	{words: []string{"sent a TLS alert: 'HandshakeFailure'"}, peer: true, class: failure.HandshakeFailure},
	{words: []string{"sent a TLS alert: 'ProtocolVersion'"}, peer: true, class: failure.ProtocolVersion},

	// Certificates: browsers, .NET, Windows, Erlang, libraries with words of their own.
	{words: []string{
		"ERR_CERT_DATE_INVALID", "SEC_E_CERT_EXPIRED", "CERT_E_EXPIRED",
	}, possible: []failure.Class{failure.Expired, failure.NotYetValid}},
	{words: []string{
		"SEC_ERROR_EXPIRED_CERTIFICATE", "SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE", "CERT_HAS_EXPIRED",
		"generated CLIENT ALERT: Fatal - Certificate Expired", "uses expired certificate",
	}, class: failure.Expired},
	{words: []string{"MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE", "CERT_NOT_YET_VALID"}, class: failure.NotYetValid},
	{words: []string{
		"ERR_CERT_COMMON_NAME_INVALID", "SSL_ERROR_BAD_CERT_DOMAIN", "RemoteCertificateNameMismatch",
		"SEC_E_WRONG_PRINCIPAL", "hostname does not match CN in peer certificate", "hostname_check_failed",
		"ERR_TLS_CERT_ALTNAME_INVALID", "does not match target host name", "does not match host name",
		"no certificate subject alternative name matches", "doesn't match either of",
		"CaUsedAsEndEntity, certificate not valid for", "invalid peer certificate: NotValidForName",
		"does not match the server's certificate", "doesn't match any of the subject alternative names",
		"doesn't match common name of the certificate subject",
	}, class: failure.HostnameMismatch},
	{words: []string{
		"MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN",
		"selfsigned_peer", "CaUsedAsEndEntity",
	}, class: failure.SelfSigned},
	{words: []string{
		"ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_UNKNOWN_ISSUER", "SEC_ERROR_UNTRUSTED_ISSUER", "SEC_E_UNTRUSTED_ROOT",
		"UNABLE_TO_VERIFY_LEAF_SIGNATURE", "UNABLE_TO_GET_ISSUER_CERT", "unable to get issuer certificate",
		"generated CLIENT ALERT: Fatal - Unknown CA", "certificate signer not trusted", "self-signed or unknown issuer",
		"No Certificate Authority found", "MOZILLA_PKIX_ERROR_MITM_DETECTED",
	}, class: failure.Untrusted},
	// .NET's X509ChainStatusFlags, of which a message may have several.
	{
		words: []string{"NotTimeValid"}, by: "dotnet", sure: true,
		possible: []failure.Class{failure.Expired, failure.NotYetValid},
	},
	{words: []string{"PartialChain", "UntrustedRoot"}, by: "dotnet", sure: true, class: failure.Untrusted},
	{
		words: []string{"RevocationStatusUnknown", "OfflineRevocation"}, by: "dotnet", sure: true,
		class: failure.RevocationUnknown,
	},
	{words: []string{": untrusted issuer "}, by: "postfix", sure: true, class: failure.Untrusted},
	{words: []string{
		"ERR_CERT_REVOKED", "SEC_ERROR_REVOKED_CERTIFICATE", "CRYPT_E_REVOKED",
		"generated CLIENT ALERT: Fatal - Certificate Revoked",
	}, class: failure.Revoked},
	{words: []string{
		"CRYPT_E_NO_REVOCATION_CHECK", "CRYPT_E_REVOCATION_OFFLINE", "CERT_TRUST_REVOCATION_STATUS_UNKNOWN",
		"ERR_CERT_UNABLE_TO_CHECK_REVOCATION",
	}, class: failure.RevocationUnknown},
	{words: []string{"MOZILLA_PKIX_ERROR_REQUIRED_TLS_FEATURE_MISSING"}, class: failure.StapleMissing},
	{words: []string{
		"ERR_CERT_WEAK_SIGNATURE_ALGORITHM", "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED",
		"Certificates do not conform to algorithm constraints",
	}, class: failure.WeakSignature},
	{words: []string{"ERR_CERT_WEAK_KEY", "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE"}, class: failure.WeakKey},
	{words: []string{
		"ERR_SSL_KEY_USAGE_INCOMPATIBLE", "SEC_ERROR_INADEQUATE_CERT_TYPE", "SEC_ERROR_INADEQUATE_KEY_USAGE",
		"INVALID_PURPOSE",
	}, class: failure.WrongUsage},
	{words: []string{
		"ERR_CERT_NAME_CONSTRAINT_VIOLATION", "SEC_ERROR_CERT_NOT_IN_NAME_SPACE", "excluded subtree violation",
	}, class: failure.NameConstraint},
	{words: []string{
		"pathLenConstraint violated", "PATH_LENGTH_EXCEEDED", "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID",
		"certificate chain too long",
	}, class: failure.PathLength},
	{words: []string{
		"SEC_ERROR_CA_CERT_INVALID", "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
	}, class: failure.InvalidCA},
	{words: []string{
		"ERR_CERT_VALIDITY_TOO_LONG", "ERR_CERTIFICATE_TRANSPARENCY_REQUIRED", "ERR_CERT_TRANSPARENCY_REQUIRED",
		"certificate is not standards compliant",
	}, class: failure.StrictRFC5280},
	{words: []string{"SEC_ERROR_BAD_SIGNATURE", "CERT_SIGNATURE_FAILURE"}, class: failure.BadSignature},
	{words: []string{"Invalid ECDH ServerKeyExchange signature"}, class: failure.KeyMismatch},
	{words: []string{
		"SEC_ERROR_BAD_DER", "malformed certificate", "format error in certificate's",
	}, class: failure.Malformed},

	{words: []string{"RemoteCertificateChainErrors"}, possible: chainErrors},
	// libcurl on GnuTLS, of whatever is wrong with the chain.
	{words: []string{"server certificate verification failed. CAfile: none"}, class: failure.Untrusted},
	{words: []string{"server certificate verification failed. CAfile"}, possible: chainErrors},

	// Handshake and wire.
	{words: []string{
		"NO_CIPHERS_AVAILABLE", "no ciphers available", "NO_PROTOCOLS_AVAILABLE", "no protocols available",
		"NO_CIPHER_MATCH", "Cannot create a client socket with a PROTOCOL_TLS_SERVER context",
	}, class: failure.ClientMisconfigured},
	{words: []string{
		"is not accepted by client preferences", "SSL_ERROR_UNSUPPORTED_VERSION", "TLSV1_ALERT_PROTOCOL_VERSION",
		"No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
	}, class: failure.ProtocolVersion},
	{words: []string{
		"UNKNOWN_CIPHER_RETURNED", "unknown cipher returned", "WRONG_CIPHER_RETURNED", "wrong cipher returned",
		"server chose an unconfigured cipher suite",
	}, class: failure.NoSharedCipher},
	{words: []string{
		"bad ecpoint", "wrong key share", "bad key share", "NO_SUITABLE_KEY_SHARE",
	}, class: failure.NoSharedGroup},
	{words: []string{"DH_KEY_TOO_SMALL", "SSL_ERROR_WEAK_SERVER_EPHEMERAL_DH_KEY"}, class: failure.WeakDH},
	{words: []string{"SSLV3_ALERT_HANDSHAKE_FAILURE"}, peer: true, class: failure.HandshakeFailure},
	{words: []string{
		"RECORD_LAYER_FAILURE", "record layer failure", ":http request", "HTTP_REQUEST", ":https proxy request",
		"UNKNOWN_PROTOCOL", ":unknown protocol", "SSL_ERROR_RX_RECORD_TOO_LONG", "ERR_SSL_PROTOCOL_ERROR",
		"Cannot determine the frame size or a corrupted frame was received", "appears to only use HTTP and not HTTPS",
		"server does not support SSL, but SSL was required", "WRONG_VERSION_NUMBER",
	}, class: failure.NotTLS},
	{words: []string{
		"DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "decryption failed or bad record mac",
		"local error: tls: bad record MAC",
	}, class: failure.CorruptRecord},
	{words: []string{"SSL_ERROR_BAD_MAC_READ"}, class: failure.CorruptRecord},
	{words: []string{"peer closed connection in SSL handshake (104: "}, peer: true, class: failure.ConnectionReset},
	{words: []string{
		"SSL connection has been closed unexpectedly", "SSL peer shut down incorrectly",
		"server closed the connection unexpectedly in the middle of the SSL handshake",
		"peer closed connection in SSL handshake", "Received an unexpected EOF or 0 bytes from the transport stream",
	}, peer: true, class: failure.UnexpectedEOF},
	{words: []string{
		"TLS handshake timeout", "SSL connection timeout", "handshake timed out", "TLS handshake timed out",
	}, class: failure.Timeout},

	// What says that verification failed, and no more.
	{words: []string{"'tls_process_initial_server_flight', 'invalid status response'"}, possible: []failure.Class{
		failure.Revoked, failure.RevocationUnknown, failure.StapleMissing,
	}},
	{words: []string{
		"The SSL connection could not be established, see inner exception",
		"The remote certificate was rejected by the provided RemoteCertificateValidationCallback",
		"The remote certificate is invalid according to the validation procedure",
		"The certificate verify result is not ok",
	}, possible: anyCertificate},
}

// untold is the last resort: words of failed verification with nothing behind them that any rule knows.
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

// inTheClear are the words of programs that are certain to be of TLS, or of its files, though no other word says so.
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

// urlSession returns the forms in which Apple's URL loading says one of its codes (NSURLError.h).
func urlSession(code string) []string {
	return []string{
		"NSURLErrorDomain Code=" + code, "NSURLErrorDomain error " + code, "NSURLErrorDomain " + code,
		"NSURLErrorDomain:" + code,
	}
}

// insteadOfRecord are words of which the record knows less than they say: it has the class that the matrix judges
// the lab's own cases by.
var insteadOfRecord = []rule{
	// CURLE_SSL_CACERT_BADFILE, whatever is wrong with the file: curl says no more.
	{words: []string{
		"error setting certificate file", "error setting certificate verify locations",
		"error adding trust anchors from file", "Problem with the SSL CA cert (path? access rights?)",
	}, sure: true, possible: []failure.Class{failure.MissingFile, failure.BadPEM}},
}

// allLists returns the lists of this package's rules.
func allLists() [][]rule {
	return [][]rule{fromClients, ofServers, ofClients, insteadOfRecord, inTheClear, untold}
}

// certain are the words by which a message is known to be of TLS beside those that tls has: those of the rules that
// say so.
var certain = sync.OnceValue(func() lexicon {
	var list words
	for _, rules := range [][]rule{insteadOfRecord, ofServers, ofClients, inTheClear, untold} {
		for _, r := range rules {
			for _, w := range r.words {
				if r.sure && !tls.in(w) {
					list = append(list, w)
				}
			}
		}
	}
	return newLexicon(list)
})
