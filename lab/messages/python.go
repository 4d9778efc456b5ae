package messages

import (
	"slices"

	"example.com/tlslab/lab/internal/lazyregexp"
	"example.com/tlslab/scenarios/failure"
)

var pythonSource = Source{
	Name:   "python",
	Marks:  []string{"Traceback (most recent call last)", "_ssl.c:", "urllib.error.", "http.client."},
	Rules:  pythonRules,
	Alerts: openSSLAlerts,
	Voices: []Voice{{
		Marks: []string{"urllib.error.", "urllib2.", "urlopen error"},
	}, {
		Marks: []string{
			"_ssl.c:", "ssl.SSLError", "ssl.SSLCert", "ssl.SSLEOF", "ssl.SSLZero", "ssl.Cert", "http.client.",
			"Traceback (most recent call last)", "[SSL: ", "[SSL]", "[X509: ", "[Errno ", "socket.gaierror",
			"ConnectionRefusedError", "ConnectionResetError",
		},
		Sources: []string{"python", "requests", "urllib3", "httpx", "aiohttp", "pymongo", "cryptography"},
	}},
	Switches:   pythonSwitches,
	Commands:   lazyregexp.New(`^(python|pypy).*|\.py$`),
	Causes:     pythonCauses,
	TrustStore: pythonTrustStore,
}

// pythonTrustStore is also the command for sources that are built on Python.
const pythonTrustStore = `python -c 'import ssl; print(ssl.get_default_verify_paths())'`

// pythonCauses are the causes of findings in clients written in Python.
var pythonCauses = map[string][]string{
	"verification-off": {
		"verify_mode = ssl.CERT_NONE", "verify=False", "ssl._create_unverified_context()",
		"ssl.SSLContext() without verify_mode",
	},
	"names-unchecked":             {"check_hostname = False", "assert_hostname=False"},
	"names-half-checked":          {"fnmatch", "endswith", "a custom comparison instead of check_hostname"},
	"chain-unchecked":             {"ssl.get_server_certificate", "trusting what the server sends"},
	"retries-unverified":          {"a second context after except ssl.SSLError"},
	"dates-unchecked":             {"a verify callback that ignores X509_V_ERR_CERT_HAS_EXPIRED"},
	"security-level-lowered":      {`set_ciphers("...@SECLEVEL=0")`},
	"old-tls-allowed":             {"minimum_version = ssl.TLSVersion.TLSv1", "ssl.PROTOCOL_TLSv1"},
	"limits-versions":             {"maximum_version", "ssl.PROTOCOL_TLSv1_2"},
	"revocation-unchecked":        {"no VERIFY_CRL_CHECK_LEAF in verify_flags"},
	"trusts-something-else":       {"no cafile", "load_default_certs()", "a file left over from an earlier run"},
	"pins-one-certificate":        {"assert_fingerprint", "a fingerprint or a leaf stored in a file"},
	"checks-another-name":         {"server_hostname that is not the requested host"},
	"no-timeout":                  {"no timeout in create_connection or urlopen"},
	"answer-not-read":             {"success reported after do_handshake or connect, before the first read"},
	"goes-on-without-certificate": {"an except clause around load_cert_chain"},
	"reports-success":             {"an except clause that exits without an error status", "a bare except: pass"},
	"truncation-unnoticed": {
		"recv() until it returns nothing: suppress_ragged_eofs, which is on by default, makes a truncation look like the end",
		"one recv() treated as the whole response", "except http.client.IncompleteRead",
	},
	"reason-hidden": {"except Exception with a custom message"},
}

// pythonSwitches are also the switches of sources that are built on Python.
var pythonSwitches = Switches{
	All:  []string{"verify_mode = ssl.CERT_NONE", "ssl._create_unverified_context()", "PYTHONHTTPSVERIFY=0"},
	Host: []string{"check_hostname = False"},
	Weak: []string{`set_ciphers("DEFAULT:@SECLEVEL=0")`, "minimum_version = TLSv1"},
}

// sslModule are the texts of Python's ssl and socket modules, which libraries that are built on them pass on.
var sslModule = []Rule{
	{Contains: "Hostname mismatch", Class: failure.HostnameMismatch},
	{Contains: "IP address mismatch", Class: failure.HostnameMismatch},
	{Contains: "EOF occurred in violation of protocol", Class: failure.UnexpectedEOF},
	{Contains: "connection has been closed (EOF)", Class: failure.UnexpectedEOF}, // 3.8 and 3.9
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}

var pythonRules = slices.Concat([]Rule{
	{Contains: "Hostname mismatch", Class: failure.HostnameMismatch},
	{Contains: "IP address mismatch", Class: failure.HostnameMismatch},
	{
		Contains: "doesn't match", Class: failure.HostnameMismatch,
		Only: lazyregexp.New(`hostname '|CertificateError`),
	}, // up to 3.6
	{Contains: "certificate verify failed (_ssl", Class: Untold}, // up to 3.6
	{Contains: "EOF occurred in violation of protocol", Class: failure.UnexpectedEOF},
	{Contains: "connection has been closed (EOF)", Class: failure.UnexpectedEOF}, // 3.8 and 3.9
	{Contains: "IncompleteRead", Class: failure.UnexpectedEOF, Only: cutAnswer},
	{Contains: "Connection reset by peer", Class: failure.ConnectionReset, Only: reset},
	{Contains: "Connection refused", Class: failure.ConnectionRefused, Only: refused},
	{Contains: "timed out", Class: failure.Timeout, Only: connectTimedOut},
	{Contains: "Name or service not known", Class: failure.NameResolution},
}, openSSLOwn, openSSLTexts)
