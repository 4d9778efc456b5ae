package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/lab/wire"
	"example.com/tlslab/scenarios/failure"
)

var opensslSource = Source{
	Name:    "openssl",
	Verbose: "openssl s_client -state -msg",
	Marks:   []string{"verify error:num="},
	Rules:   opensslRules,
	Alerts:  openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{"verify error:num=", "Verify return code: ", "Verification error: ", "CONNECTED("},
	}},
	Switches: Switches{
		All:  []string{"-verify 0"},
		Weak: append([]string{"-legacy_server_connect"}, openSSLWeak...),
	},
	Commands: lazyregexp.New(`^openssl$`),
	Causes:   opensslCauses,
}

// opensslCauses are the causes of findings in clients that use the openssl command.
var opensslCauses = map[string][]string{
	"verification-off":       {"s_client without -verify_return_error", "grep for CONNECTED"},
	"names-unchecked":        {"no -verify_hostname and no -verify_ip"},
	"security-level-lowered": {"-cipher DEFAULT@SECLEVEL=0"},
	"old-tls-allowed":        {"-tls1", "-min_protocol"},
	"revocation-unchecked":   {"no -crl_check"},
	"checks-another-name":    {"-verify_hostname with an address, which needs -verify_ip"},
}

var opensslServerSource = Source{
	Name: "openssl-server",
	Voices: []Voice{{
		Marks: []string{
			"SSL_accept", "ssl3_get_client_hello", "tls_early_post_process_client_hello",
			"tls_post_process_client_hello", "tls_process_client_certificate", "ssl3_get_client_certificate",
		},
		Server: true,
	}},
}

var boringsslSource = Source{
	Name: "boringssl",
	Voices: []Voice{{
		Marks:   []string{"OPENSSL_internal"},
		Sources: []string{"grpc", "envoy"},
	}},
	Passes: []string{"openssl"},
}

// openSSLTexts are OpenSSL's own texts: those of certificate verification (X509_verify_cert_error_string) and of its
// error queue (ERR_reason_error_string). Every stack that uses OpenSSL passes them on. The words are those of OpenSSL
// 3, and those of 1.1.1 if they differ. Longer texts come before the texts that they contain.
var openSSLTexts = []Rule{
	{Contains: "certificate has expired", Class: failure.Expired, Only: verifying},
	{Contains: "certificate is not yet valid", Class: failure.NotYetValid, Only: verifying},
	{Contains: "unable to get local issuer certificate", Class: failure.Untrusted},
	{Contains: "unable to verify the first certificate", Class: failure.Untrusted, Only: lazyregexp.New(`.`)},
	{Contains: "self-signed certificate", Class: failure.SelfSigned},
	{Contains: "self signed certificate", Class: failure.SelfSigned},
	{Contains: "certificate signature failure", Class: failure.BadSignature},
	{Contains: "unsuitable certificate purpose", Class: failure.WrongUsage},
	{Contains: "unsupported certificate purpose", Class: failure.WrongUsage},
	{Contains: "invalid CA certificate", Class: failure.InvalidCA, Only: verifying},
	{Contains: "key usage does not include certificate signing", Class: failure.InvalidCA},
	{Contains: "path length constraint exceeded", Class: failure.PathLength, Only: verifying},
	{Contains: "permitted subtree violation", Class: failure.NameConstraint},
	// BoringSSL, about constraints on addresses
	{Contains: "unsupported name constraint type", Class: failure.NameConstraint},
	{Contains: "unhandled critical extension", Class: failure.CriticalExtension},
	{Contains: "EE certificate key too weak", Class: failure.WeakKey},
	{Contains: "CA certificate key too weak", Class: failure.WeakKey},
	{Contains: "CA signature digest algorithm too weak", Class: failure.WeakSignature},
	{Contains: "Missing Authority Key Identifier", Class: failure.StrictRFC5280, Only: verifying},
	{Contains: "Missing Subject Key Identifier", Class: failure.StrictRFC5280, Only: verifying},
	{Contains: "Basic Constraints of CA cert not marked critical", Class: failure.StrictRFC5280},
	{Contains: "CA cert does not include key usage extension", Class: failure.StrictRFC5280},
	{
		Contains: "bad signature", Class: failure.KeyMismatch,
		Only: lazyregexp.New(`SSL routines|BAD_SIGNATURE|SSL: |state=error|SSL_connect failed`),
	},
	{Contains: "alert handshake failure", Class: failure.HandshakeFailure},
	{Contains: "wrong curve", Class: failure.WeakKey, Only: lazyregexp.New(`SSL|ssl`)},
	{Contains: "alert protocol version", Class: failure.ProtocolVersion},
	{Contains: "unsupported protocol", Class: failure.ProtocolVersion},
	{Contains: "legacy sigalg disallowed or unsupported", Class: failure.WeakSignature},
	{Contains: "dh key too small", Class: failure.WeakDH},
	{Contains: "unsafe legacy renegotiation disabled", Class: failure.LegacyRenegotiation},
	{Contains: "alert no application protocol", Class: failure.NoApplicationProtocol},
	{Contains: "unrecognized name", Class: failure.UnrecognizedName},
	{Contains: "alert internal error", Class: failure.InternalError},
	{Contains: "wrong version number", Class: failure.NotTLS},
	{Contains: "packet length too long", Class: failure.CorruptRecord},
	{Contains: "unexpected eof while reading", Class: failure.UnexpectedEOF},
	{Contains: "certificate revoked", Class: failure.Revoked, Only: verifying},
	{Contains: "CRL has expired", Class: failure.RevocationUnknown, Only: verifying},
	{Contains: "CRL is not yet valid", Class: failure.RevocationUnknown},
	{Contains: "unable to get certificate CRL", Class: failure.RevocationUnknown},
	{Contains: "CRL signature failure", Class: failure.RevocationUnknown},
}

// openSSLOwn are OpenSSL's texts about the client's own certificate and files: what it says when it loads them, and the
// alerts by which a server refuses what the client sent. The word "alert" marks the latter: "alert certificate expired"
// is about the client's certificate, "certificate has expired" about the server's.
var openSSLOwn = []Rule{
	{Contains: "alert certificate required", Class: failure.ClientCertificateRequired},
	{Contains: "alert certificate expired", Class: failure.ClientCertificateRejected},
	{Contains: "alert unknown ca", Class: failure.ClientCertificateRejected},
	{Contains: "alert bad certificate", Class: failure.ClientCertificateRejected},
	{
		Contains: "bad decrypt", Class: failure.BadPassphrase,
		Only: lazyregexp.New(`PEM|key|Mongo|fetch failed|client`),
	},
	{Contains: "key values mismatch", Class: failure.ClientMisconfigured},
	{Contains: "ee key too small", Class: failure.WeakKey},
	{Contains: "ca md too weak", Class: failure.WeakSignature},
	{Contains: "no start line", Class: failure.BadPEM},
	{Contains: "PEM lib", Class: failure.BadPEM},
	{Contains: "no certificate or crl found", Class: failure.BadPEM},
	{Contains: "DECODER routines::unsupported", Class: failure.BadPEM},
	{Contains: "o such file or directory", Class: failure.MissingFile, Only: file},
}

// opensslOwn is what the openssl command adds.
var opensslOwn = []Rule{
	{Contains: "Could not read client certificate", Class: failure.BadPEM}, // or "... private key"
}

var opensslRules = slices.Concat([]Rule{
	{Contains: "hostname mismatch", Class: failure.HostnameMismatch},
	{Contains: "IP address mismatch", Class: failure.HostnameMismatch},
	{Contains: "errno=104", Class: failure.ConnectionReset}, // ECONNRESET
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "Name or service not known", Class: failure.NameResolution},
	{Contains: "tlslab ended the client", Class: failure.Timeout}, // s_client has no time limit
}, openSSLOwn, opensslOwn, openSSLTexts)

// openSSLAlerts is what OpenSSL 3 sends when verification fails (ssl_x509err2alert), as far as the classes distinguish
// its errors.
var openSSLAlerts = map[wire.AlertCode][]failure.Class{
	wire.AlertBadCertificate: {
		failure.NotYetValid, failure.HostnameMismatch, failure.WeakKey, failure.WeakSignature, failure.Malformed,
		failure.RevocationUnknown,
	},
	wire.AlertUnsupportedCertificate: {failure.WrongUsage},
	wire.AlertCertificateRevoked:     {failure.Revoked},
	wire.AlertCertificateExpired:     {failure.Expired, failure.RevocationUnknown},
	wire.AlertCertificateUnknown: {
		failure.CriticalExtension, failure.NameConstraint, failure.StrictRFC5280, failure.InvalidCA,
		failure.RevocationUnknown,
	},
	wire.AlertUnknownCA: {
		failure.Untrusted, failure.SelfSigned, failure.InvalidCA, failure.PathLength, failure.RevocationUnknown,
	},
	wire.AlertDecryptError: {failure.BadSignature, failure.KeyMismatch, failure.RevocationUnknown},
}
