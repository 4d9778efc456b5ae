package explain

import "example.com/tlslab/scenarios/failure"

// ofClients are words of clients that the lab's own clients have not written.
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
		"SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT",
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

	// .NET's inner exceptions, below the one that says no more than that the connection failed.
	{words: []string{
		"the transport connection: An existing connection was forcibly closed", "SocketException (10054)",
		"the transport connection: Connection reset by peer", "SocketException (104)",
	}, peer: true, class: failure.ConnectionReset},
	{words: []string{
		"the transport connection: A connection attempt failed because the connected party did not properly respond",
		"SocketException (10060)", "the transport connection: Connection timed out",
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
