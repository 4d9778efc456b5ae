package messages

import (
	"regexp"
	"slices"

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
	Switches: pythonSwitches,
}

// pythonSwitches are those of what stands on it too.
var pythonSwitches = Switches{
	All:  []string{"verify_mode = ssl.CERT_NONE", "ssl._create_unverified_context()", "PYTHONHTTPSVERIFY=0"},
	Host: []string{"check_hostname = False"},
	Weak: []string{`set_ciphers("DEFAULT:@SECLEVEL=0")`, "minimum_version = TLSv1"},
}

// sslModule are the texts of Python's ssl and socket modules, which libraries that stand on them
// pass on.
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
		Only: regexp.MustCompile(`hostname '|CertificateError`),
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
