package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var curlSource = Source{
	Name:    "curl",
	Verbose: "curl -v",
	Marks:   []string{"curl: ("},
	Rules:   curlRules,
	Alerts:  openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{
			"curl: (", "SSL certificate problem: ", "libcurl", "* SSL certificate",
			"server certificate verification failed. CAfile", "error setting certificate verify locations",
			"Problem with the SSL CA cert (path?", "SSL peer certificate or SSH remote key was not OK",
		},
	}},
	Switches: Switches{
		All:  []string{"curl -k", "git config http.sslVerify false", "CURLOPT_SSL_VERIFYPEER 0"},
		Host: []string{"CURLOPT_SSL_VERIFYHOST 0"},
		Weak: []string{"--ciphers DEFAULT:@SECLEVEL=0", "--tlsv1.0"},
	},
	Commands:   lazyregexp.New(`^curl$`),
	Causes:     curlCauses,
	TrustStore: curlTrustStore,
	Identities: []string{"curl: ("},
}

// curlTrustStore is also the command for sources that are built on curl.
const curlTrustStore = `curl -v https://{host}:{port}/ 2>&1 | grep -i -e CAfile -e CApath`

// curlCauses are the causes of findings in clients that use curl.
var curlCauses = map[string][]string{
	"verification-off":       {"-k", "--insecure", "insecure in ~/.curlrc", "CURLOPT_SSL_VERIFYPEER 0"},
	"names-unchecked":        {"CURLOPT_SSL_VERIFYHOST 0"},
	"chain-unchecked":        {"--cacert with the output of openssl s_client -showcerts"},
	"retries-unverified":     {"curl ... || curl -k ..."},
	"security-level-lowered": {"--ciphers DEFAULT@SECLEVEL=0"},
	"old-tls-allowed":        {"--tlsv1.0"},
	"limits-versions":        {"--tls-max"},
	"revocation-unchecked":   {"no --crlfile", "no --cert-status"},
	"trusts-something-else":  {"no --cacert"},
	"pins-one-certificate":   {"--pinnedpubkey"},
	"no-timeout":             {"no --max-time"},
	"reason-hidden":          {"-s without -S"},
}

// curlOwn is what curl says in place of OpenSSL's reason, which it does not show.
var curlOwn = []Rule{
	{Contains: "unable to set private key file", Class: failure.ClientMisconfigured},
	// CURLE_SSL_CACERT_BADFILE; the words differ from version to version
	{Contains: "curl: (77) ", Class: failure.ClientMisconfigured},
	// What it makes of the alert certificate_expired about its own certificate under TLS 1.2.
	{Contains: "SSL certificate verification failed", Class: failure.Untrusted, tells: failed}, // also after an alert
}

var unconnected = lazyregexp.New(`Failed to connect to`)

var curlRules = slices.Concat([]Rule{
	{Contains: "no alternative certificate subject name matches", Class: failure.HostnameMismatch},
	// all that 7.88 with OpenSSL 3 shows of the reason
	{Contains: "asn1 encoding routines::EVP lib", Class: failure.BadSignature},
	{Contains: "asn1 encoding routines:ASN1_item_verify:EVP lib", Class: failure.BadSignature},       // OpenSSL 1.1
	{Contains: "digital envelope routines::provider signature failure", Class: failure.BadSignature}, // OpenSSL 3.5
	{Contains: "SSL routines:ssl3_read_bytes:reason(1120)", Class: failure.NoApplicationProtocol},    // OpenSSL 1.1
	{Contains: "SSL routines::data length too long", Class: failure.CorruptRecord},                   // OpenSSL 3.5
	{Contains: "certificate revocation reason", Class: failure.Revoked},
	{Contains: "No OCSP response received", Class: failure.StapleMissing},
	{Contains: "Invalid OCSP response", Class: failure.RevocationUnknown},
	{Contains: "OCSP response has expired", Class: failure.RevocationUnknown},
	{Contains: "OCSP response verification failed", Class: failure.RevocationUnknown},
	{Contains: "Could not find certificate ID in OCSP response", Class: failure.RevocationUnknown},
	{Contains: "certificate status verification FAILED", Class: failure.RevocationUnknown},
	{Contains: "SSL_ERROR_SYSCALL", Class: failure.UnexpectedEOF}, // it has other words for a reset
	{
		Contains: "transfer closed with", Class: failure.UnexpectedEOF,
		Only: lazyregexp.New(`curl: \(18\)|cURL error 18`),
	},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Couldn't connect to server", Class: failure.ConnectionRefused, Only: unconnected},
	{Contains: "Could not connect to server", Class: failure.ConnectionRefused, Only: unconnected}, // 8.14
	{Contains: ": Connection refused", Class: failure.ConnectionRefused, Only: unconnected},        // 7.74
	{Contains: "timed out after", Class: failure.Timeout, Only: outOfTime},
	{Contains: "Could not resolve host", Class: failure.NameResolution},
}, curlOwn, openSSLOwn, openSSLTexts)
